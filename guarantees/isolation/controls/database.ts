import { passwordFlaws, proxyFlaws } from '../databases';
import { type Reference, referencesIn } from '../facts/canonical';
import { isTrue, textsOf } from '../facts/json';
import { isLeaving } from '../deployment';
import { attribute, resourcesOf, type Stack } from '../stack';
import type { World } from '../world';
import { type Candidate, type Cell, type Control, judgeAll, problems, type Subject } from './control';
import { connectionsOf } from './connections';

const REMEDY =
  'Give the owner an Aurora cluster that is encrypted with a key of its own stack, not public and protected from deletion, and a grant to connect to it';

/**
 * The database whose rows are the owner's: of a dedicated tenant a cluster in its own stack, of a pooled tier the shards
 * that its services connect to.
 */
export const database: Control = {
  name: 'database',
  check: (subject) => (subject.owner.kind === 'tenant' ? ownCluster(subject) : shards(subject)),
};

function ownCluster({ world, stack }: Subject): Cell {
  const clusters = resourcesOf(stack, 'aws_rds_cluster', 'aws_db_instance').map((cluster) =>
    clusterCandidate(world, stack, cluster.address),
  );
  return judgeAll('database cluster in its own stack', clusters, {
    gives: isLeaving(stack)
      ? 'a database cluster of its own, encrypted with its own key and not public; leaving: an administrator may delete it'
      : 'a database cluster of its own, encrypted with its own key, not public and protected from deletion',
    remedy: REMEDY,
  });
}

/** The shards that the tier's roles may connect to. Those whose stack is not here are known by their contract. */
function shards(subject: Subject): Cell {
  const { world, owner, stack } = subject;
  const named = new Map<string, Candidate>();
  for (const { database: text } of connectionsOf(subject)) {
    for (const reference of referencesIn(text)) {
      const candidate = shard(world, reference);
      if (candidate) named.set(candidate.address, candidate);
    }
  }
  const cell = judgeAll('shared database that its roles may connect to', [...named.values()], {
    gives: `${named.size} shared shards, where row-level security keeps the tenants of a tier apart`,
    remedy: `Let a role of ${stack.name} connect to the shards of cell ${owner.place.cell} as its own user`,
  });
  return cell.outcome === 'kept' ? { ...cell, address: [...named.keys()].join(', ') } : cell;
}

function shard(world: World, reference: Reference): Candidate | undefined {
  if (reference.kind === 'contract') return { address: `contract ${reference.of}`, problems: [] };
  const stack = world.stack(reference.of);
  if (reference.kind !== 'stack' || !stack) return undefined;
  const [cluster] = resourcesOf(stack, 'aws_rds_cluster');
  if (!cluster) return undefined;
  const { address, problems: own } = clusterCandidate(world, stack, cluster.address);
  return { address, problems: [...own, ...sharing(world, stack)] };
}

/** What keeps a shard from telling the tiers and tenants apart that share it. */
function sharing(world: World, stack: Stack): string[] {
  const flaws = [...proxyFlaws(stack), ...passwordFlaws(world, stack)];
  return [
    ...problems([[!stack.kinds.has('Job'), 'has no job that puts row-level security into it']]),
    ...flaws.map(({ address, problem }) => `${problem} at ${address}`),
  ];
}

/** What keeps a cluster from counting. */
export function clusterCandidate(world: World, stack: Stack, address: string): Candidate {
  const cluster = stack.byAddress.get(address);
  const values = cluster?.values ?? {};
  const key = world.resource(attribute({ values }, 'kms_key_id'));
  const instances = resourcesOf(stack, 'aws_rds_cluster_instance').filter(({ values: of }) =>
    textsOf(of['cluster_identifier']).some(
      (text) => text.includes(`:${address}.`) || text === values['cluster_identifier'],
    ),
  );
  return {
    address: `${stack.name}:${address}`,
    problems: problems([
      [
        [values, ...instances.map((instance) => instance.values)].some((of) =>
          isTrue(of['publicly_accessible']),
        ),
        'can be reached from the internet (publicly_accessible)',
      ],
      [!isTrue(values['storage_encrypted']), 'is not encrypted (storage_encrypted)'],
      [
        key?.stack.name !== stack.name || key.resource.type !== 'aws_kms_key',
        `is encrypted with no key of ${stack.name} (kms_key_id)`,
      ],
      [
        !isTrue(values['deletion_protection']) && !isLeaving(stack),
        'may be deleted by one call (deletion_protection)',
      ],
      [isTrue(values['enable_http_endpoint']), 'answers past its security groups (enable_http_endpoint)'],
      [
        cluster?.type === 'aws_rds_cluster' && textsOf(values['vpc_security_group_ids']).length === 0,
        "has the network's default security group (vpc_security_group_ids)",
      ],
    ]),
  };
}
