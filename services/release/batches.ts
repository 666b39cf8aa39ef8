import { Failure, type Output } from './output';

/**
 * Does something for the first alone, then for the others, at most `parallel` at a time. After a failure, or when work says so
 * before, none is begun any more, and those that were are waited for.
 *
 * @returns for how many something was changed
 * @throws Failure naming what failed, what is done and what was not begun
 */
export async function inBatches(
  names: readonly string[],
  parallel: number,
  output: Output,
  work: (name: string, stop: () => void) => Promise<boolean>,
): Promise<number> {
  const done: string[] = [];
  const failed: { readonly name: string; readonly error: unknown }[] = [];
  let changed = 0;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
  };
  const attempt = async (name: string): Promise<void> => {
    try {
      if (await work(name, stop)) changed++;
      done.push(name);
    } catch (error) {
      stop();
      failed.push({ name, error });
      output.tell(`${name} failed; no other is begun`);
    }
  };
  const waiting = [...names];
  const worker = async (): Promise<void> => {
    while (!isStopped) {
      const next = waiting.shift();
      if (next === undefined) return;
      await attempt(next);
    }
  };
  const first = waiting.shift();
  if (first !== undefined) await attempt(first);
  await Promise.all(Array.from({ length: parallel }, worker));
  const [one] = failed;
  if (!one) return changed;
  const texts = failed.map(({ error }) => (error instanceof Error ? error.message : String(error)));
  throw new Failure(
    [
      ...texts,
      `failed: ${failed.map(({ name }) => name).join(', ')}; done: ${done.join(', ') || 'none'}; not begun: ${waiting.join(', ') || 'none'}`,
    ].join('\n'),
    one.error instanceof Failure
      ? one.error.next
      : 'remove the cause, then run the step again: what is done is not done twice.',
  );
}
