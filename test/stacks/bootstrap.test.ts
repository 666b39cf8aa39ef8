import { Testing } from 'cdktf';
import { BootstrapStack } from '../../stacks/bootstrap';
import { CELL_GROUPS, PLATFORM_GROUPS } from '../../stacks/deployer-permissions';
import {
  ADMINISTRATOR_ROLE,
  deployerRoleName,
  stateBucketName,
  stateKeyAlias,
  stateRoleName,
} from '../../stacks/deployment-access';
import { permissionsBoundaryName } from '../../constructs/core/permissions-boundary';
import { synthStack, type SynthesizedStack } from '../support/synth';
import { HOME, testPlatform, USE1A } from './fixture';

const build = (settings: Readonly<Record<string, unknown>> = {}): SynthesizedStack =>
  synthStack(new BootstrapStack(Testing.app(), { platform: testPlatform(settings) }));

const stack = build();
const CELLS = ['euw1a', 'euw1b', 'home1', 'use1a'];

interface Provider {
  readonly alias?: string;
  readonly allowed_account_ids: readonly string[];
  readonly assume_role?: readonly { readonly role_arn: string }[];
}
const providers = (stack.json['provider'] as { aws: readonly Provider[] }).aws;

describe('deployer roles', () => {
  it('exist for every group of stacks of the platform and of each cell, under the names that stacks assume', () => {
    const expected = [
      ...Object.keys(PLATFORM_GROUPS).map((kind) => deployerRoleName(HOME, kind)),
      ...CELLS.flatMap((cell) =>
        Object.keys(CELL_GROUPS).map((kind) => deployerRoleName({ ...HOME, cell }, kind)),
      ),
    ];
    const names = stack.resources('aws_iam_role').map((role) => String(role['name']));
    expect(names.filter((name) => name.includes('-deploy-')).sort()).toEqual(expected.sort());
  });

  it('live in the account of their cell', () => {
    const providerOf = (cell: string): unknown =>
      stack.only('aws_iam_role', `${cell}/Deploy-network/`)['provider'];
    expect(CELLS.map((cell) => [cell, providerOf(cell)])).toEqual([
      ['euw1a', 'aws.account-333333333333'],
      ['euw1b', 'aws.account-333333333333'],
      ['home1', undefined],
      ['use1a', 'aws.account-222222222222'],
    ]);
  });

  it('can be assumed by the deployers of the config, one project of the pipeline, of tenants by what onboards them, and nobody else', () => {
    const role = (account: string, name: string): string =>
      `arn:aws:iam::${account}:role/bulkhead-prod-${name}`;
    const apply = role('111111111111', 'apply-infrastructure');
    const review = role('111111111111', 'review-infrastructure');
    const trusted = (path: string): unknown =>
      stack
        .data('aws_iam_policy_document')
        .filter((document) => document.path.endsWith(`${path}/Trust`))
        .flatMap((document) => document['statement'] as { principals: { identifiers: string[] }[] }[])
        .map(({ principals }) => principals[0]?.identifiers.slice(1));
    const inCell = role('222222222222', 'use1a-infrastructure');
    const drift = role('222222222222', 'use1a-drift-infrastructure');
    const onboarder = role('111111111111', 'use1a-onboarder');
    for (const does of ['Deploy', 'State']) {
      expect(trusted(`bootstrap/${does}-registry`)).toEqual([[apply]]);
      // What the cell's own project stands on.
      expect(trusted(`use1a/${does}-network`)).toEqual([[apply]]);
      expect(trusted(`use1a/${does}-addons`)).toEqual([[inCell]]);
      // A tenant that is asked for does not wait for the pipeline.
      expect(trusted(`use1a/${does}-tenant`)).toEqual([[inCell, onboarder]]);
    }
    for (const does of ['Plan', 'Read']) {
      expect(trusted(`use1a/${does}-network`)).toEqual([[review, drift]]);
      const reads = does === 'Plan' ? [onboarder, role('111111111111', 'use1a-operator')] : [];
      expect(trusted(`use1a/${does}-tenant`)).toEqual([[review, drift, ...reads]]);
      expect(trusted(`bootstrap/${does}-registry`)).toEqual([
        [review, role('111111111111', 'drift-infrastructure')],
      ]);
    }
  });

  it('let nobody log in to databases of tenants but the deployers of the config and the operator, which one project is', () => {
    const trusted = (path: string): unknown =>
      stack
        .data('aws_iam_policy_document')
        .filter((document) => document.path.endsWith(`use1a/${path}/Trust`))
        .flatMap((document) => document['statement'] as { principals: { identifiers: string[] }[] }[])
        .map(({ principals }) => principals[0]?.identifiers);
    const deployer = 'arn:aws:iam::999999999999:role/ci/deploy';
    expect(trusted('TenantData')).toEqual([
      [deployer, 'arn:aws:iam::111111111111:role/bulkhead-prod-use1a-operator'],
    ]);
    expect(trusted('Operator')).toEqual([['arn:aws:iam::222222222222:role/bulkhead-prod-use1a-operations']]);
    expect(trusted('StartOperations')).toEqual([[deployer]]);
    const allowed = stack
      .data('aws_iam_policy_document')
      .filter(({ path }) => path.includes('use1a/TenantData/Statements'))
      .flatMap((document) => document['statement'] as { actions: string[]; resources: string[] }[])
      .map(({ actions, resources }) => [actions, resources]);
    expect(allowed).toEqual([
      [
        ['rds-db:connect'],
        ['migrator', 'mover'].map(
          (user) => `arn:aws:rds-db:us-east-1:222222222222:dbuser:*/bulkhead_${user}`,
        ),
      ],
      [
        ['elasticache:Connect'],
        [
          'arn:aws:elasticache:us-east-1:222222222222:replicationgroup:bulkhead-prod-use1a-cache',
          'arn:aws:elasticache:us-east-1:222222222222:user:bulkhead-prod-use1a-plt-revocation',
        ],
      ],
    ]);
  });

  it('trust nobody but roles: the deployers first, and by AssumeRole only', () => {
    const trusts = stack
      .data('aws_iam_policy_document')
      .filter(({ path }) => /(Deploy|State|Plan|Read)-[^/]+\/Trust$/.test(path));
    expect(trusts.length).toBeGreaterThan(100);
    for (const trust of trusts) {
      const [statement] = trust['statement'] as {
        actions: string[];
        principals: { type: string; identifiers: string[] }[];
      }[];
      expect(statement?.actions).toEqual(['sts:AssumeRole']);
      expect(statement?.principals.map(({ type, identifiers }) => [type, identifiers[0]])).toEqual([
        ['AWS', 'arn:aws:iam::999999999999:role/ci/deploy'],
      ]);
    }
  });

  it('last an hour', () => {
    const durations = stack.resources('aws_iam_role').map((role) => role['max_session_duration'] as unknown);
    expect(new Set(durations)).toEqual(new Set([3600, undefined]));
    expect(stack.only('aws_iam_role', 'use1a/Deploy-network/')['max_session_duration']).toBe(3600);
  });

  it('carry the tag of their cell, so that costs and access tell cells apart', () => {
    expect(stack.only('aws_iam_role', 'use1a/Deploy-network/')['tags']).toEqual({ cell: 'use1a' });
    expect(stack.only('aws_iam_role', 'bootstrap/Deploy-registry/')['tags']).toEqual({ cell: 'shared' });
  });
});

