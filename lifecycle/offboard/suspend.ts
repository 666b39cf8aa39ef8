import { Refused } from '../mistake';
import type { Phase } from '../operation';
import type { Leaving } from './leaving';

/** Ends the tenant's tokens. That it gets no new ones was written as the offboarding began. */
export const suspendPhase = (leaving: Leaving): Phase => ({
  name: 'suspend',
  title: 'ends its tokens',
  async run(context) {
    const place = leaving.place(context);
    if (!place) return undefined;
    await leaving.surroundings.tokens.revoke(leaving.tenantId, place);
    context.note('no token of the tenant is taken any more, and none is given');
    return undefined;
  },
  async undo(context) {
    const { stateBefore } = leaving.facts(context);
    if (stateBefore === undefined) throw new Refused('nobody knows what the tenant was before');
    await context.change({ state: stateBefore });
    context.note(`${leaving.tenantId} is ${stateBefore} again; its machines must get new tokens`);
  },
});
