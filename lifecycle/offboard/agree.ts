import type { TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError, Refused } from '../mistake';
import type { Phase, PhaseContext, PhaseResult } from '../operation';
import {
  CONFIRMATIONS,
  CONFIRMED_FOR_HOURS,
  confirm,
  expiresAt,
  readConfirmations,
  standing,
} from './confirmations';
import type { Manifest } from './export/manifest';
import { belongingsOf, type Leaving } from './leaving';
import { check, take } from './take';

const DAY = 86_400_000;
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Lets time pass in which somebody may still find out that this was a mistake. */
export const holdPhase = (leaving: Leaving): Phase => ({
  name: 'hold',
  title: 'leaves everything as it is for a while',
  run(context) {
    const { surroundings } = leaving;
    const now = surroundings.now();
    const known = leaving.facts(context);
    const days = known.holdDays ?? String(surroundings.platform().offboarding.holdDays);
    // As it was when it began: config that changes since makes no promise shorter.
    const heldUntil = known.heldUntil ?? iso(now + Number(days) * DAY);
    const facts = { heldUntil, holdDays: days };
    if (Date.parse(heldUntil) <= now) return Promise.resolve({ facts });
    if (leaving.wishes.skipHold === true) {
      context.note(`as if the ${days} days had passed`);
      return Promise.resolve({ facts });
    }
    return Promise.resolve({
      facts,
      waits: {
        text: `the data stays where it is for ${days} days, and nobody can confirm its deletion before`,
        until: heldUntil,
        next: [
          `${leaving.command()}   goes on from then on`,
          ...(surroundings.kind === 'rehearsal'
            ? [`${leaving.command('--skip-hold')}   goes on as if the time had passed`]
            : []),
          `${leaving.command('--undo')}   brings the tenant back`,
        ],
      },
    });
  },
});

/** Two people must want it, within a day, and look at what there is. */
export const confirmPhase = (leaving: Leaving): Phase => ({
  name: 'confirm',
  title: 'is agreed to by two people',
  async run(context) {
    if (leaving.wishes.exportAgain === true) return exportAgain(leaving, context);
    return agreed(leaving, context);
  },
});

/** The new export is not what anybody has confirmed. The hold is over and stays so. */
async function exportAgain(leaving: Leaving, context: PhaseContext): Promise<PhaseResult> {
  const facts = await take(leaving, context);
  await refuseUnreliable(leaving, context, facts['manifest'] ?? '');
  return {
    facts: { ...facts, confirmations: '[]' },
    waits: waiting(leaving, [], 'it was exported again, so nobody has confirmed this export yet'),
  };
}

/**
 * Goes on when enough people have confirmed, and takes the word of who is at work now.
 *
 * @throws Refused when the caller may not confirm, or says something else than what there is
 * @throws LifecycleError when the export is not what is in the database any more
 */
export async function agreed(leaving: Leaving, context: PhaseContext): Promise<PhaseResult> {
  await leaving.refuseLegalHold();
  const { surroundings, wishes, tenantId } = leaving;
  const facts = leaving.facts(context);
  const hash = facts.manifest ?? '';
  const before = standing(readConfirmations(facts.confirmations), hash, surroundings.now());
  if (before.length >= CONFIRMATIONS) return {};
  if (!wishes.confirm) return { waits: waiting(leaving, before) };

  const manifest = await refuseUnreliable(leaving, context, hash);
  const { where } = await leaving.store(context);
  const { id, manifest: seen } = await wishes.confirm(summary(manifest, hash, context.item, where));
  if (id !== tenantId) throw new Refused(`${id === '' ? 'nothing' : id} is not ${tenantId}: not confirmed`);
  if (seen !== undefined && !(seen.length >= 12 && hash.startsWith(seen))) {
    throw new Refused(`what is confirmed is the export ${seen}, and what there is is ${hash}`, [
      'look at the new export, and confirm that one',
    ]);
  }
  const own = { by: await surroundings.caller(), at: iso(surroundings.now()), manifest: hash };
  const now = confirm(before, own, surroundings.now());
  const kept = { confirmations: JSON.stringify(now) };
  context.note(`${own.by} has confirmed`);
  if (now.length >= CONFIRMATIONS) return { facts: kept };
  return { facts: kept, waits: waiting(leaving, now) };
}

function waiting(
  leaving: Leaving,
  confirmations: Parameters<typeof standing>[0],
  why?: string,
): NonNullable<PhaseResult['waits']> {
  const [one] = confirmations;
  const until = one && iso(expiresAt(one));
  return {
    text: one
      ? `${one.by} has confirmed at ${one.at}; a second person must, before that is ${CONFIRMED_FOR_HOURS} hours old`
      : (why ??
        `nobody has confirmed: ${CONFIRMATIONS} different people must, within ${CONFIRMED_FOR_HOURS} hours`),
    ...(until !== undefined && { until }),
    next: [
      `${leaving.command('--confirm')}   shows what will be destroyed, and asks`,
      `${leaving.command('--undo')}   brings the tenant back`,
    ],
  };
}

/** What somebody agrees to. */
function summary(manifest: Manifest, hash: string, item: TenantItem, where: string): readonly string[] {
  const { tenant, name, rows, tables, place, takenAt } = manifest;
  const isStack = place !== undefined && belongingsOf(place) === 'stack';
  return [
    `What will be destroyed for good:`,
    `  tenant   ${tenant}${name === undefined ? '' : ` (${name})`}, ${manifest.tier}, ${manifest.environment}`,
    ...(place ? [`  place    ${place.cell}/${place.shard}`] : ['  place    none']),
    isStack
      ? `  stack    ${place.cell}-${place.shard}: database, keys, secrets, namespace and all else in it`
      : `  rows     ${rows} in ${tables.length} tables`,
    ...tables.filter((table) => table.rows > 0).map((table) => `             ${table.table}: ${table.rows}`),
    `What is kept:`,
    `  export   ${where}, of ${takenAt}`,
    `  manifest ${hash}`,
    `  item     ${item.tenantId} in the registry, so that nobody else is ever given the id`,
  ];
}

/** @throws LifecycleError when the export cannot be read as it was written, or is not what is in the database */
async function refuseUnreliable(leaving: Leaving, context: PhaseContext, hash: string): Promise<Manifest> {
  const { manifest, damage, changes } = await check(leaving, context, hash);
  if (damage.length > 0) {
    throw new LifecycleError(`the export is damaged: ${damage.join('; ')}. Nothing was deleted`, [
      `${leaving.command('--export-again')}   makes a new one, which two people then confirm`,
    ]);
  }
  if (changes.length > 0) {
    throw new LifecycleError(
      `the database is not what was exported: ${changes.join('; ')}. Nothing was deleted`,
      [
        'find out what has changed it: a migration, or something that writes although the tenant is suspended',
        `${leaving.command('--export-again')}   makes a new export, which two people then confirm`,
      ],
    );
  }
  context.note(
    `the export is whole: ${manifest.tables.length} files, ${manifest.rows} rows as in the database`,
  );
  return manifest;
}