describe('permissions boundaries', () => {
  it('exist in every cell, in its own account', () => {
    const boundaries = stack.resources('aws_iam_policy').filter(({ path }) => path.includes('/Boundary/'));
    expect(boundaries.map((policy) => [policy['name'], policy['provider']] as unknown)).toEqual(
      expect.arrayContaining([
        [permissionsBoundaryName(USE1A), 'aws.account-222222222222'],
        [permissionsBoundaryName({ ...HOME, cell: 'home1' }), undefined],
      ]),
    );
    // And one of the platform itself.
    expect(boundaries).toHaveLength(CELLS.length + 1);
  });
});

describe('state roles', () => {
  const statements = stack.statements('use1a/State-network/Statements');

  it('live in the home account, for every deployer', () => {
    const roles = stack.resources('aws_iam_role').filter((role) => String(role['name']).includes('-state-'));
    expect(roles).toHaveLength(
      Object.keys(PLATFORM_GROUPS).length + CELLS.length * Object.keys(CELL_GROUPS).length,
    );
    expect(roles.map((role) => role['provider'] as unknown).filter(Boolean)).toEqual([]);
    expect(stack.only('aws_iam_role', 'use1a/State-network/')['name']).toBe(stateRoleName(USE1A, 'network'));
  });

  it('reach the state and the lock of their own stacks only', () => {
    const objects = statements
      .filter(({ actions }) => (actions as string[]).some((action) => /s3:(Get|Put|Delete)/.test(action)))
      .map(({ actions, resources }) => [actions, resources] as unknown);
    const bucket = `\${${stack.only('aws_s3_bucket', '/State/State/').address}.arn}`;
    expect(objects).toEqual([
      [
        ['s3:GetObject', 's3:PutObject'],
        [`${bucket}/prod/use1a-network.tfstate`, `${bucket}/prod/use1a-network.tfstate.tflock`],
      ],
      [['s3:DeleteObject'], [`${bucket}/prod/use1a-network.tfstate.tflock`]],
    ]);
  });

  it('list no state but their own', () => {
    expect(statements.find(({ sid }) => sid === 'FindState')?.['condition']).toEqual([
      {
        test: 'StringLike',
        variable: 's3:prefix',
        values: ['prod/use1a-network.tfstate', 'prod/use1a-network.tfstate.tflock', 'env:/'],
      },
    ]);
  });

  it('use the key through S3 only', () => {
    expect(statements.find(({ sid }) => sid === 'StateKey')?.['condition']).toEqual([
      { test: 'StringEquals', variable: 'kms:ViaService', values: ['s3.us-east-1.amazonaws.com'] },
    ]);
  });
});

