import { existsSync, rmSync } from 'node:fs';
import { isAbove } from '../../review/finding';
import { LifecycleError } from '../mistake';
import type { Phase, PhaseContext } from '../operation';
import { agreed } from './agree';
import { type Destroyed, destroyed, leavePlace } from './destroy-rows';
import type { StacksPlan } from '../surroundings';
import { whileHeld } from './lease';
import type { Leaving } from './leaving';
import { publishedLifecycle } from './published';
import { setLifecycle } from './tenant-file';

/** Stack that holds the pipelines, which list tenants. */
const DELIVERY = 'delivery';

/** Most lines of what Terraform tells that are kept. */
const LINES = 300;

/** Who may deploy a stack that is leaving. */
export const ADMINISTRATOR = [
  "a stack that is leaving is an administrator's to deploy (docs/adr/0016): credentials of your own in the home account, OrganizationAccountAccessRole in the cell's account, and in the cluster the first of the cell's administrators",
];

const stackOf = (leaving: Leaving, context: PhaseContext): string => {
  const { cell, shard } = leaving.placed(context);
  return `${cell}-${shard}`;
};

/**
 * Says so before Terraform does, in words of its own, if the caller is one of those who deploy.
 *
 * @throws LifecycleError
 */
async function refuseDeployers(leaving: Leaving): Promise<void> {
  const { surroundings } = leaving;
  if (surroundings.kind !== 'aws') return;
  const caller = await surroundings.caller();
  const { account = '', role = '' } =
    /^arn:[\w-]+:sts::(?<account>\d{12}):assumed-role\/(?:.*\/)?(?<role>[^/]+)\/[^/]+$/.exec(caller)
      ?.groups ?? {};
  const { deployers } = surroundings.platform();
  const isDeployer = deployers.some((arn) => arn.includes(`::${account}:role/`) && arn.endsWith(`/${role}`));
  if (isDeployer) throw new LifecycleError(`${caller} is a deployer and no administrator`, ADMINISTRATOR);
}

/** Synthesizes a stack, and applies what it says now. */
async function apply(
  context: PhaseContext,
  { surroundings }: Leaving,
  stack: string,
  approve: (plan: StacksPlan) => Promise<void>,
): Promise<void> {
  const note = (text: string): void => {
    context.note(text);
  };
  const stacks = await surroundings.stacks.synthesize([stack], note);
  const plan = await stacks.plan(note);
  note(plan.text);
  await approve(plan);
  await stacks.apply(note);
}

/** Two people have: it is what they confirmed. */
const isApproved = (): Promise<void> => Promise.resolve();

/** Says in the tenant's file that it is leaving, and deploys that: what protects its data from deletion goes, and nothing else. */
export const unprotectPhase = (leaving: Leaving): Phase => ({
  name: 'unprotect',
  title: 'takes the protection against deletion away',
  async run(context) {
    const agreement = await agreed(leaving, context);
    if (agreement.waits) return agreement;
    await refuseDeployers(leaving);
    const { file } = leaving;
    if (setLifecycle(file, 'offboarding')) context.note(`${file}: lifecycle: offboarding`);
    const unpublished = await publishedLifecycle(leaving);
    if (unpublished) return { ...agreement, waits: unpublished };
    await apply(context, leaving, stackOf(leaving, context), isApproved);
    return agreement;
  },
  async undo(context) {
    const { file, surroundings } = leaving;
    if (setLifecycle(file, undefined)) context.note(`${file}: no longer lifecycle: offboarding`);
    if (surroundings.kind === 'aws') context.note('see that the branch does not say it either');
    // Also where the file was put right by a run that was cut off before it deployed that.
    await apply(context, leaving, stackOf(leaving, context), isApproved);
  },
});

/** What Terraform has told runs that were cut off. */
function toldBefore(leaving: Leaving, context: PhaseContext): readonly string[] {
  const before = JSON.parse(leaving.facts(context).destroyed ?? '{"kind":"nothing"}') as Destroyed;
  return before.kind === 'stack' ? before.told : [];
}

/** Has Terraform destroy the tenant's stack, which leaves a final snapshot of its database. */
export const destroyStackPhase = (leaving: Leaving): Phase => ({
  name: 'destroy',
  title: 'destroys its stack',
  isFinal: true,
  async run(context) {
    await leaving.refuseLegalHold();
    await refuseDeployers(leaving);
    const stack = stackOf(leaving, context);
    const told = [...toldBefore(leaving, context)];
    const facts = (): ReturnType<typeof destroyed> =>
      destroyed({ kind: 'stack', stack, told: told.slice(-LINES) });
    // Kept as it comes: what a run that is cut off has destroyed, Terraform tells to none that follows.
    let kept: Promise<unknown> = Promise.resolve();
    const stacks = await leaving.surroundings.stacks.synthesize([stack]);
    await stacks
      .destroy((text) => {
        told.push(text);
        kept = kept.then(() => context.change({}, undefined, facts()));
        // Thrown below, once Terraform has ended.
        kept.catch(() => undefined);
        context.note(text);
      })
      .finally(() => kept.catch(() => undefined));
    await kept;
    await leavePlace(leaving, context);
    return { facts: facts() };
  },
});

/** Takes the tenant out of config, and out of the pipelines that list it. */
export const retirePhase = (leaving: Leaving): Phase => ({
  name: 'retire',
  title: 'removes its file, and it from the pipelines',
  async run(context) {
    const { surroundings, file, tenantId } = leaving;
    if (existsSync(file)) {
      rmSync(file);
      context.note(`${file} is removed${surroundings.kind === 'aws' ? ': commit that, too' : ''}`);
    }
    if (!surroundings.stacks.has(DELIVERY)) {
      context.note('this world has no pipelines that could list it');
      return undefined;
    }
    const holder = `${tenantId}/${context.item.operation?.key ?? ''}`;
    await whileHeld(surroundings.registry, DELIVERY, holder, () =>
      apply(context, leaving, DELIVERY, async ({ risk }) => {
        // Somebody else's change may be in it, too.
        if (isAbove(risk, 'low')) await leaving.wishes.agree(`Apply this plan of ${DELIVERY}`);
      }),
    );
    return undefined;
  },
});
