import { publishPhase } from './publish';
import { isAbove } from '../../review/finding';
import { commandLine } from '../command-line';
import { whileHeld } from '../offboard/lease';
import { LifecycleError, Refused } from '../mistake';
import type { Phase, PhaseContext } from '../operation';
import type { Place } from '../registry';
import type { Surroundings, StacksPlan, SynthesizedStacks } from '../surroundings';
import { dedicatedPlace } from '../surroundings/lookups';
import { pathOf, removeTenantFile, writeTenantFile } from './tenant-file';

/** Stack of the platform that holds the pipelines, which list tenants. */
const DELIVERY = 'delivery';

/** What the beginning of an onboarding writes down. Texts, in the registry. */
export interface OnboardingFacts {
  /** The request, as `same-request.ts` writes it. */
  readonly request: string;
  readonly why: string;
  /** What stands in the tenant's file. */
  readonly text: string;
  /** Whether the file was made by this onboarding, and is to go with it. */
  readonly file: 'made' | 'there';
  /** Branch that the file is put on. Absent where the file stays where it is. */
  readonly branch?: string;
  /** Present once its stack was begun: from then on there may be data. */
  readonly deployBegun?: string;
}

export interface OnboardingWork {
  readonly surroundings: Surroundings;
  readonly tenantId: string;
  readonly facts: OnboardingFacts;
  /** Asks a person whether a plan may be applied. @throws Refused */
  readonly approve: (plan: StacksPlan, stack: string) => Promise<void>;
}

/** Names of phases, in order: items in the registry hold them. */
export const PHASES = [
  'record',
  'configure',
  'publish',
  'plan',
  'deploy',
  'releases',
  'activate',
  'smoke',
] as const;
export type PhaseName = (typeof PHASES)[number];

/** The phases of a dedicated tenant's onboarding. Each looks at what is there, and does the rest. */
export function onboardingPhases(work: OnboardingWork): readonly Phase[] {
  const { surroundings, tenantId, facts } = work;
  const file = pathOf(surroundings.configFolder, surroundings.environment, tenantId);
  const { branch } = facts;
  return [
    recordPhase(work),
    configurePhase(work, file),
    ...(branch === undefined ? [] : [publishPhase({ file, tenantId, branch })]),
    ...deployPhases(work),
    releasesPhase(work),
    activatePhase(work),
    smokePhase(work),
  ];
}

/** The place that an onboarding has given its tenant. */
function placeOf({ item: { tenantId, cell } }: PhaseContext): Place {
  if (cell === undefined)
    throw new LifecycleError(`${tenantId} has lost its cell: the registry was changed by hand`);
  return { cell, shard: dedicatedPlace(tenantId) };
}

const recordPhase = ({ tenantId, facts }: OnboardingWork): Phase => ({
  name: 'record',
  title: `notes in the registry that ${tenantId} is coming`,
  // The beginning has done it.
  run: ({ note, item }) => {
    note(facts.why);
    note(`${tenantId} has a row, state ${item.state}: it gets no tokens yet`);
    return Promise.resolve(undefined);
  },
  undo: async (context) => {
    if (context.item.cell === undefined) return;
    await context.change({ cell: undefined, shard: undefined }, [{ place: placeOf(context), by: -1 }]);
    context.note(
      `${tenantId} has no place any more; its row stays, so that nobody else gets the id by accident`,
    );
  },
});

const configurePhase = ({ facts }: OnboardingWork, file: string): Phase => ({
  name: 'configure',
  title: 'writes its file',
  run: ({ note }) => {
    const wasThere = writeTenantFile(file, facts.text);
    note(wasThere ? `${file} is there, and is used as it is` : file);
    return Promise.resolve(undefined);
  },
  undo: ({ note }) => {
    if (facts.file === 'there') note(`${file} was there before, and stays`);
    else if (removeTenantFile(file, facts.text)) note(`${file} is gone`);
    else note(`${file} was changed since, and stays: delete it by hand if nobody wants it`);
    return Promise.resolve();
  },
});

