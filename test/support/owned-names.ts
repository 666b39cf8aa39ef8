import { MIGRATOR } from '../../constructs/core/schema-jobs';
import { NAME_RULES, type NameKind } from '../../constructs/core/naming';
import type { Synthesized, SynthesizedStack } from './synth';

/** Names of one kind that a stack gives, and what their service takes. */
export interface NamesOfKind {
  readonly kind: string;
  readonly names: readonly string[];
  /** Longest, in characters. */
  readonly max: number;
  readonly pattern: RegExp;
  /** Whether another cell may give the same name: names of a cluster, and of a database. */
  readonly ofCell?: true;
}

/** "Object Names and IDs: RFC 1035 and RFC 1123 labels", Kubernetes documentation. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const LABEL_MAX = 63;

/** Types of AWS with one name each, their attribute, and their rule. */
const AWS: readonly (readonly [type: string, attribute: string, rule: NameKind])[] = [
  ['aws_iam_role', 'name', 'iamRole'],
  ['aws_security_group', 'name', 'securityGroup'],
  ['aws_rds_cluster', 'cluster_identifier', 'rdsCluster'],
  ['aws_rds_cluster_instance', 'identifier', 'rdsInstance'],
  ['aws_db_subnet_group', 'name', 'rdsSubnetGroup'],
  ['aws_db_proxy', 'name', 'rdsProxy'],
  ['aws_db_proxy_endpoint', 'db_proxy_endpoint_name', 'rdsProxyEndpoint'],
  ['aws_cloudwatch_log_group', 'name', 'logGroup'],
  ['aws_elasticache_user', 'user_id', 'elasticacheUser'],
];

/** All names that a stack gives to what belongs to its owner, by kind. Names of one kind share what they must be unique in. */
export function ownedNames(stack: SynthesizedStack): NamesOfKind[] {
  const texts = (type: string, attribute: string): string[] =>
    stack.resources(type).map((resource) => String(resource[attribute]));
  return [
    ...AWS.map(([type, attribute, rule]) => ({
      kind: type,
      names: texts(type, attribute),
      ...NAME_RULES[rule],
    })),
    {
      kind: 'aws_kms_alias',
      names: texts('aws_kms_alias', 'name').map((name) => name.replace(/^alias\//, '')),
      ...NAME_RULES.kmsAlias,
    },
    {
      // `FinalDBSnapshotIdentifier`, DeleteDBCluster, RDS API reference.
      kind: 'final snapshot',
      names: texts('aws_rds_cluster', 'final_snapshot_identifier'),
      max: 255,
      pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    },
    {
      // `Name`, CreateSecret, Secrets Manager API reference. No hyphen and six characters at the end, as in its ARNs.
      kind: 'aws_secretsmanager_secret',
      names: texts('aws_secretsmanager_secret', 'name'),
      max: 512,
      pattern: /^(?!.*-[A-Za-z0-9]{6}$)[\w/+=.@-]+$/,
    },
    {
      // `Name`, PutParameter, Systems Manager API reference.
      kind: 'aws_ssm_parameter',
      names: texts('aws_ssm_parameter', 'name'),
      max: 1011,
      pattern: /^(\/[\w.-]+){1,15}$/,
    },
    {
      // "DNS domain name format", Route 53 Developer Guide: labels of up to 63, 255 in all.
      kind: 'aws_route53_record',
      names: texts('aws_route53_record', 'name'),
      max: 255,
      pattern: /^(?:(?=[^.]{1,63}\.)[a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$/,
    },
    {
      kind: 'aws_eks_pod_identity_association',
      names: stack
        .resources('aws_eks_pod_identity_association')
        .map((each) => `${placeOf(String(each['namespace']))}/${String(each['service_account'])}`),
      max: 2 * LABEL_MAX + 1,
      pattern: /^[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}$/,
      ofCell: true,
    },
    {
      // `Identifier`, CreateResourceServer, Cognito API reference: one in a user pool.
      kind: 'aws_cognito_resource_server',
      names: texts('aws_cognito_resource_server', 'identifier'),
      max: 256,
      pattern: /^tenant-[a-z0-9-]+$/,
      ofCell: true,
    },
    {
      kind: 'database user',
      // That of migrations has the same name in every database, and each role may be it in one.
      names: databaseUsers(stack).filter((user) => user !== MIGRATOR),
      // "Identifiers and Key Words", PostgreSQL documentation: longer ones are cut off.
      max: 63,
      pattern: /^[a-z_][a-z0-9_]*$/,
      ofCell: true,
    },
    ...kubernetesNames(stack),
  ];
}

/** Names of typed objects, and of releases: by type and namespace. */
function kubernetesNames(stack: SynthesizedStack): NamesOfKind[] {
  const types = Object.keys(stack.inventory()).filter((type) => type.startsWith('kubernetes_'));
  const typed = types.flatMap((type) =>
    stack.resources(type).map(({ metadata }) => {
      const { name = 'default', namespace } = metadata as {
        readonly name?: string;
        readonly namespace?: string;
      };
      return { kind: `${type} in ${placeOf(namespace)}`, names: [name], max: LABEL_MAX };
    }),
  );
  const releases = stack.resources('helm_release').map((release) => ({
    kind: `helm_release in ${String(release['namespace'])}`,
    names: [String(release['name'])],
    // Helm's own: `helm.sh/helm/v3/pkg/action`.
    max: 53,
  }));
  return [...typed, ...releases].map((each) => ({ ...each, pattern: LABEL, ofCell: true as const }));
}

/** A namespace, or the only one that is known by a contract: of jobs that change databases. */
const placeOf = (namespace = 'cluster'): string =>
  namespace.startsWith('${') ? 'data-migrations' : namespace;

/** Users that roles of the stack may log in as. */
const databaseUsers = (stack: SynthesizedStack): string[] => [
  ...new Set(
    [...JSON.stringify(stack.json['data']).matchAll(/:dbuser:[^/]+\/([^"]+)"/g)].map(([, user = '']) => user),
  ),
];

/** Patterns of what the roles of a stack may use, with the owner's namespace where the session's tag is. */
export function resourcePatterns(stack: SynthesizedStack, namespace: string): readonly string[] {
  const statements = stack
    .data('aws_iam_policy_document')
    .flatMap(({ statement }) => statement as readonly Synthesized[]);
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ resources }) => (resources ?? []) as string[])
    .filter((resource) => resource.includes('aws:PrincipalTag/kubernetes-namespace'))
    .map((resource) => resource.replaceAll('&{aws:PrincipalTag/kubernetes-namespace}', namespace));
}