describe('the stack', () => {
  it('uses one provider for each account, and takes the administrator role in accounts other than home', () => {
    const told = providers.map(({ alias, allowed_account_ids, assume_role }) => [
      alias,
      ...allowed_account_ids,
      assume_role?.[0]?.role_arn,
    ]);
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        [undefined, '111111111111', undefined],
        ['account-222222222222', '222222222222', `arn:aws:iam::222222222222:role/${ADMINISTRATOR_ROLE}`],
        ['account-333333333333', '333333333333', `arn:aws:iam::333333333333:role/${ADMINISTRATOR_ROLE}`],
      ]),
    );
  });

  it('makes the bucket and the key that every backend names', () => {
    expect(stack.only('aws_s3_bucket', '/State/State/')['bucket']).toBe(stateBucketName(HOME));
    expect(stack.only('aws_kms_alias')['name']).toBe(stateKeyAlias(HOME));
  });

  it('keeps its own state in the bucket, with the credentials of whoever applies it', () => {
    const { backend } = stack.json['terraform'] as { backend: { s3: Record<string, unknown> } };
    expect(backend.s3['bucket']).toBe(stateBucketName(HOME));
    expect(backend.s3).not.toHaveProperty('assume_role');
  });

  it('makes the bucket although state is still local, so that state can move there', () => {
    const local = build({ state: { backend: 'local', oldVersionRetentionDays: 30 } });
    expect(local.only('aws_s3_bucket', '/State/State/')['bucket']).toBe(stateBucketName(HOME));
  });
});
