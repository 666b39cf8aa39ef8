import { passwordFlaws, proxyFlaws } from '../databases';
import { asText } from '../facts/canonical';
import type { ResourceFact } from '../facts';
import { type Json, listOf, textOf, textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { prefixOfCell } from '../owners';
import { attribute, nested, resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Attributes that say what a database is made from, or follows. */
const SOURCES = [
  ...[
    'snapshot_identifier',
    'replication_source_identifier',
    'replicate_source_db',
    'global_cluster_identifier',
  ],
  ...['source_cluster_identifier', 'source_cluster_resource_id', 'source_dbi_resource_id'],
];

/** What a database is made from, which one a proxy leads to, where it stands and who may pass its tokens by. */
export const databases: Rule = (scene) => {
  const clusters = resourcesOf(scene.stack, 'aws_rds_cluster', 'aws_db_instance');
  return [
    ...clusters.flatMap((cluster) => [...sources(scene, cluster), ...roles(scene, cluster)]),
    ...resourcesOf(scene.stack, 'aws_rds_cluster_role_association').flatMap((each) => roles(scene, each)),
    ...resourcesOf(scene.stack, 'aws_db_proxy_target').flatMap((target) => targets(scene, target)),
    ...resourcesOf(scene.stack, 'aws_db_subnet_group').flatMap((group) => subnets(scene, group)),
    ...open(scene),
  ];
};

function sources(scene: Scene, cluster: ResourceFact): readonly Finding[] {
  const values = { ...cluster.values, ...nested(cluster.values, 'restore_to_point_in_time') };
  const named = SOURCES.map((name) => [name, textOf(values[name])] as const);
  const found = finder('database', scene.stack);
  return [
    ...named
      .filter(([, text]) => text !== '' && !isOwn(scene, text))
      .map(([name, text]) =>
        found(
          cluster,
          whose(scene, text),
          `it holds what was in ${text} (${name})`,
          'Make it from a cluster or the final snapshot of its own name only',
        ),
      ),
    ...(listOf(values['s3_import']).length === 0
      ? []
      : [found(cluster, EVERYBODY, 'it holds what was in a bucket (s3_import)', 'Leave s3_import out')]),
  ];
}

/** Whether a text names the cluster of the stack itself, or its final snapshot. Others are told by no name that lasts. */
function isOwn({ stack }: Scene, text: string): boolean {
  if (text.startsWith(`‹${stack.name}:`)) return true;
  const { account, region } = stack.place;
  const part = stack.owner?.namespace ?? stack.name.replace(`${stack.place.cell}-data-`, '');
  const own = `${prefixOfCell(stack.place)}-${part}`;
  const arn = (type: string): string => `arn:aws:rds:${region}:${account}:${type}:${own}`;
  return [own, `${own}-final`, arn('cluster'), `${arn('cluster-snapshot')}-final`].includes(text);
}

/** Whose database a name is of: the owner with the longest name in it. */
function whose({ world, stack }: Scene, text: string): string {
  const [named] = world.ownersNamed(text, stack.place);
  if (named) return named.stack;
  const parts = (/(?:^|-)((?:tenant|tier)-[a-z0-9-]+)/.exec(text)?.[1] ?? '').split('-');
  for (let length = parts.length; length > 1; length--) {
    const owner = world.ownerOfNamespace(stack.place, parts.slice(0, length).join('-'));
    if (owner) return owner.stack;
  }
  return EVERYBODY;
}

const targets = (scene: Scene, target: ResourceFact): readonly Finding[] =>
  ['db_cluster_identifier', 'db_instance_identifier']
    .map((name) => attribute(target, name))
    .filter((text) => text !== '' && !isOwn(scene, text))
    .map((text) =>
      finder('database', scene.stack)(
        target,
        whose(scene, text),
        `its proxy leads to ${text}`,
        'Lead it to the cluster of the same stack',
      ),
    );

/** By a role a database reads and writes what is elsewhere: buckets, functions. */
function roles({ stack }: Scene, cluster: ResourceFact): readonly Finding[] {
  const found = [...textsOf(cluster.values['iam_roles']), ...textsOf(cluster.values['role_arn'])];
  return found.map((role) =>
    finder('database', stack)(
      cluster,
      EVERYBODY,
      `it may act as ${role} (iam_roles), which reads and writes outside the database`,
      'Leave roles out, and move data by jobs of the owner',
    ),
  );
}

/** Databases stand where nothing leads to the internet. */
function subnets({ world, stack }: Scene, group: ResourceFact): readonly Finding[] {
  const ids: Json = group.values['subnet_ids'] ?? [];
  if (asText(ids) === world.field(stack.place, 'network', 'isolatedSubnetIds')) return [];
  return [
    finder('database', stack)(
      group,
      EVERYBODY,
      `its subnets are ${asText(ids)} and not the isolated ones of its cell (subnet_ids)`,
      'Use isolatedSubnetIds of the network’s contract',
      EVERYBODY,
    ),
  ];
}

/** Ways past the tokens of IAM. Passwords of owners' own clusters are `controls/credentials.ts`'s. */
function open({ world, stack }: Scene): readonly Finding[] {
  const found = [...proxyFlaws(stack), ...(stack.owner ? [] : passwordFlaws(world, stack))];
  return found.map(({ address, problem }) =>
    finder('database', stack)(
      address,
      stack.owner?.stack ?? `all owners in ${stack.name}`,
      `it ${problem}`,
      'Let in with tokens of IAM and TLS only, and let RDS keep the administrator’s password under a key of the stack',
      EVERYBODY,
    ),
  );
}
