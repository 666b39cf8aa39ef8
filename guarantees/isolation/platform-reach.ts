import { isSharedOnly, narrowingOf } from './conditions';
import type { Estates } from './estate';
import type { PolicyStatementFact } from './facts';
import { referencesIn } from './facts/canonical';
import type { Reach } from './reach';
import type { Stack } from './stack';
import { allowsAction, fillVariables } from './statements';
import type { World } from './world';

/** Actions by which data of owners is read or changed, or by which one becomes who may, by the service that names them. */
const DATA_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  secretsmanager: [
    'GetSecretValue',
    'BatchGetSecretValue',
    'PutSecretValue',
    'UpdateSecret',
    'PutResourcePolicy',
    'DeleteSecret',
    'ReplicateSecretToRegions',
  ],
  ssm: [
    'GetParameter',
    'GetParameters',
    'GetParametersByPath',
    'GetParameterHistory',
    'PutParameter',
    'DeleteParameter',
    'DeleteParameters',
  ],
  sqs: [
    'ReceiveMessage',
    'SendMessage',
    'DeleteMessage',
    'PurgeQueue',
    'SetQueueAttributes',
    'AddPermission',
    'ChangeMessageVisibility',
  ],
  sns: ['Publish', 'Subscribe', 'SetTopicAttributes', 'AddPermission'],
  kms: ['Decrypt', 'ReEncryptFrom', 'CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion', 'DisableKey'],
  'rds-db': ['connect'],
  'rds-data': ['ExecuteStatement', 'BatchExecuteStatement', 'BeginTransaction'],
  elasticache: ['Connect', 'ModifyUser'],
  s3: ['GetObject', 'PutObject', 'DeleteObject', 'ListBucket', 'PutBucketPolicy'],
  sts: ['AssumeRole'],
  iam: [
    'PassRole',
    'UpdateAssumeRolePolicy',
    'PutRolePolicy',
    'AttachRolePolicy',
    'CreateRole',
    'CreateAccessKey',
  ],
  rds: [
    'ModifyDBCluster',
    'DeleteDBCluster',
    'RestoreDBClusterToPointInTime',
    'RestoreDBClusterFromSnapshot',
    'CopyDBClusterSnapshot',
    'CreateDBClusterSnapshot',
    'ModifyDBClusterSnapshotAttribute',
    'StartExportTask',
  ],
  logs: ['GetLogEvents', 'FilterLogEvents', 'StartQuery', 'StartLiveTail', 'CreateExportTask'],
  eks: [
    'CreateAccessEntry',
    'AssociateAccessPolicy',
    'UpdateAccessEntry',
    'CreatePodIdentityAssociation',
    'UpdatePodIdentityAssociation',
  ],
};

/** Services whose actions are on resources of another. */
const RESOURCES_OF: Readonly<Record<string, string>> = { sts: 'iam', 'rds-data': 'rds' };

/** What deployers never need: they make and change resources, and read nothing that owners keep in them. */
const READS_CONTENT = new Set([
  ...[
    'secretsmanager:GetSecretValue',
    'secretsmanager:BatchGetSecretValue',
    'sqs:ReceiveMessage',
    'rds-db:connect',
  ],
  ...['rds-data:ExecuteStatement', 'elasticache:Connect'],
]);

/** The stack of those who deploy. They may change everything by design, so only what they must not read is looked at. */
export const isDeployment = ({ name }: Pick<Stack, 'name'>): boolean => name === 'bootstrap';

/** What a statement of a role of the platform reaches that is an owner's, now or later. */
export function reachOfPlatform(
  { world, estates, stack }: { readonly world: World; readonly estates: Estates; readonly stack: Stack },
  statement: PolicyStatementFact,
  tags: Readonly<Record<string, string>>,
): Reach | undefined {
  const narrowing = narrowingOf(statement);
  if (isSharedOnly(narrowing)) return undefined;
  const { resources, notResources } = statement;
  for (const service of servicesOf(stack, statement)) {
    const of = narrowing.patterns ?? { service: RESOURCES_OF[service] ?? service, values: resources };
    // What is left out by name leaves everybody else in.
    const patterns = notResources.length > 0 ? ['*'] : of.values;
    for (const value of patterns) {
      const pattern = fillVariables(value, tags);
      const to = reachedBy(world, estates, stack, pattern, of.service);
      if (to !== undefined) return { to, resource: notResources.length > 0 ? 'NotResource' : pattern };
    }
  }
  return undefined;
}

/** Services in which a statement allows an action on data. */
const servicesOf = (stack: Stack, statement: PolicyStatementFact): readonly string[] =>
  Object.keys(DATA_ACTIONS).filter(
    (service) =>
      mentions(statement, service) &&
      DATA_ACTIONS[service]?.some((name) => {
        const action = `${service}:${name}`;
        return (!isDeployment(stack) || READS_CONTENT.has(action)) && allowsAction(statement, action);
      }),
  );

function reachedBy(
  world: World,
  estates: Estates,
  stack: Stack,
  pattern: string,
  service: string,
): string | undefined {
  const references = referencesIn(pattern);
  if (references.length === 0) {
    return estates.mayReach(pattern, service) ? estates.reached(pattern, '') : undefined;
  }
  const [named] = world.ownersNamed(pattern, stack.place);
  if (named) return named.stack;
  const other = references.find(({ kind, of }) => kind === 'unknown' || of !== stack.name);
  if (!other) return undefined;
  if (other.kind === 'unknown') return 'what this analysis cannot read';
  // A shard is shared by owners, so only its own stack may use what is in it.
  return /-data-shard-\d+$/.test(other.of) || /\/data-shard-\d+$/.test(other.of)
    ? `the pooled tiers in ${other.of}`
    : undefined;
}

/** Whether a statement's actions could be of a service: a quick look before each action is compared. */
const mentions = ({ actions, notActions }: PolicyStatementFact, service: string): boolean =>
  notActions.length > 0 ||
  actions.some((action) => /^[^:]*[*?]/.test(action) || action.toLowerCase().startsWith(`${service}:`));
