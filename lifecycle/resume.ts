import { changeState } from './change-state';
import { commandLine } from './command-line';
import type { Outcome, StateSurroundings } from './suspend';

/**
 * Serves a suspended tenant again.
 *
 * @throws LifecycleError when there is no such tenant; Refused when it is neither suspended nor active
 */
export async function resume(
  tenantId: string,
  surroundings: Pick<StateSurroundings, 'registry' | 'now' | 'environment' | 'kind'>,
): Promise<Outcome> {
  const { item, changed } = await changeState({
    ...{ surroundings, tenantId, to: 'active', from: ['suspended'] },
    instead: ({ operation }) => [
      `resume is for suspended tenants${operation === undefined || operation.outcome !== undefined ? '' : `; this one is in ${operation.kind} ${operation.key}`}`,
      `${commandLine(`show ${tenantId}`, surroundings)}   shows how to go on`,
    ],
  });
  return {
    item,
    done: [changed ? `${tenantId} is active: it gets tokens from now on` : `${tenantId} was active before`],
    notDone: changed
      ? ['tokens that were revoked stay so: whoever had one gets another by signing in or refreshing']
      : [],
  };
}
