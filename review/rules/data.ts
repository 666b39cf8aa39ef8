import { canonical } from '../canonical';
import type { ResourceChange, Values } from '../plan';
import { block, blocks } from '../values';
import { kindOf, objectOf } from './kinds';
import { added, shown, textOf, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

/** Types whose end loses something that no deployment brings back, and what that is. */
export const STATEFUL: Readonly<Record<string, string>> = {
  aws_backup_vault: 'its recovery points',
  aws_cloudwatch_log_group: 'its log',
  aws_cognito_identity_provider: 'the sign-in of all its users',
  aws_cognito_user_pool: 'all its users',
  aws_cognito_user_pool_client: 'its id and secret, which clients keep',
  aws_db_instance: 'its data',
  aws_dynamodb_table: 'its items',
  aws_dynamodb_table_replica: 'its copy of the items',
  aws_ebs_volume: 'its data',
  aws_ecr_repository: 'its images',
  aws_efs_file_system: 'its files',
  aws_eks_cluster: 'everything in the cluster',
  aws_elasticache_cluster: 'what it holds',
  aws_elasticache_replication_group: 'what it holds',
  aws_elasticache_serverless_cache: 'what it holds',
  aws_glue_catalog_table: 'its partitions',
  aws_fsx_ontap_file_system: 'its files',
  aws_kinesis_stream: 'its records',
  aws_kms_key: 'everything it encrypts',
  aws_kms_replica_key: 'everything it encrypts',
  aws_opensearch_domain: 'its indices',
  aws_prometheus_workspace: 'its metrics',
  aws_rds_cluster: 'its data',
  aws_rds_global_cluster: 'the link between its clusters',
  aws_route53_zone: 'its records and name servers',
  aws_s3_bucket: 'its objects',
  aws_secretsmanager_secret: 'its value',
  aws_sqs_queue: 'its messages',
  aws_timestreamwrite_table: 'its records',
  aws_vpc: 'the network of everything in it',
};

/** The same of objects in charts. */
const OBJECTS: Readonly<Record<string, string>> = {
  Namespace: 'everything in the namespace',
  PersistentVolumeClaim: 'its data',
  PersistentVolume: 'its data',
};

/** Things that are no more, or are others. A resource that Terraform only forgets goes on, and costs, without it. */
export const dataRule: RiskRule = ({ type, change }, fate) => {
  if (fate === 'change') return type === 'aws_dynamodb_table' ? table(change) : [];
  if (fate === 'forget') {
    return [{ level: 'low', kind: 'removed', what: 'is forgotten by Terraform, and stays as it is' }];
  }
  if (fate !== 'destroy' && fate !== 'replace') return [];
  const done = fate === 'destroy' ? 'destroyed' : 'replaced';
  const lost = STATEFUL[type] ?? OBJECTS[kindOf(type) ?? ''];
  const finding =
    lost === undefined
      ? ({ level: 'low', kind: 'removed', what: `is ${done}` } as const)
      : ({ level: 'high', kind: 'data', what: `is ${done}, and with it ${lost}` } as const);
  const skipsSnapshot = lost !== undefined && change.before?.['skip_final_snapshot'] === true;
  return [skipsSnapshot ? { ...finding, what: `${finding.what}; no final snapshot is taken` } : finding];
};

/** Copies and indices of a table, which are blocks of it. */
function table({ before, after }: ResourceChange['change']): readonly RuleFinding[] {
  const gone = (part: string, name: string): readonly string[] => {
    const of = (values: Values | null): readonly string[] =>
      blocks(values?.[part]).map((one) => String(one[name]));
    return added(of(after), of(before), (text) => text);
  };
  return [
    ...gone('replica', 'region_name').map((region): RuleFinding => ({
      level: 'high',
      kind: 'data',
      what: `its copy of the items in ${region} is destroyed`,
    })),
    ...gone('global_secondary_index', 'name').map((name): RuleFinding => ({
      level: 'high',
      kind: 'removed',
      what: `its index ${name} is destroyed: who asks by it gets no answer`,
    })),
  ];
}

/** What is in a chart of others, a program or an image, nobody sees here. */
export const unseenRule: RiskRule = ({ type, change: { before, after } }, fate, _, { seesCharts }) => {
  if (fate !== 'change' && fate !== 'replace') return [];
  if (type === 'aws_lambda_function') return programs(before ?? {}, after ?? {});
  if (type === 'aws_eks_addon') return addon(before ?? {}, after ?? {});
  if (type === 'helm_release') {
    if (fate === 'replace') return [];
    const isOurs = !textsOf(after?.['repository']).length && String(after?.['chart']).startsWith('.');
    if (seesCharts === true && isOurs) return [];
    return [unseen('changes in ways that a plan does not tell: read the objects of its chart')];
  }
  if (kindOf(type) !== 'ConfigMap') return [];
  return statements(objectOf(before), objectOf(after));
};

const unseen = (what: string): RuleFinding => ({ level: 'low', kind: 'unseen', what });

/** What a function runs, and where. */
const PROGRAM = [
  'filename',
  'source_code_hash',
  's3_key',
  's3_object_version',
  'image_uri',
  'handler',
  'runtime',
  'layers',
];

function programs(before: Values, after: Values): readonly RuleFinding[] {
  const isOther = (name: string): boolean => canonical(before[name]) !== canonical(after[name]);
  return [
    ...(PROGRAM.some(isOther) ? [unseen('runs another program: read it')] : []),
    ...(isOther('environment') ? [unseen('is set up in another way: environment changed')] : []),
    ...(isOther('vpc_config') ? [unseen('runs in another network')] : []),
  ];
}

/** Without this setting of the VPC CNI, policies of pods are there and do nothing. Source: "Network policies", Amazon EKS User Guide. */
function addon(before: Values, after: Values): readonly RuleFinding[] {
  const of = (values: Values): string => textOf(values['configuration_values']);
  if (of(before) === of(after)) return [];
  const enforces = (text: string): boolean => /"enableNetworkPolicy"\s*[:=]\s*"?true/.test(text);
  return enforces(of(before)) && !enforces(of(after))
    ? [
        {
          level: 'high',
          kind: 'network',
          what: 'enforces network policies no more: every pod may talk to anyone',
        },
      ]
    : [unseen('is set up in another way: configuration_values changed')];
}

/** Statements without which rows of one tenant are another's to read. Source: "Row Security Policies", PostgreSQL 16 docs. */
const ROW_SECURITY =
  /row\s+level\s+security|create\s+policy|alter\s+policy|drop\s+policy|bypassrls|\bsuperuser\b|security\s+definer|\bgrant\b|\brevoke\b/i;

/** SQL that a job runs. */
function statements(before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [before, after].map((values) => block(values['data']));
  const names = Object.keys({ ...was, ...is }).filter(
    (name) => name.endsWith('.sql') && was?.[name] !== is?.[name],
  );
  return names.map((name) => {
    const lines = (text: unknown): readonly string[] =>
      textOf(text)
        .split('\n')
        .map((line) => line.trim());
    const [old, now] = [lines(was?.[name]), lines(is?.[name])];
    const other = [...added(old, now, (line) => line), ...added(now, old, (line) => line)];
    const about = other.filter((line) => ROW_SECURITY.test(line) && !line.startsWith('--'));
    return about.length > 0
      ? {
          level: 'high',
          kind: 'isolation',
          what: `${name} says other things of whose rows are whose: read it (${shown(about[0])})`,
        }
      : unseen(`${name} is other SQL: read it`);
  });
}
