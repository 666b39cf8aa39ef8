import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';
import { invalid } from './validation';
import { nameParts, type Placement, placementOf } from './placement';

interface NameRule {
  /** Longest name the service takes, in characters. */
  readonly max: number;
  /** Shape of a whole name. */
  readonly pattern: RegExp;
  /** How far a name must be unique: among names of its kind in one account and region, in one account, or in all of AWS. */
  readonly unique: 'region' | 'account' | 'world';
}

const LETTERS = /^[a-zA-Z][a-zA-Z0-9-]*$/;
const LOWER = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * What each service allows as a name. Sources: the API reference of the create call of each service, parameter
 * `Name` or `Identifier`, and for buckets "Amazon S3 general purpose bucket naming rules".
 */
export const NAME_RULES = {
  s3Bucket: { max: 63, pattern: LOWER, unique: 'world' },
  iamRole: { max: 64, pattern: /^[\w+=,.@-]+$/, unique: 'account' },
  iamInstanceProfile: { max: 128, pattern: /^[\w+=,.@-]+$/, unique: 'account' },
  iamPolicy: { max: 128, pattern: /^[\w+=,.@-]+$/, unique: 'account' },
  kmsAlias: { max: 250, pattern: /^[\w/-]+$/, unique: 'region' },
  dynamodbTable: { max: 255, pattern: /^[\w.-]{3,}$/, unique: 'region' },
  // Value of the tag `Name`, which is all the name that VPC resources have: "Tag your Amazon EC2 resources".
  nameTag: { max: 256, pattern: /^[\w .:/=+@-]+$/, unique: 'region' },
  eksCluster: { max: 100, pattern: /^[a-zA-Z0-9][\w-]*$/, unique: 'region' },
  eksNodeGroup: { max: 63, pattern: /^[a-zA-Z0-9][\w-]*$/, unique: 'region' },
  launchTemplate: { max: 128, pattern: /^[\w().\\/-]{3,}$/, unique: 'region' },
  sqsQueue: { max: 80, pattern: /^[\w-]+$/, unique: 'region' },
  eventRule: { max: 64, pattern: /^[\w.-]+$/, unique: 'region' },
  logGroup: { max: 512, pattern: /^[\w./#-]+$/, unique: 'region' },
  securityGroup: { max: 255, pattern: /^(?!sg-)[\w ._:/()#,@[\]+=&;{}!$*-]+$/, unique: 'region' },
  rdsCluster: { max: 63, pattern: LOWER, unique: 'region' },
  rdsInstance: { max: 63, pattern: LOWER, unique: 'region' },
  rdsProxy: { max: 60, pattern: LETTERS, unique: 'region' },
  rdsProxyEndpoint: { max: 60, pattern: LETTERS, unique: 'region' },
  rdsSubnetGroup: { max: 255, pattern: LOWER, unique: 'region' },
  rdsParameterGroup: { max: 255, pattern: LOWER, unique: 'region' },
  elasticacheReplicationGroup: { max: 40, pattern: LOWER, unique: 'region' },
  elasticacheSubnetGroup: { max: 255, pattern: LOWER, unique: 'region' },
  elasticacheParameterGroup: { max: 255, pattern: LOWER, unique: 'region' },
  elasticacheUser: { max: 40, pattern: LOWER, unique: 'region' },
  elasticacheUserGroup: { max: 40, pattern: LOWER, unique: 'region' },
  cognitoUserPool: { max: 128, pattern: /^[\w\s+=,.@-]+$/, unique: 'region' },
  webAcl: { max: 128, pattern: /^[\w-]+$/, unique: 'region' },
  lambdaFunction: { max: 64, pattern: /^[\w-]+$/, unique: 'region' },
  // Vaults, plans and selections alike: `BackupVaultName`, AWS Backup API reference.
  backup: { max: 50, pattern: /^[\w-]{2,}$/, unique: 'region' },
  // `Name` of CreateLoadBalancer and CreateTargetGroup, Elastic Load Balancing API reference.
  loadBalancer: { max: 32, pattern: /^(?!internal-)[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/, unique: 'region' },
  targetGroup: { max: 32, pattern: /^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/, unique: 'region' },
  firehoseStream: { max: 64, pattern: /^[\w.-]+$/, unique: 'region' },
  athenaWorkgroup: { max: 128, pattern: /^[\w.-]+$/, unique: 'region' },
  metricAlarm: { max: 255, pattern: /^[\w-]+$/, unique: 'region' },
  codePipeline: { max: 100, pattern: /^[\w.@-]+$/, unique: 'region' },
  // "Quotas for AWS CodeBuild", AWS CodeBuild User Guide.
  codeBuildProject: { max: 150, pattern: /^[a-zA-Z0-9][\w-]+$/, unique: 'region' },
  snsTopic: { max: 256, pattern: /^[\w-]+$/, unique: 'region' },
  schedule: { max: 64, pattern: /^[\w.-]+$/, unique: 'region' },
  // `Name` of CreateEventBus, Amazon EventBridge API Reference; of CreateStateMachine, with what CloudWatch logs of it.
  eventBus: { max: 256, pattern: /^(?!aws\.)[\w.-]+$/, unique: 'region' },
  stateMachine: { max: 80, pattern: /^[\w-]+$/, unique: 'region' },
  cloudFormationStack: { max: 128, pattern: LETTERS, unique: 'region' },
} as const satisfies Readonly<Record<string, NameRule>>;

export type NameKind = keyof typeof NAME_RULES;

/** Hexadecimal digits of the hash that ends a shortened name: 32 bits, and a collision is an error anyway. */
const HASH_LENGTH = 8;

/** How a shortened name ends. */
const HASH = new RegExp(`-[0-9a-f]{${String(HASH_LENGTH)}}$`);

/**
 * Joins parts with hyphens and keeps the result within `max` characters. A name that is too long keeps its beginning and
 * ends in a hash of the whole, so that two long names stay two names. So does one that fits but is as long as a shortened
 * name and ends like one: it might be what another was shortened to.
 */
export function nameWithin(max: number, parts: readonly string[]): string {
  const whole = parts.join('-');
  // A shortened name has all characters, or one less where a hyphen stood before the hash.
  const isLikeShortened = whole.length >= max - 1 && HASH.test(whole);
  if (whole.length <= max && !isLikeShortened) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
  return `${whole.slice(0, max - HASH_LENGTH - 1).replace(/-+$/, '')}-${hash}`;
}

/** Names given so far, by the root of the construct tree: `kind:account:region:name` to the path that took it. */
const taken = new WeakMap<IConstruct, Map<string, string>>();

/** The name that {@link physicalName} gives to a resource of a placement, for those who refer to it from elsewhere. */
export function nameIn(placement: Placement, kind: NameKind, ...parts: readonly string[]): string {
  const { max, unique }: NameRule = NAME_RULES[kind];
  const place = unique === 'world' ? [placement.account, placement.region] : [];
  return nameWithin(max, [...nameParts(placement), ...parts, ...place]);
}

/**
 * The physical name of a resource: `<platform>-<environment>[-<cell>]-<parts…>`, within the limits of its service.
 * Buckets also carry account and region, because their names are shared by all of AWS.
 *
 * @throws ValidationError when the service would refuse the name, or when it was given out before
 */
export function physicalName(scope: IConstruct, kind: NameKind, ...parts: readonly string[]): string {
  const placement = placementOf(scope);
  const { account, region } = placement;
  const rule: NameRule = NAME_RULES[kind];
  const name = nameIn(placement, kind, ...parts);
  if (!rule.pattern.test(name)) {
    throw invalid(scope, 'name', [`${kind} name must match ${rule.pattern.source}, got '${name}'`]);
  }
  reserve(scope, kind, name, { world: '', account, region: `${account}/${region}` }[rule.unique]);
  return name;
}

function reserve(scope: IConstruct, kind: NameKind, name: string, within: string): void {
  const names = taken.get(scope.node.root) ?? new Map<string, string>();
  taken.set(scope.node.root, names);
  const key = `${kind}:${within}:${name}`;
  const owner = names.get(key);
  if (owner !== undefined) throw invalid(scope, 'name', [takenTwice(key, owner)]);
  names.set(key, scope.node.path);
}

/** Names given so far in an app, each with the path of what took it. The same key in two apps is the same name in AWS. */
export const namesIn = (app: IConstruct): ReadonlyMap<string, string> =>
  taken.get(app.node.root) ?? new Map();

/** Tells that a name, by its key in {@link namesIn}, is given to two resources. */
export function takenTwice(key: string, owner: string): string {
  const [kind = '', , ...name] = key.split(':');
  return `${kind} name '${name.join(':')}' is already taken by ${owner}; give one of the two another name`;
}
