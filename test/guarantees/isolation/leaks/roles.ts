// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument */
import type { Scratch } from '../scratch';
import { A, ACCOUNT, ADDONS, arn, EU, G, inlinePolicy, type Leak, PATH, PREFIX } from './leak';

const ROLE = 'Service-api/Role';
const TRUST = 'Service-api/Role/Trust';
const NAMESPACE = 'aws:RequestTag/kubernetes-namespace';

const everySecret = (s: Scratch, stack: string): void => {
  s.add(stack, 'aws_iam_policy', {
    name: 'planted',
    policy: JSON.stringify({
      Statement: { Sid: 'Planted', Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' },
    }),
  });
};

/** A statement of a policy document: unlike JSON, it may hold any expression. */
const statement = (
  s: Scratch,
  actions: readonly string[],
  resource: string,
  condition: object[] = [],
): void => {
  s.statements(A, 'Service-api/Policy').push({
    sid: 'Planted',
    actions,
    resources: [resource],
    condition,
  });
};

const own = (s: Scratch, type: string, within: string, attribute: string): string =>
  `${s.address(A, type, within)}.${attribute}`;

/** Leaks by conditions, names that are computed, policies that stand apart, and boundaries. */
export const ROLE_LEAKS: readonly Leak[] = [
  {
    name: 'a second block of the same condition lets in one more namespace',
    plant: (s) => {
      s.statements(A, TRUST)[0].condition.unshift({
        test: 'StringEquals',
        variable: NAMESPACE,
        values: ['tenant-globex'],
      });
    },
    from: 'every other owner',
    to: A,
    says: 'demands no single kubernetes-namespace',
  },
  {
    name: 'a second block lets a tenant’s pods take a role of the platform',
    plant: (s) => {
      s.statements(ADDONS, 'Keda/Role/Role/Trust')[0].condition.unshift({
        test: 'StringEquals',
        variable: NAMESPACE,
        values: ['tenant-acme'],
      });
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'pods of any namespace',
  },
  {
    name: 'a second block lets in the resources of another tenant’s tag',
    plant: (s) => {
      const tag = (value: string): object => ({
        test: 'StringEquals',
        variable: 'aws:ResourceTag/tenant',
        values: [value],
      });
      statement(s, ['secretsmanager:GetSecretValue'], '*', [tag('globex'), tag('acme')]);
    },
    from: A,
    to: EU,
    says: 'statement Planted',
  },
  {
    name: 'a function makes another tenant’s name of an own one',
    plant: (s) => {
      const name = own(s, 'aws_secretsmanager_secret', 'Application', 'arn');
      statement(s, ['secretsmanager:GetSecretValue'], `\${replace(${name}, "acme", "globex")}`);
    },
    from: A,
    to: 'what this analysis cannot read',
    says: 'replace(',
  },
  {
    name: 'a function puts a wildcard behind an own name',
    plant: (s) => {
      statement(s, ['sts:AssumeRole'], `\${format("%s*", ${own(s, 'aws_iam_role', ROLE, 'arn')})}`);
    },
    from: A,
    to: 'what this analysis cannot read',
    says: 'format(',
  },
  {
    name: 'a part of an own name is the beginning of another’s',
    plant: (s) => {
      const parts = `slice(split(":", ${own(s, 'aws_rds_cluster', '', 'arn')}), 0, 5)`;
      statement(s, ['rds-db:connect'], `\${join(":", ${parts})}:dbuser:*/bulkhead_tenant_globex`);
    },
    from: A,
    to: 'what this analysis cannot read',
    says: 'slice(',
  },
  {
    name: 'a wildcard stands before an own name',
    plant: (s) => {
      const version = own(s, 'aws_secretsmanager_secret', 'Application', 'id');
      statement(
        s,
        ['secretsmanager:GetSecretValue'],
        arn('secretsmanager', `secret:${PATH}/*\${${version}}`),
      );
    },
    from: A,
    to: 'whatever has what stands before its own in the name',
    says: `secret:${PATH}/*`,
  },
  {
    name: 'another tenant’s name stands before an own one',
    plant: (s) => {
      const id = own(s, 'aws_kms_key', 'Secrets', 'key_id');
      statement(
        s,
        ['secretsmanager:GetSecretValue'],
        arn('secretsmanager', `secret:${PATH}/tenant-globex/\${${id}}`),
      );
    },
    from: A,
    to: 'whatever has what stands before its own in the name',
    says: 'tenant-globex',
  },
  {
    name: 'an alias of a tenant whose name begins alike',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, {
        Action: 'kms:UpdateAlias',
        Resource: arn('kms', `alias/${PREFIX}-tenant/acme-eu`),
      });
    },
    from: A,
    to: EU,
    says: 'kms:UpdateAlias',
  },
  {
    name: 'a policy of a platform’s stack that nobody has here',
    plant: (s) => {
      everySecret(s, ADDONS);
    },
    from: ADDONS,
    to: A,
    says: 'secretsmanager:*',
  },
  {
    name: 'a policy of a platform’s stack that a role lists',
    plant: (s) => {
      everySecret(s, ADDONS);
      s.resource(ADDONS, 'aws_iam_role', 'Keda/Role').managed_policy_arns = ['${aws_iam_policy.Planted.arn}'];
    },
    from: ADDONS,
    to: A,
    says: 'secretsmanager:*',
  },
  {
    name: 'an exclusive list attaches what AWS may change',
    plant: (s) => {
      s.add(ADDONS, 'aws_iam_role_policy_attachments_exclusive', {
        role_name: `\${${s.address(ADDONS, 'aws_iam_role', 'Keda/Role')}.name}`,
        policy_arns: ['arn:aws:iam::aws:policy/SecretsManagerReadWrite'],
      });
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'SecretsManagerReadWrite',
  },
  {
    name: 'people of a permission set may read all secrets',
    plant: (s) => {
      s.add(ADDONS, 'aws_ssoadmin_permission_set_inline_policy', {
        inline_policy: JSON.stringify({
          Statement: { Sid: 'Planted', Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' },
        }),
      });
    },
    from: ADDONS,
    to: A,
    says: 'secretsmanager:*',
  },
  {
    name: 'a controller may ask for the roles of all pods',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'Keda/Role', {
        Action: 'eks-auth:AssumeRoleForPodIdentity',
        Resource: '*',
      });
    },
    from: ADDONS,
    to: A,
    says: 'eks-auth:AssumeRoleForPodIdentity',
  },
  {
    name: 'a controller may change the registry of tenants',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'Keda/Role', { Action: 'dynamodb:*', Resource: '*' });
    },
    from: ADDONS,
    to: A,
    says: 'dynamodb:*',
  },
  {
    name: 'a role has no boundary',
    plant: (s) => {
      Reflect.deleteProperty(s.resource(A, 'aws_iam_role', ROLE), 'permissions_boundary');
    },
    from: A,
    to: 'every other owner',
    says: 'no permissions boundary',
  },
  {
    name: 'a role of the platform has a boundary that bounds nothing',
    plant: (s) => {
      s.resource(ADDONS, 'aws_iam_role', 'Keda/Role').permissions_boundary =
        'arn:aws:iam::aws:policy/AdministratorAccess';
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'AdministratorAccess',
  },
  {
    name: 'a service of AWS may take the role of pods',
    plant: (s) => {
      s.statements(A, TRUST).push({
        sid: 'Database',
        actions: ['sts:AssumeRole'],
        principals: [{ type: 'Service', identifiers: ['rds.amazonaws.com'] }],
      });
    },
    from: A,
    to: 'every other owner',
    says: 'trust statement Database',
  },
  {
    name: 'a tenant sets the policy of another’s secret by its ARN',
    plant: (s) => {
      s.add(A, 'aws_secretsmanager_secret_policy', {
        secret_arn: arn('secretsmanager', `secret:${PATH}/tenant-globex/application-AbCdEf`),
        policy: JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } }),
      });
    },
    from: A,
    to: G,
    says: 'it sets the policy of',
  },
  {
    name: 'an owner’s secret lets in whoever says to be of its namespace, from any account',
    plant: (s) => {
      s.statements(A, 'Secrets/Policy').push(anyone('secretsmanager:GetSecretValue'));
    },
    from: 'every other owner',
    to: A,
    says: 'statement Anyone',
  },
  {
    name: 'an owner’s key lets in whoever says to be of its namespace, from any account',
    plant: (s) => {
      s.statements(A, 'Secrets/Key/Policy').push(anyone('kms:Decrypt'));
    },
    from: 'every other owner',
    to: A,
    says: 'statement Anyone',
  },
  {
    name: 'a role of another account takes a tenant’s secret',
    plant: (s) => {
      const foreign = anyone('secretsmanager:GetSecretValue');
      s.statements(A, 'Secrets/Policy').push({
        ...foreign,
        principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT.replace('4', '9')}:root`] }],
      });
    },
    from: '944444444444',
    to: A,
    says: 'statement Anyone',
  },
];

const anyone = (action: string): object => ({
  sid: 'Anyone',
  actions: [action],
  resources: ['*'],
  principals: [{ type: 'AWS', identifiers: ['*'] }],
  condition: [
    {
      test: 'StringEquals',
      variable: 'aws:PrincipalTag/kubernetes-namespace',
      values: ['tenant-acme'],
    },
  ],
});
