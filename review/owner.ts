import type { Values } from './plan';
import type { Owner } from './report';
import { block, blocks } from './values';

/** Value of a tag that says: everybody's. */
const SHARED = 'shared';

/** Places of pooled tenants' data, by what their stacks are called. */
const SHARD = /-(data-shard-\d+)$/;

/**
 * Whose a stack is.
 *
 * @param provider its `provider` section: the AWS provider's default tags say it
 */
export function ownerOf(stack: string, provider: Values): Owner {
  const tags = blocks(provider['aws']).map((aws) => block(block(aws['default_tags'])['tags']))[0] ?? {};
  const tag = (name: string): string | undefined => {
    const value = tags[name];
    return typeof value === 'string' && value !== SHARED ? value : undefined;
  };
  const [cell, tier, tenant, shard] = [tag('cell'), tag('tier'), tag('tenant'), SHARD.exec(stack)?.[1]];
  return {
    ...(cell !== undefined && { cell }),
    ...(tier !== undefined && { tier }),
    ...(tenant !== undefined && { tenant }),
    ...(shard !== undefined && { shard }),
  };
}

/** A key that is the same for the same owner. */
export const ownerKey = ({ cell, tier, tenant, shard }: Owner): string =>
  JSON.stringify([cell, tier, tenant, shard]);
