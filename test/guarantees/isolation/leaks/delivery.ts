// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call */
import type { Loose, Scratch } from '../scratch';
import {
  A,
  ACCOUNT,
  ADDONS,
  arn,
  DELIVERY,
  IDENTITY,
  inlinePolicy,
  type Leak,
  PATH,
  PREFIX,
  STARTER,
} from './leak';

const ANYBODY = 'every other owner';
const SYNTHETIC = 'the synthetic tenants';
const secret = (owner: string): string =>
  arn('secretsmanager', `secret:${PATH}/${owner}/machine-credentials-??????`);
const SMOKE = 'tenant-smoke-starter-dev1a';
const RELEASE = arn('codebuild', `project/${PREFIX}-release-api`);

const RELEASE_POLICY = 'Release-api/Project/Policy';
const PIPELINE_TRUST = 'Release-api/Pipeline/Trust';

/** One statement of the delivery stack, by its sid. */
const statement = (s: Scratch, within: string, sid: string): Loose =>
  s.statements(DELIVERY, within).find((each: Loose) => each.sid === sid);

/** Changes whom the role trusts that pipelines take. */
const trust = (s: Scratch, change: (statement: Loose) => void): void => {
  change(s.statements(DELIVERY, PIPELINE_TRUST)[0]);
};

/** The policy of the secret of the synthetic tenant of the starter tier. */
const secretPolicy = (s: Scratch): Loose => s.statements(IDENTITY, 'Synthetic/smoke-starter-dev1a/Policy');

/** Changes for whom the identity stack has a machine's client made. */
const input = (s: Scratch, change: (text: string) => string): void => {
  const call = s.resource(IDENTITY, 'aws_lambda_invocation', 'smoke-starter-dev1a');
  call.input = change(call.input);
};

