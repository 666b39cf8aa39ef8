import { releaseName } from '../constructs/core/releases';
import {
  type ContractPlan,
  type ReleasePlan,
  type ReleaseTarget,
  type Ring,
  type Step,
  type Wave,
  windowText,
} from '../constructs/delivery/release-plan';

/** A plan as a person reads it, from the first ring to the last. */
export function planText({ target, rings, leftOut, contract }: ReleasePlan): string {
  return [
    `${target.service}: ${rings.map(({ name }) => name).join(' > ')}`,
    ...leftOut.map(({ ring, why }) => `  no ring ${ring}: ${why}`),
    ...rings.flatMap((ring) => ['', ...ringLines(ring, target)]),
    '',
    'Every step: smoke test before the new version takes traffic, objectives while it does.',
    'Every wave: if a step fails, all of it goes back to the release before, and the release stops there.',
    ...(contract ? ['', ...contractLines(contract)] : []),
  ].join('\n');
}

const AUDIENCES: Readonly<Record<Ring['name'], (target: ReleaseTarget) => string>> = {
  internal: ({ internalTenants }) =>
    `synthetic tenants${internalTenants.length > 0 ? `, ${internalTenants.join(', ')}` : ''}`,
  canary: ({ canaryPercent }) => `the same ${canaryPercent} % of the starter tenants every time`,
  starter: () => 'all other starter tenants',
  professional: () => 'professional tenants',
  enterprise: () => 'dedicated tenants',
};

const ringLines = ({ name, waves }: Ring, target: ReleaseTarget): string[] => [
  `ring ${name}: ${AUDIENCES[name](target)}`,
  ...waves.flatMap((wave) => waveLines(wave, target)),
];

function waveLines(wave: Wave, target: ReleaseTarget): string[] {
  const alarms = wave.gates.alarms.map(({ cell, tier }) => `${tier} in ${cell}`);
  return [
    `  ${wave.name}`,
    ...(wave.window ? [line('waits for', windowText(wave.window))] : []),
    line('needs', `no error budget that burns: ${alarms.join(', ')}`),
    ...wave.steps.map((step) => line(step.kind, stepText(step, target))),
  ];
}

function stepText(step: Step, { service }: ReleaseTarget): string {
  switch (step.kind) {
    case 'expand':
      return `${step.cell}: ${databasesText(step.databases)}`;
    case 'deploy':
      return `${step.cell}: ${releaseName(service, step.slice)} of ${step.owner}`;
    case 'soak':
      return `${step.cell}: ${step.minutes} minutes, alarms of ${step.tiers.join(', ')}`;
  }
}

const contractLines = ({ afterDays, checks, waves }: ContractPlan): string[] => [
  `contract: once all of it has needed the new schema for ${afterDays} ${afterDays === 1 ? 'day' : 'days'}`,
  ...checks.map(({ cell, rollouts }) => line('check', `${cell}: ${rollouts.length} rollouts`)),
  ...waves.flatMap(({ name, steps }) => [
    `  ${name}`,
    ...steps.map(({ kind, cell, databases }) => line(kind, `${cell}: ${databasesText(databases)}`)),
  ]),
];

/** The first, and the others as long as anybody would read them. */
function databasesText([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  const [next = ''] = others;
  return `${first}, then ${others.length > LISTED ? `${next} to ${others.at(-1) ?? ''} (${others.length})` : others.join(', ')}`;
}

const LISTED = 3;

/** Characters of the longest word that opens a line, and a space. */
const WIDTH = 10;

const line = (word: string, text: string): string => `    ${word.padEnd(WIDTH)}${text}`;