/** Plans, and applies that plan; a run that was cut off between the two plans anew. */
function deployPhases({ surroundings, approve, facts }: OnboardingWork): readonly Phase[] {
  let planned: { readonly stacks: SynthesizedStacks; readonly plan: StacksPlan } | undefined;
  const plan = async (context: PhaseContext) => {
    const stack = stackOf(context);
    const note = (text: string): void => {
      context.note(text);
    };
    const stacks = await surroundings.stacks.synthesize([stack], note);
    const made = { stacks, plan: await stacks.plan(note) };
    note(made.plan.text);
    return made;
  };
  return [
    {
      name: 'plan',
      title: 'plans its stack',
      run: async (context) => {
        planned = await plan(context);
        await approve(planned.plan, stackOf(context));
        return { facts: { plannedChanges: String(planned.plan.changes) } };
      },
    },
    {
      name: 'deploy',
      title: 'deploys its stack',
      ...(facts.deployBegun !== undefined && { isFinal: true as const }),
      run: async (context) => {
        const made = planned ?? (await plan(context));
        // Of another run's plan a person has seen at most one like it.
        if (!planned && isAbove(made.plan.risk, 'low')) await approve(made.plan, stackOf(context));
        await context.change({}, undefined, { deployBegun: new Date(surroundings.now()).toISOString() });
        await made.stacks.apply((text) => {
          context.note(text);
        });
        return undefined;
      },
    },
  ];
}

const stackOf = (context: PhaseContext): string => {
  const { cell, shard } = placeOf(context);
  return `${cell}-${shard}`;
};

/**
 * Has the pipelines list the tenant, so that releases reach it. They list all tenants: whoever synthesizes them last must know
 * all, so it is done by one at a time. What was put on the branch, the platform's own pipeline deploys.
 */
const releasesPhase = ({ surroundings, tenantId, facts, approve }: OnboardingWork): Phase => ({
  name: 'releases',
  title: 'has releases reach it',
  run: async (context) => {
    const note = (text: string): void => {
      context.note(text);
    };
    if (facts.branch !== undefined) {
      note(
        `the platform's own pipeline deploys ${DELIVERY}: it follows branch ${facts.branch} (docs/guides/infrastructure-delivery.md)`,
      );
      return undefined;
    }
    const { registry, stacks } = surroundings;
    if (!stacks.has(DELIVERY)) {
      note('this world has no pipelines: npx bulkhead rehearse --keep adds them, with this tenant in them');
      return undefined;
    }
    await whileHeld(registry, DELIVERY, `onboard-${tenantId}`, async () => {
      const delivery = await stacks.synthesize([DELIVERY], note);
      const plan = await delivery.plan(note);
      note(plan.text);
      if (isAbove(plan.risk, 'low')) await approve(plan, DELIVERY);
      await delivery.apply(note);
    });
    return undefined;
  },
});

const activatePhase = ({ tenantId, surroundings }: OnboardingWork): Phase => ({
  name: 'activate',
  title: `has ${tenantId} served`,
  run: async ({ item, change, note }) => {
    if (item.state === 'requested') await change({ state: 'active' });
    else if (item.state !== 'active') {
      throw new Refused(`${tenantId} is ${item.state}: somebody has changed that since`, [
        `${commandLine(`resume ${tenantId}`, surroundings)}   serves it again`,
      ]);
    }
    note(`${tenantId} is active: it gets tokens`);
    return undefined;
  },
});

const smokePhase = ({ surroundings, tenantId }: OnboardingWork): Phase => ({
  name: 'smoke',
  title: 'gets a token of its own and calls its address',
  run: async (context) => {
    const seen = await surroundings.tokens.smoke(tenantId, placeOf(context), (text) => {
      context.note(text);
    });
    for (const text of seen) context.note(text);
    return undefined;
  },
});