/** Leaks by what releases services, by the pipelines that start it, and by the tenants as which it tries releases out. */
export const DELIVERY_LEAKS: readonly Leak[] = [
  {
    name: 'what releases services reads a customer’s secret',
    plant: (s) => {
      statement(s, RELEASE_POLICY, 'BeSyntheticTenants').resources.push(secret('tenant-acme'));
    },
    from: DELIVERY,
    to: A,
    says: 'statement BeSyntheticTenants',
  },
  {
    name: 'what releases services reads all secrets of machines',
    plant: (s) => {
      statement(s, RELEASE_POLICY, 'BeSyntheticTenants').resources = [secret('tenant-*')];
    },
    from: DELIVERY,
    to: 'a tenant that could come',
    says: 'secretsmanager:GetSecretValue',
  },
  {
    name: 'what releases services puts a secret of a synthetic tenant',
    plant: (s) => {
      statement(s, RELEASE_POLICY, 'BeSyntheticTenants').actions.push('secretsmanager:PutSecretValue');
    },
    from: DELIVERY,
    to: SYNTHETIC,
    says: 'secretsmanager:PutSecretValue',
  },
  {
    name: 'what releases services decrypts what it likes',
    plant: (s) => {
      const decrypt = statement(s, RELEASE_POLICY, 'DecryptTheirSecrets');
      Reflect.deleteProperty(decrypt as object, 'condition');
    },
    from: DELIVERY,
    to: A,
    says: 'kms:Decrypt',
  },
  {
    name: 'another project may be what releases services',
    plant: (s) => {
      const [only] = s.statements(DELIVERY, 'Release-api/Project/Trust');
      only.condition = only.condition.filter(({ variable }: Loose) => variable !== 'aws:SourceArn');
    },
    from: DELIVERY,
    to: SYNTHETIC,
    says: 'statement BeSyntheticTenants',
  },
  {
    name: 'somebody else may be what releases services',
    plant: (s) => {
      const [only] = s.statements(DELIVERY, 'Release-api/Project/Trust');
      only.principals.push({ type: 'Service', identifiers: ['ec2.amazonaws.com'] });
    },
    from: DELIVERY,
    to: SYNTHETIC,
    says: 'statement DecryptTheirSecrets',
  },
  {
    name: 'the add-ons read the secret of a synthetic tenant',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'FluentBit/Role', {
        Action: 'secretsmanager:GetSecretValue',
        Resource: secret(SMOKE),
      });
    },
    from: ADDONS,
    to: SYNTHETIC,
    says: 'secretsmanager:GetSecretValue',
  },
  {
    name: 'a tier’s service reads the secret of its synthetic tenant',
    plant: (s) => {
      inlinePolicy(s, STARTER, 'Service-api', {
        Action: 'secretsmanager:GetSecretValue',
        Resource: secret(SMOKE),
      });
    },
    from: STARTER,
    to: SYNTHETIC,
    says: 'secretsmanager:GetSecretValue',
  },
  {
    name: 'pods read the secret of a synthetic tenant',
    plant: (s) => {
      secretPolicy(s)[0].condition = [
        {
          test: 'StringNotEquals',
          variable: 'aws:PrincipalTag/kubernetes-namespace',
          values: ['tier-starter'],
        },
      ];
    },
    from: IDENTITY,
    to: SYNTHETIC,
    says: 'its value is not refused to everybody but',
  },
  {
    name: 'anybody puts another secret for a synthetic tenant',
    plant: (s) => {
      secretPolicy(s).pop();
    },
    from: IDENTITY,
    to: SYNTHETIC,
    says: 'others than the function',
  },
  {
    name: 'another stack has a secret that is called as a synthetic tenant’s',
    plant: (s) => {
      s.add(ADDONS, 'aws_secretsmanager_secret', { name: `${PATH}/${SMOKE}/application` });
    },
    from: ADDONS,
    to: SYNTHETIC,
    says: 'it is called',
  },
  {
    name: 'the identity stack has a client made for a customer',
    plant: (s) => {
      input(s, (text) => text.replace('"smoke-starter-dev1a"', '"acme"'));
    },
    from: IDENTITY,
    to: A,
    says: 'it asks for tenantId acme',
  },
  {
    name: 'the identity stack has a customer’s scope given to a synthetic tenant',
    plant: (s) => {
      input(s, (text) => text.replace(`${SMOKE}/machine`, 'tenant-acme/machine'));
    },
    from: IDENTITY,
    to: A,
    says: 'it asks for scopes',
  },
  {
    name: 'the identity stack has a synthetic tenant’s secret put into a customer’s',
    plant: (s) => {
      const name = `${PATH}/tenant-acme/machine-credentials`;
      input(s, (text) => text.replace(/"secretArn" = [^,]*/, `"secretName" = "${name}"`));
    },
    from: IDENTITY,
    to: A,
    says: 'it asks for secretName',
  },
  {
    name: 'a stack of the platform calls a function of tenants',
    plant: (s) => {
      s.add(ADDONS, 'aws_lambda_invocation', {
        function_name: `${PREFIX}-machine-client`,
        input: JSON.stringify({ tenantId: 'smoke-starter-dev1a' }),
      });
    },
    from: ADDONS,
    to: ANYBODY,
    says: 'it asks for tenantId',
  },
  {
    name: 'a synthetic tenant of another cell has a scope here',
    plant: (s) => {
      s.resource(IDENTITY, 'aws_cognito_resource_server', 'smoke-starter-dev1a').identifier =
        'tenant-smoke-starter-dev1b';
    },
    from: IDENTITY,
    to: 'whoever is to be tenant-smoke-starter-dev1b',
    says: 'tokens know a tenant by that name',
  },
  {
    name: 'another stack makes the scope of a synthetic tenant',
    plant: (s) => {
      s.add(ADDONS, 'aws_cognito_resource_server', { identifier: SMOKE, scope: [] });
    },
    from: ADDONS,
    to: `whoever is to be ${SMOKE}`,
    says: 'tokens know a tenant by that name',
  },
  {
    name: 'pipelines of a stranger’s account start releases',
    plant: (s) => {
      trust(s, (only) => {
        only.principals[0].identifiers = ['arn:aws:iam::999999999999:root'];
        only.condition[0].values = ['arn:aws:iam::999999999999:role/bulkhead-dev-pipeline-api'];
      });
    },
    from: DELIVERY,
    to: ANYBODY,
    says: 'it lets AWS arn:aws:iam::999999999999:role/bulkhead-dev-pipeline-api take the role',
  },
  {
    name: 'whoever is in the home account starts releases',
    plant: (s) => {
      trust(s, (only) => Reflect.deleteProperty(only as object, 'condition'));
    },
    from: DELIVERY,
    to: ANYBODY,
    says: `it lets AWS arn:aws:iam::${ACCOUNT}:root take the role`,
  },
  {
    name: 'all pipelines start the releases of one service',
    plant: (s) => {
      trust(s, (only) => {
        only.condition[0].test = 'ArnLike';
        only.condition[0].values = [`arn:aws:iam::${ACCOUNT}:role/bulkhead-dev-pipeline-*`];
      });
    },
    from: DELIVERY,
    to: ANYBODY,
    says: `it lets AWS arn:aws:iam::${ACCOUNT}:root take the role`,
  },
  {
    name: 'another service’s pipelines start the releases of this one',
    plant: (s) => {
      trust(s, (only) => {
        only.condition[0].values = [`arn:aws:iam::${ACCOUNT}:role/bulkhead-dev-pipeline-web`];
      });
    },
    from: DELIVERY,
    to: 'what is not its own',
    says: 'statement StartAsItIs',
  },
  {
    name: 'a tenant’s service starts releases as a pipeline',
    plant: (s) => {
      trust(s, (only) => {
        only.condition[0].values = [`arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-acme.api`];
      });
    },
    from: A,
    to: 'the platform',
    says: 'take the role',
  },
  {
    name: 'a service’s pipelines start the releases of all',
    plant: (s) => {
      statement(s, 'Release-api/Pipeline/Policy', 'StartAsItIs').resources = [
        arn('codebuild', `project/${PREFIX}-release-*`),
      ];
    },
    from: DELIVERY,
    to: 'dev1a-',
    says: 'codebuild:StartBuild',
  },
  {
    name: 'a service’s pipelines change what releases it',
    plant: (s) => {
      statement(s, 'Release-api/Pipeline/Policy', 'Follow').actions.push('codebuild:UpdateProject');
    },
    from: DELIVERY,
    to: 'what is not its own',
    says: 'codebuild:UpdateProject',
  },
  {
    name: 'the add-ons start releases',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'FluentBit/Role', { Action: 'codebuild:StartBuild', Resource: RELEASE });
    },
    from: ADDONS,
    to: 'what is not its own',
    says: 'codebuild:StartBuild',
  },
  {
    name: 'a tenant’s service starts releases',
    plant: (s) => {
      inlinePolicy(s, A, 'Service-api', { Action: 'codebuild:StartBuild', Resource: RELEASE });
    },
    from: A,
    to: 'what is not its own',
    says: 'codebuild:StartBuild',
  },
  {
    name: 'what releases one service is in the group of another',
    plant: (s) => {
      s.resource(DELIVERY, 'aws_eks_access_entry').kubernetes_groups.push('bulkhead:releases:web');
    },
    from: DELIVERY,
    to: ANYBODY,
    says: 'into the group bulkhead:releases:web',
  },
  {
    name: 'somebody else is in the group of releases',
    plant: (s) => {
      s.add(ADDONS, 'aws_eks_access_entry', {
        cluster_name: PREFIX,
        principal_arn: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-deploy-addons`,
        kubernetes_groups: ['bulkhead:releases'],
      });
    },
    from: ADDONS,
    to: ANYBODY,
    says: 'into the group bulkhead:releases',
  },
  {
    name: 'somebody else is in the group that changes schemas',
    plant: (s) => {
      s.add(ADDONS, 'aws_eks_access_entry', {
        cluster_name: PREFIX,
        principal_arn: `arn:aws:iam::${ACCOUNT}:role/platform-admin`,
        kubernetes_groups: ['bulkhead:migrations'],
      });
    },
    from: ADDONS,
    to: ANYBODY,
    says: 'into the group bulkhead:migrations',
  },
];
