import type { PromiseChange } from '../report';
import type { Promises } from './file';

/** Promises of which less is better for whom they are given to: by the ends of their names. */
const LESS_IS_BETTER = /(Minutes|Milliseconds|Seconds|Hours)$/;

/** Promises to tiers that are smaller than before: a lower objective, a longer time. */
export function lowered(before: Promises, after: Promises): readonly PromiseChange[] {
  return Object.entries(after.promises).flatMap(([tier, promises]) => {
    const old = before.promises[tier] ?? {};
    return [...new Set([...Object.keys(old), ...Object.keys(promises)])]
      .sort()
      .flatMap((name): PromiseChange[] => {
        const [was, is] = [old[name], promises[name]];
        if (was === is || was === undefined) return [];
        return [
          {
            level: isLess(name, was, is) ? 'high' : 'none',
            guarantee: 'promise',
            subject: `tier ${tier}: ${name}`,
            text: `${String(was)} before, ${String(is ?? 'nothing')} now`,
          },
        ];
      });
  });
}

/** `never` is more than any number. */
function isLess(name: string, was: number | string, is: number | string | undefined): boolean {
  if (is === undefined) return true;
  const [old, now] = [was, is].map((value) => (value === 'never' ? Infinity : Number(value)));
  if (old === undefined || now === undefined || Number.isNaN(old) || Number.isNaN(now)) return true;
  return LESS_IS_BETTER.test(name) ? now > old : now < old;
}
