import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Resource = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

/** What of a stack keeps its owner apart. */
interface Separation {
  /** Words for as many of them as there are. */
  readonly text: (count: number, first: Resource) => string;
  /** Types of resources that give it. */
  readonly types?: readonly string[];
  /** Kind of an object in a chart that gives it. */
  readonly kind?: string;
  /** An action that a policy allows, and that stands for it. */
  readonly action?: string;
}

const several = (one: string, many: string) => (count: number) => (count === 1 ? one : `${count} ${many}`);

/** In the order in which a picture shows them. */
const SEPARATIONS: readonly Separation[] = [
  { types: ['aws_rds_cluster', 'aws_db_instance'], text: several('own database', 'own databases') },
  {
    types: ['kubernetes_namespace_v1', 'kubernetes_namespace'],
    text: (_, first) => `namespace ${nameOf(first)}`,
  },
  { kind: 'NodePool', text: several('own nodes', 'own node pools') },
  { types: ['aws_kms_key'], text: several('own key', 'own keys') },
  { types: ['aws_elasticache_user'], text: several('own cache user', 'own cache users') },
  { types: ['aws_secretsmanager_secret'], text: several('own secret', 'own secrets') },
  { types: ['aws_security_group'], text: several('security group', 'security groups') },
  {
    types: ['kubernetes_network_policy_v1', 'kubernetes_network_policy'],
    text: several('network policy', 'network policies'),
  },
  { action: 'rds-db:connect', text: several('database role', 'database roles') },
];

/** What a database of its own makes needless to say. */
const ROLE = 'rds-db:connect';

/**
 * What keeps the owner of a stack apart from others, in words: `own database`, `namespace tenant-acme`.
 *
 * @param folder of the stack
 * @param file its `cdk.tf.json`
 */
export function isolationOf(folder: string, file: string): readonly string[] {
  const { resource = {}, data = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly resource?: Resources;
    readonly data?: Resources;
  };
  const kinds = Object.values(resource['helm_release'] ?? {}).flatMap(({ chart }) => kindsIn(folder, chart));
  const actions = Object.values(data['aws_iam_policy_document'] ?? {}).map((document) =>
    JSON.stringify(document['statement'] ?? []),
  );
  const hasDatabase = Object.keys(resource['aws_rds_cluster'] ?? {}).length > 0;
  return SEPARATIONS.flatMap(({ text, types = [], kind, action }) => {
    if (action === ROLE && hasDatabase) return [];
    const found = types.flatMap((type) => Object.values(resource[type] ?? {}));
    const count =
      found.length +
      kinds.filter((each) => each === kind).length +
      (action === undefined ? 0 : actions.filter((each) => each.includes(`"${action}"`)).length);
    return count === 0 ? [] : [text(count, found[0] ?? {})];
  });
}

/** Kinds of the objects in a generated chart; charts of others have no list of them. */
function kindsIn(folder: string, chart: unknown): readonly string[] {
  const file = join(folder, String(chart), 'manifests.json');
  if (typeof chart !== 'string' || !existsSync(file)) return [];
  const objects = JSON.parse(readFileSync(file, 'utf8')) as readonly (readonly unknown[])[];
  return objects.flatMap(
    ([start]) => /^\{"apiVersion":"[^"]*","kind":"(\w+)"/.exec(String(start))?.[1] ?? [],
  );
}

function nameOf({ metadata }: Resource): string {
  const of = (Array.isArray(metadata) ? (metadata as readonly unknown[])[0] : metadata) as
    { readonly name?: unknown } | undefined;
  return typeof of?.name === 'string' ? of.name : '';
}
