import type { PromiseChange } from '../report';
import type { Promises } from './file';

/** Owners that lack something that kept them apart from others. */
export function controlChanges(before: Promises, after: Promises): readonly PromiseChange[] {
  const old = byOwner(before);
  return [...byOwner(after)].flatMap(([owner, controls]) => {
    const was = old.get(owner);
    if (!was || was === controls) return [];
    const gone = was.filter((control) => !controls.includes(control));
    const news = controls.filter((control) => !was.includes(control));
    return [
      ...gone.map((control): PromiseChange => ({
        level: 'high',
        guarantee: 'isolation',
        subject: `${owner}: ${control}`,
        text: 'kept it apart from others, and does no more',
      })),
      ...news.map((control): PromiseChange => ({
        level: 'none',
        guarantee: 'isolation',
        subject: `${owner}: ${control}`,
        text: 'keeps it apart from others too',
      })),
    ];
  });
}

const byOwner = ({ isolation }: Promises): ReadonlyMap<string, readonly string[]> =>
  new Map(isolation.flatMap(({ owners, controls }) => owners.map((owner) => [owner, controls] as const)));
