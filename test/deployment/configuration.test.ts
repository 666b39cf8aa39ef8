import { forbidden, type StackTemplate } from '../../deployment/configuration';
import { readStacks } from '../../deployment/platform';
import { asReader, readerOf } from '../../deployment/roles';
import {
  deployerRoleArn,
  plannerRoleArn,
  stateReaderRoleName,
  stateRoleName,
} from '../../stacks/deployment-access';
import { synthesized } from '../support/synthesized';

const ROLE = 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-deploy-network';
const GOOD: StackTemplate = {
  terraform: {
    backend: {
      s3: {
        bucket: 'state',
        key: 'prod/use1a-network.tfstate',
        region: 'us-east-1',
        assume_role: { role_arn: ROLE },
      },
    },
    required_providers: { aws: { source: 'aws', version: '6.25.0' } },
  },
  provider: { aws: [{ region: 'us-east-1', assume_role: [{ role_arn: ROLE }] }] },
  resource: { aws_vpc: { it: { cidr_block: '10.0.0.0/16' } } },
};
const of = (changes: object): readonly string[] => forbidden('use1a-network', { ...GOOD, ...changes });

describe('a configuration', () => {
  it('of the platform is planned, in both environments', () => {
    for (const environment of ['dev', 'prod'] as const) {
      const stacks = readStacks(synthesized({ environment }), []);
      expect(stacks.map(({ name, template }) => [name, forbidden(name, template)])).toEqual(
        stacks.map(({ name }) => [name, []]),
      );
    }
  });

  it('is refused when a plan would run a program', () => {
    expect(of({ data: { external: { it: { program: ['sh'] } } } })).toEqual([
      expect.stringContaining('data external is none of those that the platform reads'),
    ]);
    expect(of({ resource: { null_resource: { it: {} } } })).toEqual([
      'resource null_resource is of a provider that the platform does not use',
    ]);
    expect(of({ resource: { aws_vpc: { it: { provisioner: { 'local-exec': {} } } } } })).toEqual([
      'aws_vpc.it has a provisioner, which runs a program',
    ]);
    expect(of({ resource: { helm_release: { it: { postrender: { binary_path: '/bin/sh' } } } } })).toEqual([
      'helm_release.it has a postrender, which runs a program',
    ]);
    const exec = (command: string, ...args: string[]) => ({
      provider: { kubernetes: [{ host: 'x', exec: [{ api_version: 'v1', command, args }] }] },
    });
    expect(of(exec('aws', 'eks', 'get-token', '--cluster-name', 'x'))).toEqual([]);
    expect(of(exec('sh', '-c', 'x'))).toEqual(['a provider would run "sh -c x"']);
    expect(of(exec('aws', 's3', 'cp'))).toEqual(['a provider would run "aws s3 cp"']);
    expect(of(exec('aws', 'eks', 'get-token', '--endpoint-url', 'x'))).toEqual([
      'a provider would run aws with --endpoint-url',
    ]);
  });

  it('is refused when its providers come from elsewhere, or in any version', () => {
    const required = (source: string, version: string) => ({
      terraform: { ...GOOD.terraform, required_providers: { aws: { source, version } } },
    });
    expect(of(required('evil/aws', '6.25.0'))).toEqual(['provider aws would come from "evil/aws"']);
    expect(of(required('aws', '~> 6.0'))).toEqual(['provider aws must have one exact version, got "~> 6.0"']);
  });

  it('is refused when it talks to somebody else', () => {
    expect(of({ provider: { aws: [{ region: 'x', endpoints: [{ sts: 'https://evil' }] }] } })).toEqual([
      'provider aws has "endpoints", which the platform does not use',
    ]);
    expect(of({ module: { it: { source: 'git::https://evil' } } })).toEqual([
      'the configuration has "module", which the platform does not use',
    ]);
    expect(of({ data: { http: { it: { url: 'https://evil' } } } })).toHaveLength(1);
  });

  it('is refused when it reads secrets, or files that are not its own', () => {
    expect(of({ data: { kubernetes_secret_v1: { it: {} } } })).toHaveLength(1);
    expect(of({ data: { aws_secretsmanager_secret_version: { it: {} } } })).toHaveLength(1);
    const tag = (value: string) => ({ resource: { aws_vpc: { it: { tags: { x: value } } } } });
    expect(of(tag('${file("./assets/a/b")}'))).toEqual([]);
    expect(of(tag('${file("/proc/self/environ")}'))).toHaveLength(1);
    expect(of(tag('${filebase64("./assets/../../x")}'))).toHaveLength(1);
    expect(of({ resource: { aws_lambda_function: { it: { filename: '../../x.zip' } } } })).toHaveLength(1);
    expect(of({ resource: { helm_release: { it: { chart: 'oci://public.ecr.aws/x' } } } })).toEqual([]);
  });

  it('is refused when its state is another stack’s', () => {
    expect(
      of({ terraform: { ...GOOD.terraform, backend: { s3: { key: 'prod/use1a-cluster.tfstate' } } } }),
    ).toEqual(['its state would be at "prod/use1a-cluster.tfstate", which is not its own']);
    expect(of({ terraform: { ...GOOD.terraform, backend: { http: {} } } })).toEqual([
      'backend http is not one of local, s3',
    ]);
  });
});

describe('whoever only reads', () => {
  it('takes the reading role beside each deploying one, whose name is what bootstrap gives it', () => {
    const placements = [
      { platform: 'bulkhead', environment: 'prod', account: '111111111111', region: 'us-east-1' },
      {
        platform: 'a-deploy-b',
        environment: 'prod',
        cell: 'use1a',
        account: '222222222222',
        region: 'us-east-1',
      },
      // As long as config lets them be.
      {
        platform: 'p'.repeat(16),
        environment: 'staging',
        cell: 'c'.repeat(20),
        account: '333333333333',
        region: 'x',
      },
    ];
    for (const placement of placements) {
      for (const kind of ['network', 'data-shard-3', 'tenant-acme']) {
        expect(readerOf(deployerRoleArn(placement, kind))).toBe(plannerRoleArn(placement, kind));
        expect(readerOf(stateRoleName(placement, kind))).toBe(stateReaderRoleName(placement, kind));
      }
    }
  });

  it('finds no deploying role in any place where Terraform takes one', () => {
    for (const { template } of readStacks(synthesized({ environment: 'prod' }), [])) {
      const { terraform, provider } = asReader(template);
      expect(JSON.stringify({ terraform, provider })).not.toMatch(/-(deploy|state)-[a-z-]*"/);
    }
  });
});
