import type { Settings } from './settings';
import { readWaivers, type Waiver } from './waivers';

export interface Surroundings {
  /** Runs a command of the AWS CLI and gives what it prints, which is JSON. Rejects with what it says is wrong. */
  readonly aws: (...command: readonly string[]) => Promise<unknown>;
  /** Content of a file, or undefined if there is none. */
  readonly read: (file: string) => string | undefined;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** Takes one line. */
  readonly log: (line: string) => void;
}

/** Severities that stop a release. "Image scanning", Amazon ECR User Guide, has six. */
const GRAVE = ['CRITICAL', 'HIGH'];

const POLL_MS = 10_000;
/** A scan takes seconds to minutes; what takes this long has failed. */
const PATIENCE_MS = 40 * 60_000;

interface Finding {
  readonly name?: string;
  readonly severity?: string;
  readonly uri?: string;
}

interface ScanAnswer {
  readonly imageScanStatus?: { readonly status?: string; readonly description?: string };
  readonly imageScanFindings?: {
    readonly findings?: readonly Finding[];
    readonly findingSeverityCounts?: Readonly<Record<string, number>>;
  };
}

interface SigningAnswer {
  readonly signingStatuses?: readonly {
    readonly signingProfileArn?: string;
    readonly status?: string;
    readonly failureReason?: string;
  }[];
}

interface CopyAnswer {
  readonly replicationStatuses?: readonly {
    readonly region?: string;
    readonly status?: string;
    readonly failureCode?: string;
  }[];
}

/**
 * Decides whether an image may be released: scanned without a grave finding that nobody has accepted, signed by the
 * platform's profile, and copied to wherever cells pull it from. Waits for what is still under way.
 *
 * @returns all that stands against it; empty if nothing does
 */
export async function problemsOfImage(
  settings: Settings,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const { read, now, log } = surroundings;
  const waivers = readWaivers(read(settings.waiversFile), now());
  const checks = [
    findings(settings, waivers, surroundings),
    signature(settings, surroundings),
    copies(settings, surroundings),
  ];
  const problems = (await Promise.all(checks)).flat();
  log(problems.length === 0 ? `${settings.image} may be released` : `${settings.image} may not be released`);
  return problems;
}

const imageArguments = ({ repository, image }: Settings): readonly string[] => [
  ...['--repository-name', repository],
  ...['--image-id', `imageDigest=${image}`],
];

async function findings(
  settings: Settings,
  waivers: readonly Waiver[],
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const answer = await waitFor<ScanAnswer>(surroundings, {
    ask: ['ecr', 'describe-image-scan-findings', ...imageArguments(settings)],
    isDone: ({ imageScanStatus }) => !['IN_PROGRESS', 'PENDING', undefined].includes(imageScanStatus?.status),
    // Known some moments after the push only.
    notYet: 'ScanNotFoundException',
  });
  const { status = 'none', description = '' } = answer?.imageScanStatus ?? {};
  if (!['COMPLETE', 'ACTIVE'].includes(status))
    return [`it was not scanned: ${[status, description].filter((part) => part !== '').join(', ')}`];
  const found = answer?.imageScanFindings?.findings ?? [];
  const grave = found.filter(({ severity = '' }) => GRAVE.includes(severity));
  const isWaived = ({ name }: Finding): boolean => waivers.some(({ finding }) => finding === name);
  for (const { name = '', severity = '' } of grave.filter(isWaived))
    surroundings.log(
      `${name}, ${severity}, is accepted until ${waivers.find(({ finding }) => finding === name)?.until ?? ''}`,
    );
  // Findings of another form than these would be counted here and listed nowhere.
  const counts = answer?.imageScanFindings?.findingSeverityCounts ?? {};
  const counted = GRAVE.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  return [
    ...grave
      .filter((finding) => !isWaived(finding))
      .map(({ name = '', severity = '', uri = '' }) => `${name}, ${severity}: ${uri}`),
    ...(counted > grave.length
      ? [`the scan counts ${counted} grave findings and lists ${grave.length}: read them in the console`]
      : []),
  ];
}

async function signature(settings: Settings, surroundings: Surroundings): Promise<readonly string[]> {
  const own = ({ signingStatuses = [] }: SigningAnswer): NonNullable<SigningAnswer['signingStatuses']> =>
    signingStatuses.filter(({ signingProfileArn }) => signingProfileArn === settings.signingProfile);
  const answer = await waitFor<SigningAnswer>(surroundings, {
    ask: ['ecr', 'describe-image-signing-status', ...imageArguments(settings)],
    isDone: (found) => own(found).some(({ status }) => status !== 'IN_PROGRESS'),
  });
  const statuses = answer ? own(answer) : [];
  if (statuses.some(({ status }) => status === 'COMPLETE')) return [];
  const reasons = statuses.map(({ failureReason, status }) => failureReason ?? status ?? '');
  return [
    `it is not signed by ${settings.signingProfile}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`,
  ];
}

async function copies(settings: Settings, surroundings: Surroundings): Promise<readonly string[]> {
  const { copyRegions } = settings;
  if (copyRegions.length === 0) return [];
  const statusOf = ({ replicationStatuses = [] }: CopyAnswer, wanted: string): string | undefined =>
    replicationStatuses.find(({ region }) => region === wanted)?.status;
  const answer = await waitFor<CopyAnswer>(surroundings, {
    ask: ['ecr', 'describe-image-replication-status', ...imageArguments(settings)],
    isDone: (found) =>
      copyRegions.every((region) => ['COMPLETE', 'FAILED'].includes(statusOf(found, region) ?? '')),
  });
  return copyRegions
    .filter((region) => statusOf(answer ?? {}, region) !== 'COMPLETE')
    .map((region) => `it is not in ${region}: ${statusOf(answer ?? {}, region) ?? 'no copy was made'}`);
}

interface Question<T> {
  readonly ask: readonly string[];
  readonly isDone: (answer: T) => boolean;
  /** Name of an error that means the answer is still to come. @default - every error ends it */
  readonly notYet?: string;
}

/** The answer when it is there, or the last one when patience ends. */
async function waitFor<T>(
  { aws, now, sleep }: Surroundings,
  { ask, isDone, notYet }: Question<T>,
): Promise<T | undefined> {
  const end = now().getTime() + PATIENCE_MS;
  let last: T | undefined;
  for (;;) {
    try {
      last = (await aws(...ask)) as T;
      if (isDone(last)) return last;
    } catch (error) {
      if (notYet === undefined || !(error as Error).message.includes(notYet)) throw error;
    }
    if (now().getTime() >= end) return last;
    await sleep(POLL_MS);
  }
}
