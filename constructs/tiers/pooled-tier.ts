import { Construct } from 'constructs';
import { CacheGrant } from '../cache/cache-grant';
import { CACHE_PORT } from '../cache/engine';
import { OwnNodes } from '../cluster/own-nodes';
import { IsolatedNamespace } from '../compute/isolated-namespace';
import { SecretStore } from '../compute/secret-store';
import type { Owner } from '../core/owner';
import { OwnerRoutes } from '../gateway/owner-route';
import { Operators } from './operators';
import { ServiceReleases } from './releases';
import { type ITier, makePriorityClass, type PooledTierProps, tierNames } from './tier';

/**
 * A tier whose tenants share a namespace, nodes and the cell's shards, where row-level security keeps them apart. With
 * other tiers it shares nothing but the cell.
 */
export abstract class PooledTier extends Construct implements ITier {
  public readonly namespace: string;
  public readonly nodePool: string;
  public readonly priorityClass: string;
  public readonly home: IsolatedNamespace;
  public readonly secrets: SecretStore;

  protected constructor(
    scope: Construct,
    id: string,
    public readonly tier: string,
    props: PooledTierProps,
  ) {
    super(scope, id);
    const owner: Owner = { kind: 'tier', tier };
    const names = tierNames(tier);
    makePriorityClass(this, names, props.priority);
    this.secrets = new SecretStore(this, 'Secrets', { owner });
    this.home = new IsolatedNamespace(this, 'Namespace', {
      ...props,
      ...names,
      owner,
      fleet: 'shared',
      keyArn: this.secrets.keyArn,
    });
    new OwnerRoutes(this, 'Routes', { ...props, owner, dependsOn: this.home.ready });
    this.namespace = this.home.name;
    this.nodePool = names.nodePool;
    this.priorityClass = names.priorityClass;
    new OwnNodes(this, 'Nodes', {
      ...props,
      ...props.nodes,
      name: this.nodePool,
      namespace: this.namespace,
      dependsOn: this.home.ready,
    });
    new Operators(this, 'Operators', { tier, cluster: props.cluster, roleArns: props.operators });
    this.connect(props);
    new ServiceReleases(this, 'Releases', {
      ...props,
      tier,
      home: this.home,
      placement: names,
      databases: Object.fromEntries(
        props.shards.map((shard, index) => [props.shardNames[index] ?? '', shard] as const),
      ),
      cacheOwner: (service) =>
        props.cacheServices.includes(service) ? { kind: 'service', tier, service } : undefined,
    });
  }

  /** Opens what the tier's services use: every shard of the cell, and the cache, each service as its own user. */
  private connect({ shards, dbUser, cache, cacheServices }: PooledTierProps): void {
    if (this.home.workloads.length === 0) return;
    for (const shard of shards) this.home.grantDatabase(shard, dbUser);
    const users = this.home.workloads.filter(({ serviceAccount }) => cacheServices.includes(serviceAccount));
    if (users.length > 0) this.home.allowCache(CACHE_PORT);
    for (const role of users) {
      const owner = { kind: 'service', tier: this.tier, service: role.serviceAccount } as const;
      new CacheGrant(role, 'Cache', { cache, role, owner });
    }
  }
}
