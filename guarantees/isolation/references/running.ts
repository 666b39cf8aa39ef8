import { isTrue, type Json, type JsonObject, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { principal } from '../principals';
import type { Stack } from '../stack';
import { EVERYBODY, finder, type Scene } from './rule';

/**
 * Accounts of jobs that change databases begin like one of these: what applies the platform's SQL may read the password of
 * one database, what changes the schema may log in to one as the migrations' user.
 */
const OF_JOBS = { sql: 'tenancy-', schema: 'schema-' } as const;

/** What a stack's database is called in names of its jobs: `tenant-acme`, `shard-1`. */
const databaseOf = ({ name, owner, place }: Stack): string =>
  owner?.namespace ?? name.replace(`${place.cell}-data-`, '');

/** The account of a stack's own job: `tenancy-tenant-acme`, `tenancy-shard-1`. */
export const jobAccount = (stack: Stack): string => `${OF_JOBS.sql}${databaseOf(stack)}`;

/** The account by which the schema of a stack's own database is changed: `schema-tenant-acme`, `schema-shard-1`. */
export const schemaAccount = (stack: Stack): string => `${OF_JOBS.schema}${databaseOf(stack)}`;

const beginningOf = (account: string): string =>
  Object.values(OF_JOBS).find((beginning) => account.startsWith(beginning)) ?? '';

const powerOf = (account: string): string =>
  beginningOf(account) === OF_JOBS.schema ? 'change the schema of' : 'read the password of';

/** Whether an account is one of a stack's own jobs. */
export const isOwnJob = (stack: Stack, account: string): boolean =>
  [jobAccount(stack), schemaAccount(stack)].includes(account);

/** Whether an account is of another stack's job. */
export const isOthersJob = (stack: Stack, account: string): boolean =>
  beginningOf(account) !== '' && !isOwnJob(stack, account);

/** The stack whose job has an account. */
export function jobOf({ world, stack }: Pick<Scene, 'world' | 'stack'>, account: string): string {
  const part = account.slice(beginningOf(account).length);
  return world.ownerOfNamespace(stack.place, part)?.stack ?? `${stack.place.cell}-data-${part}`;
}

/** As whom an object lets pods run, and what of their node it gives them: nothing of another's, and nothing of the node. */
export function running(scene: Scene, object: KubernetesFact, what: string): readonly Finding[] {
  const { world, stack } = scene;
  const found = finder('kubernetes', stack);
  const accounts = textsAt(object.body, ACCOUNTS);
  const role = object.annotations['eks.amazonaws.com/role-arn'] ?? '';
  const who = principal(world, role, stack.place);
  const foreign = who.owner !== undefined && who.owner.stack !== stack.name;
  const migration = object.namespace === world.field(stack.place, 'addons', 'migrationNamespace');
  const others = accounts.filter((account) => isOthersJob(stack, account));
  const nameless = object.kind === 'Job' && migration && accounts.join() !== jobAccount(stack);
  const ofNode = stack.owner || migration ? nodeParts(object.body) : [];
  return [
    ...(nameless && others.length === 0 ? [accounts[0] ?? 'the default account'] : others).map((account) =>
      found(
        object,
        beginningOf(account) === '' ? EVERYBODY : jobOf(scene, account),
        `${what} runs as ${account}, which may ${powerOf(account)} ${beginningOf(account) === '' ? 'whatever it is given' : jobOf(scene, account)}`,
        `Run it as ${jobAccount(stack)}`,
      ),
    ),
    ...(role !== '' && (stack.owner !== undefined || foreign)
      ? [
          found(
            object,
            who.owner?.stack ?? EVERYBODY,
            `${what} takes the role ${role} by annotation`,
            'Give roles by Pod Identity associations, whose sessions carry the namespace',
          ),
        ]
      : []),
    ...ofNode.map((part) =>
      found(
        object,
        'whoever runs on the same node',
        `${what} gives its pods what is the node's (${part})`,
        `Leave ${part} out`,
      ),
    ),
  ];
}

const ACCOUNTS = new Set(['serviceAccountName', 'serviceAccount']);

/** Settings of a pod that share something of the node with it. */
const OF_NODE = new Set(['hostNetwork', 'hostPID', 'hostPid', 'hostIPC', 'hostIpc']);

/** Texts under keys of these names, at any depth. */
function textsAt(value: Json, keys: ReadonlySet<string>): readonly string[] {
  return entriesOf(value).flatMap(([key, inner]) =>
    keys.has(key) && typeof inner === 'string' && inner !== '' ? [inner] : textsAt(inner, keys),
  );
}

/** What of its node an object gives pods, at any depth. */
function nodeParts(value: Json): readonly string[] {
  return entriesOf(value).flatMap(([key, inner]) => {
    if (OF_NODE.has(key)) return isTrue(inner) ? [key] : [];
    if (key === 'hostPath' && inner !== null) return [key];
    if (key === 'nodeName' && textOf(inner) !== '') return [key];
    return nodeParts(inner);
  });
}

const entriesOf = (value: Json): readonly (readonly [string, Json])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value as JsonObject) : [];
