/** What became of one node of a graph. */
export type Outcome = 'done' | 'failed' | 'skipped';

export interface Node {
  readonly name: string;
  /** Names of the nodes that must be done before this one starts. */
  readonly after: readonly string[];
}

/**
 * Works through a graph, independent nodes side by side. A node that fails, or is skipped, makes all that come
 * after it be skipped; the others go on.
 *
 * @param limit most nodes at work at one time
 * @param work does one node's work; answers whether it succeeded
 * @param stopped once true, no further node is started and the rest is skipped
 */
export async function runGraph(
  nodes: readonly Node[],
  limit: number,
  work: (name: string) => Promise<boolean>,
  stopped: () => boolean = () => false,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const names = new Set(nodes.map(({ name }) => name));
  const waiting = new Set(nodes);
  const active = new Map<string, Promise<void>>();
  for (;;) {
    for (const node of waiting) {
      const befores = node.after.filter((name) => names.has(name)).map((name) => outcomes.get(name));
      if (stopped() || befores.some((outcome) => outcome === 'failed' || outcome === 'skipped')) {
        waiting.delete(node);
        outcomes.set(node.name, 'skipped');
      } else if (active.size < limit && befores.every((outcome) => outcome === 'done')) {
        waiting.delete(node);
        active.set(
          node.name,
          work(node.name).then((succeeded) => {
            outcomes.set(node.name, succeeded ? 'done' : 'failed');
            active.delete(node.name);
          }),
        );
      }
    }
    if (active.size > 0) await Promise.race(active.values());
    else if (waiting.size === 0 || ![...waiting].some((node) => ready(node, names, outcomes))) break;
  }
  for (const { name } of waiting) outcomes.set(name, 'skipped');
  return outcomes;
}

/** Whether every node before this one has an outcome, so that the next round can decide on it. */
function ready(node: Node, names: ReadonlySet<string>, outcomes: ReadonlyMap<string, Outcome>): boolean {
  return node.after.every((name) => !names.has(name) || outcomes.has(name));
}
