import { Construct } from 'constructs';
import { OwnNodes } from '../../../constructs/cluster/own-nodes';
import { IsolatedNamespace } from '../../../constructs/compute/isolated-namespace';
import { SecretStore } from '../../../constructs/compute/secret-store';
import { Operators } from '../../../constructs/tiers/operators';
import {
  type ITier,
  makePriorityClass,
  type PooledTierProps,
  tierNames,
} from '../../../constructs/tiers/tier';

/** A plan for people who try the product: pooled, on the first shard only, without the cache, gone without a trace. */
export class TrialTier extends Construct implements ITier {
  public readonly tier = 'trial';
  public readonly namespace = 'tier-trial';
  public readonly nodePool = 'tier-trial';
  public readonly priorityClass = 'tier-trial';

  public constructor(scope: Construct, id: string, props: PooledTierProps) {
    super(scope, id);
    const names = tierNames(this.tier);
    const owner = { kind: 'tier', tier: this.tier } as const;
    makePriorityClass(this, names, props.priority);
    const { keyArn } = new SecretStore(this, 'Secrets', { owner, disposable: true });
    const home = new IsolatedNamespace(this, 'Namespace', {
      ...{ ...props, ...names, owner, keyArn },
      ...{ fleet: 'shared', disposable: true },
    });
    const nodes = { ...props.nodes, name: names.nodePool, namespace: home.name, dependsOn: home.ready };
    new OwnNodes(this, 'Nodes', { ...props, ...nodes });
    new Operators(this, 'Operators', { ...props, tier: this.tier, roleArns: props.operators });
    const [shard] = props.shards;
    if (shard) home.grantDatabase(shard, props.dbUser);
  }
}
