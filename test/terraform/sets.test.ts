import * as path from 'node:path';
import { SchemaStore } from '../../rehearsal/schema/cache';
import { type Block, PROVIDER_NAMES } from '../../rehearsal/schema/model';
import { isSet } from '../../terraform/sets';
import { synthesizedStacks } from '../support/synthesized';

const schemas = new SchemaStore(path.resolve(__dirname, '../..'));

/** Names of a block's arguments that are sets, and of those that are lists. */
function namesIn(block: Block): { readonly sets: readonly string[]; readonly lists: readonly string[] } {
  const inner = block.blocks.map((nested) => namesIn(nested.block));
  const ofKind = (kind: 'set' | 'list'): readonly string[] => [
    ...block.attributes
      .filter(
        ({ type, optional, required }) => (optional || required) && Array.isArray(type) && type[0] === kind,
      )
      .map(({ name }) => name),
    ...block.blocks.filter(({ nesting, max }) => nesting === kind && max !== 1).map(({ name }) => name),
  ];
  return {
    sets: [...ofKind('set'), ...inner.flatMap(({ sets }) => sets)],
    lists: [...ofKind('list'), ...inner.flatMap(({ lists }) => lists)],
  };
}

describe('lists in which order means nothing', () => {
  it('are all those that the platform writes and a provider keeps as sets', async () => {
    const written = new Map<string, Set<string>>();
    for (const { stack } of synthesizedStacks('dev')) {
      for (const type of Object.keys(stack.inventory())) {
        const names = written.get(type) ?? new Set<string>();
        for (const resource of stack.resources(type)) listsIn(resource, names);
        written.set(type, names);
      }
    }
    const unknown = await Promise.all(
      [...written].map(async ([type, names]) => {
        const provider = PROVIDER_NAMES.find((name) => type.startsWith(`${name}_`));
        const schema = provider && (await schemas.find(provider, 'resource', type));
        const { sets, lists } = schema ? namesIn(schema) : { sets: [], lists: [] };
        return sets
          .filter((name) => names.has(name) && !lists.includes(name) && !isSet(type, name))
          .map((name) => `${type}.${name}`);
      }),
    );
    expect(unknown.flat()).toEqual([]);
  });

  it('are not those that are read in their order', () => {
    expect(isSet('helm_release', 'values')).toBe(false);
    expect(isSet('kubernetes_job_v1', 'command')).toBe(false);
    expect(isSet('aws_codepipeline', 'stage')).toBe(false);
    expect(isSet('k8s/v1/Pod', 'command')).toBe(false);
  });

  it('are rules of a role, but not of a route', () => {
    expect(isSet('k8s/rbac.authorization.k8s.io/v1/ClusterRole', 'rules')).toBe(true);
    expect(isSet('k8s/gateway.networking.k8s.io/v1/HTTPRoute', 'rules')).toBe(false);
  });
});

/** Names of arguments that hold lists. */
function listsIn(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (Array.isArray(part)) into.add(name);
    listsIn(part, into);
  }
}
