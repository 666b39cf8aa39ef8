// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument */
import {
  A,
  ADDONS,
  arn,
  CLUSTER,
  contractField,
  EU,
  G,
  inlinePolicy,
  type Leak,
  PATH,
  PREFIX,
  PROFESSIONAL,
  SHARD,
  STARTER,
  ACCOUNT,
} from './leak';

const POLICY = 'Service-api/Policy';
const TRUST = 'Service-api/Role/Trust';
const ROLE = 'Service-api/Role';

/** Leaks by what roles may do and who may take them. */
export const IAM_LEAKS: readonly Leak[] = [
  {
    name: 'a wildcard behind a tenant’s name reaches one whose name begins with it',
    plant: (s) => {
      s.statements(A, POLICY)[0].resources = [arn('secretsmanager', `secret:${PATH}/tenant-acme*`)];
    },
    from: A,
    to: EU,
    says: 'statement OwnSecrets',
  },
  {
    name: 'a wildcard reaches a tenant that does not exist yet',
    plant: (s) => {
      s.statements(G, POLICY)[0].resources = [arn('secretsmanager', `secret:${PATH}/tenant-globex-*`)];
    },
    from: G,
    to: 'a tenant that could come, such as globex-x',
    says: 'tenant-globex-*',
  },
  {
    name: 'a wildcard reaches tenants of a name that nobody has',
    plant: (s) => {
      s.statements(G, POLICY)[2].resources = [arn('ssm', `parameter/${PATH}/tenant-zeta*`)];
    },
    from: G,
    to: 'a tenant that could come',
    says: 'tenant-zeta*',
  },
  {
    name: 'the session variable is gone from a path',
    plant: (s) => {
      s.statements(A, POLICY)[0].resources = [arn('secretsmanager', `secret:${PATH}/*`)];
    },
    from: A,
    to: EU,
    says: `secret:${PATH}/*`,
  },
  {
    name: 'the session variable is another, which nothing demands',
    plant: (s) => {
      s.statements(A, POLICY)[2].resources = [arn('ssm', `parameter/${PATH}/&{aws:PrincipalTag/tenant}/*`)];
    },
    from: A,
    to: EU,
    says: 'OwnParameters',
  },
  {
    name: 'the trust policy demands no namespace, so the session variable can be anything',
    plant: (s) => {
      const statements = s.statements(A, TRUST);
      statements[0].condition = statements[0].condition.filter(
        (c: { variable: string }) => !c.variable.endsWith('namespace'),
      );
    },
    from: 'every other owner',
    to: A,
    says: 'pods of any namespace may take the role',
  },
  {
    name: 'the trust policy is loosened to StringLike',
    plant: (s) => {
      const [, namespace] = s.statements(A, TRUST)[0].condition;
      namespace.test = 'StringLike';
      namespace.values = ['tenant-acme*'];
    },
    from: 'every other owner',
    to: A,
    says: 'demands no single kubernetes-namespace',
  },
  {
    name: 'the trust policy names another’s namespace',
    plant: (s) => {
      s.statements(A, TRUST)[0].condition[1].values = ['tenant-acme-eu'];
    },
    from: EU,
    to: A,
    says: 'pods of tenant-acme-eu may take the role',
  },
  {
    name: 'with the namespace of another in the trust policy, the session variable reaches what is the other’s',
    plant: (s) => {
      s.statements(A, TRUST)[0].condition[1].values = ['tenant-globex'];
    },
    from: A,
    to: G,
    says: `secret:${PATH}/tenant-globex/*`,
  },
  {
    name: 'the trust policy trusts the account',
    plant: (s) => {
      s.statements(A, TRUST).push({
        actions: ['sts:AssumeRole'],
        principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:root`] }],
      });
    },
    from: `arn:aws:iam::${ACCOUNT}:root`,
    to: A,
    says: 'take the role',
  },
  {
    name: 'a role trusts a role of another tenant',
    plant: (s) => {
      s.statements(A, TRUST).push({
        actions: ['sts:AssumeRole'],
        principals: [
          { type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-globex.api`] },
        ],
      });
    },
    from: G,
    to: A,
    says: `${PREFIX}-tenant-globex.api`,
  },
  {
    name: 'a role trusts any web identity',
    plant: (s) => {
      s.statements(A, TRUST).push({
        actions: ['sts:AssumeRoleWithWebIdentity'],
        principals: [{ type: 'Federated', identifiers: [`arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks`] }],
      });
    },
    from: 'oidc-provider',
    to: A,
    says: 'take the role',
  },
  {
    name: 'a role’s own tag names another’s namespace',
    plant: (s) => {
      s.resource(A, 'aws_iam_role', ROLE).tags = { 'kubernetes-namespace': 'tenant-globex' };
    },
    from: A,
    to: 'tenant-globex',
    says: 'has the tag kubernetes-namespace',
  },
  {
    name: 'a managed policy of AWS is attached',
    plant: (s) => {
      s.add(A, 'aws_iam_role_policy_attachment', {
        role: `\${${s.address(A, 'aws_iam_role', ROLE)}.name}`,
        policy_arn: 'arn:aws:iam::aws:policy/SecretsManagerReadWrite',
      });
    },
    from: A,
    to: 'every other owner',
    says: 'SecretsManagerReadWrite',
  },
  {
    name: 'a managed policy is in the role itself',
    plant: (s) => {
      s.resource(A, 'aws_iam_role', ROLE).managed_policy_arns = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
    },
    from: A,
    to: 'every other owner',
    says: 'ReadOnlyAccess',
  },
  {
    name: 'the permissions boundary, which allows all that workloads do, is attached as a policy',
    plant: (s) => {
      s.add(A, 'aws_iam_role_policy_attachment', {
        role: `\${${s.address(A, 'aws_iam_role', ROLE)}.name}`,
        policy_arn: `arn:aws:iam::${ACCOUNT}:policy/${PREFIX}-boundary`,
      });
    },
    from: A,
    to: 'every other owner',
    says: `${PREFIX}-boundary`,
  },
  {
    name: 'NotResource leaves everybody else in',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, {
        Action: 'secretsmanager:GetSecretValue',
        NotResource: arn('secretsmanager', 'secret:other/*'),
      });
    },
    from: A,
    to: 'everybody',
    says: 'NotResource',
  },
  {
    name: 'NotAction leaves every other action in',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, { NotAction: 'iam:*', Resource: '*' });
    },
    from: A,
    to: 'everybody',
    says: 'all actions but iam:*',
  },
  {
    name: 'upper and lower case make no difference in actions',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, {
        Action: 'SECRETSMANAGER:getsecretvalue',
        Resource: arn('secretsmanager', `secret:${PATH}/tenant-globex/*`),
      });
    },
    from: A,
    to: G,
    says: 'statement Planted',
  },
  {
    name: 'everything on everything',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, { Action: '*', Resource: '*' });
    },
    from: A,
    to: EU,
    says: 'it allows * on *',
  },
  {
    name: 'a policy that Terraform computes',
    plant: (s) => {
      s.resource(A, 'aws_iam_role_policy', 'Service-api/Permissions').policy = '${file("policy.json")}';
    },
    from: A,
    to: 'every other owner',
    says: 'cannot be read',
  },
  {
    name: 'a statement that a document inherits',
    plant: (s) => {
      s.addData(A, 'aws_iam_policy_document', 'Base', {
        statement: [
          {
            sid: 'Inherited',
            actions: ['sqs:ReceiveMessage'],
            resources: [arn('sqs', `${PREFIX}-tenant-globex_jobs`)],
          },
        ],
      });
      s.json(A).data.aws_iam_policy_document[
        Object.keys(s.json(A).data.aws_iam_policy_document).find((name) =>
          name.includes('Service-api_Policy'),
        ) ?? ''
      ].source_policy_documents = ['${data.aws_iam_policy_document.Base.json}'];
    },
    from: A,
    to: G,
    says: 'statement Inherited',
  },
  {
    name: 'a policy made by jsonencode',
    plant: (s) => {
      s.add(A, 'aws_iam_role_policy', {
        role: `\${${s.address(A, 'aws_iam_role', ROLE)}.name}`,
        policy: `\${jsonencode({"Version" = "2012-10-17", "Statement" = [{"Sid" = "Encoded", "Effect" = "Allow", "Action" = "ssm:GetParameter", "Resource" = "${arn('ssm', `parameter/${PATH}/tenant-globex/*`)}"}]})}`,
      });
    },
    from: A,
    to: G,
    says: 'statement Encoded',
  },
  {
    name: 'a resource behind a local value',
    plant: (s) => {
      s.json(A).locals = { queue: arn('sqs', `${PREFIX}-tenant-globex_jobs`) };
      s.statements(A, POLICY)[3].resources = ['${local.queue}'];
    },
    from: A,
    to: G,
    says: 'OwnQueues',
  },
  {
    name: 'queues without the sign that ends a tenant’s name',
    plant: (s) => {
      s.statements(A, POLICY)[3].resources = [
        arn('sqs', `${PREFIX}-&{aws:PrincipalTag/kubernetes-namespace}*`),
      ];
    },
    from: A,
    to: EU,
    says: 'OwnQueues',
  },
  {
    name: 'any key of the account may decrypt, without a condition on what',
    plant: (s) => {
      s.statements(A, POLICY)[1].resources = ['*'];
      s.statements(A, POLICY)[1].condition = [
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [`secretsmanager.us-east-1.amazonaws.com`],
        },
      ];
    },
    from: A,
    to: EU,
    says: 'DecryptOwnSecrets',
  },
  {
    name: 'another tenant’s key, by its contract',
    plant: (s) => {
      const key = contractField(s, A, 'tenant-globex', 'databaseKeyArn');
      inlinePolicy(s, A, ROLE, { Action: 'kms:Decrypt', Resource: key });
    },
    from: A,
    to: G,
    says: 'kms:Decrypt',
  },
  {
    name: 'login to another tenant’s database',
    plant: (s) => {
      const id = contractField(s, A, 'tenant-globex', 'clusterResourceId');
      inlinePolicy(s, A, ROLE, {
        Action: 'rds-db:connect',
        Resource: `arn:aws:rds-db:us-east-1:${ACCOUNT}:dbuser:${id}/bulkhead_tenant_globex`,
      });
    },
    from: A,
    to: G,
    says: 'rds-db:connect',
  },
  {
    name: 'login to any database',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, {
        Action: 'rds-db:connect',
        Resource: arn('rds-db', 'dbuser:*/bulkhead_tenant_acme'),
      });
    },
    from: A,
    to: 'a tenant that could come',
    says: 'dbuser:*/bulkhead_tenant_acme',
  },
  {
    name: 'a tier logs in to a shard as another tier',
    plant: (s) => {
      const id = contractField(s, STARTER, 'data-shard-1', 'connectResourceId');
      inlinePolicy(s, STARTER, ROLE, {
        Action: 'rds-db:connect',
        Resource: `arn:aws:rds-db:us-east-1:${ACCOUNT}:dbuser:${id}/bulkhead_professional`,
      });
    },
    from: STARTER,
    to: SHARD,
    says: 'bulkhead_professional',
  },
  {
    name: 'connecting to the cache as another tenant',
    plant: (s) => {
      s.statements(A, 'Service-api/Cache/Permissions')[0].resources[1] = arn(
        'elasticache',
        `user:${PREFIX}-ten-globex`,
      );
    },
    from: A,
    to: G,
    says: 'ConnectToCache',
  },
  {
    name: 'connecting to the cache as whoever has a name that begins alike',
    plant: (s) => {
      s.statements(A, 'Service-api/Cache/Permissions')[0].resources[1] = arn(
        'elasticache',
        `user:${PREFIX}-ten-acme*`,
      );
    },
    from: A,
    to: EU,
    says: 'ten-acme*',
  },
  {
    name: 'taking a role of another tenant',
    plant: (s) => {
      inlinePolicy(s, A, ROLE, {
        Action: 'sts:AssumeRole',
        Resource: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-globex.api`,
      });
    },
    from: A,
    to: G,
    says: 'sts:AssumeRole',
  },
  {
    name: 'one stack adds permissions to a role of another',
    plant: (s) => {
      s.add(G, 'aws_iam_role_policy', {
        role: `${PREFIX}-tenant-acme.api`,
        policy: JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } }),
      });
    },
    from: G,
    to: A,
    says: 'adds permissions to',
  },
  {
    name: 'External Secrets may read the secrets of all',
    plant: (s) => {
      s.statements(ADDONS, 'ExternalSecrets/Role/Policy')[0].resources = [
        arn('secretsmanager', `secret:${PATH}/*`),
      ];
    },
    from: ADDONS,
    to: A,
    says: 'statement SharedSecrets',
  },
  {
    name: 'External Secrets may decrypt with any key',
    plant: (s) => {
      const [via] = s.statements(ADDONS, 'ExternalSecrets/Role/Policy')[1].condition;
      s.statements(ADDONS, 'ExternalSecrets/Role/Policy')[1].condition = [via];
    },
    from: ADDONS,
    to: A,
    says: 'statement DecryptSecrets',
  },
  {
    name: 'KEDA may read the messages of all',
    plant: (s) => {
      s.statements(ADDONS, 'Keda/Role/Policy')[1].actions.push('sqs:Receive*');
    },
    from: ADDONS,
    to: A,
    says: 'statement QueueDepth',
  },
  {
    name: 'a controller of the platform may log in to a shard',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'Keda/Role', { Action: 'rds-db:*', Resource: arn('rds-db', 'dbuser:*/*') });
    },
    from: ADDONS,
    to: PROFESSIONAL,
    says: 'rds-db:*',
  },
  {
    name: 'Karpenter may pass any role',
    plant: (s) => {
      inlinePolicy(s, CLUSTER, 'Karpenter/Controller/Role', {
        Action: 'iam:PassRole',
        Resource: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-*`,
      });
    },
    from: CLUSTER,
    to: A,
    says: 'iam:PassRole',
  },
  {
    name: 'a role of the platform may be taken by pods of a tenant',
    plant: (s) => {
      s.statements(ADDONS, 'ExternalSecrets/Role/Role/Trust')[0].condition[1].values = ['tenant-acme'];
    },
    from: A,
    to: 'the platform',
    says: 'pods of tenant-acme may take the role',
  },
  {
    name: 'a role of the platform may be taken by pods of any namespace',
    plant: (s) => {
      const statement = s.statements(ADDONS, 'ExternalSecrets/Role/Role/Trust')[0];
      statement.condition[1].test = 'StringLike';
      statement.condition[1].values = ['*'];
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'pods of any namespace',
  },
  {
    name: 'a tenant’s role belongs to a service account of another’s namespace',
    plant: (s) => {
      s.resource(A, 'aws_eks_pod_identity_association', 'Service-api').namespace = 'tenant-globex';
    },
    from: G,
    to: A,
    says: 'service account api of namespace tenant-globex',
  },
  {
    name: 'two tenants share a role',
    plant: (s) => {
      s.resource(G, 'aws_eks_pod_identity_association', 'Service-api').role_arn =
        `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-acme.api`;
    },
    from: G,
    to: A,
    says: 'it gives the role',
  },
  {
    name: 'a tenant’s pods get a role of the platform',
    plant: (s) => {
      s.resource(ADDONS, 'aws_eks_pod_identity_association', 'ExternalSecrets').namespace = 'tenant-acme';
    },
    from: A,
    to: 'the platform',
    says: 'it gives a role of dev1a-addons',
  },
  {
    name: 'sessions carry no tags',
    plant: (s) => {
      s.resource(A, 'aws_eks_pod_identity_association', 'Service-api').disable_session_tags = true;
    },
    from: A,
    to: 'every other owner',
    says: 'disable_session_tags',
  },
  {
    name: 'the trust policy demands no cluster',
    plant: (s) => {
      const statements = s.statements(A, TRUST);
      statements[0].condition = statements[0].condition.filter(
        (c: { variable: string }) => !c.variable.endsWith('eks-cluster-arn'),
      );
    },
    from: 'pods of another cluster',
    to: A,
    says: 'no eks-cluster-arn',
  },
  {
    name: 'statements that Terraform computes',
    plant: (s) => {
      const documents = s.json(A).data.aws_iam_policy_document;
      const [name = ''] = Object.keys(documents).filter((each) => each.includes('Service-api_Policy'));
      documents[name].dynamic = {
        statement: { for_each: ['x'], content: { actions: ['*'], resources: ['*'] } },
      };
    },
    from: A,
    to: 'every other owner',
    says: 'cannot be read',
  },
  {
    name: 'an inline policy inside a role',
    plant: (s) => {
      s.resource(A, 'aws_iam_role', ROLE).inline_policy = [
        {
          name: 'x',
          policy: JSON.stringify({
            Statement: { Sid: 'Inside', Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: '*' },
          }),
        },
      ];
    },
    from: A,
    to: EU,
    says: 'statement Inside',
  },
  {
    name: 'a policy of its own, attached',
    plant: (s) => {
      s.add(A, 'aws_iam_policy', {
        name: 'x',
        policy: JSON.stringify({
          Statement: { Sid: 'Apart', Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' },
        }),
      });
      s.add(A, 'aws_iam_role_policy_attachment', {
        role: `\${${s.address(A, 'aws_iam_role', ROLE)}.name}`,
        policy_arn: '${aws_iam_policy.Planted.arn}',
      });
    },
    from: A,
    to: EU,
    says: 'statement Apart',
  },
];
