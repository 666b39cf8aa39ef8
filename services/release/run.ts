import type { AwsCredentials } from '../valkey/iam-token';
import type { Clock } from './clock';
import type { Context, Summary } from './context';
import { contract, contractCheck } from './contract';
import { deploy } from './deploy';
import { eksToken } from './eks-token';
import { expand } from './expand';
import { Kubernetes } from './kubernetes';
import { Output } from './output';
import { type Settings, settingsIn } from './settings';
import { soak } from './soak';

/** Longest error in the last line, in characters: the lines before it have it all. */
const MAX_ERROR = 500;

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly credentials: () => Promise<AwsCredentials>;
  /** Takes a line. */
  readonly write: (line: string) => void;
}

/**
 * Does what the environment says, and tells it.
 *
 * @returns whether it is done
 */
export async function run(surroundings: Surroundings): Promise<boolean> {
  const { environment, clock, write } = surroundings;
  let settings: Settings;
  try {
    settings = settingsIn(environment);
  } catch (error) {
    const output = new Output(write, 'nothing was begun');
    output.fail(error);
    output.summary({ step: environment['STEP'] ?? '', ok: false });
    return false;
  }
  const output = new Output(write, placeOf(settings));
  const begun = clock.now();
  output.tell(`${settings.STEP} of ${settings.SERVICE}: ${output.place}`);
  const ends = (ok: boolean, more: Summary): boolean => {
    output.summary({
      ...{ step: settings.STEP, service: settings.SERVICE, cell: settings.CELL, ok },
      ...('RING' in settings && { ring: settings.RING }),
      ...('OWNER' in settings && { owner: settings.OWNER, slice: settings.SLICE }),
      ...('RELEASE' in settings && { release: settings.RELEASE }),
      ...more,
      seconds: Math.round((clock.now() - begun) / 1000),
    });
    return ok;
  };
  try {
    return ends(true, await step(settings, output, surroundings));
  } catch (error) {
    output.fail(error);
    const text = error instanceof Error ? error.message : String(error);
    return ends(false, { error: text.replaceAll('\n', '; ').slice(0, MAX_ERROR) });
  }
}

async function step(settings: Settings, output: Output, surroundings: Surroundings): Promise<Summary> {
  const { clock, credentials, environment } = surroundings;
  const region = settings.AWS_REGION;
  const patience = (what: string) => ({
    clock,
    onRetry: (why: string) => {
      output.tell(`${what} does not answer (${why}); trying again`);
    },
  });
  const aws = {
    ...patience('AWS'),
    ...{ region, credentials, output },
    endpoint: environment['AWS_ENDPOINT_URL'],
  };
  if (settings.STEP === 'soak') return soak(settings, { clock, output, aws });
  const kubernetes = new Kubernetes({
    ...patience('the API of the cluster'),
    endpoint: settings.CLUSTER_ENDPOINT,
    ca: Buffer.from(settings.CLUSTER_CA, 'base64').toString('utf8'),
    token: () =>
      eksToken({
        ...{ clusterName: settings.CLUSTER_NAME, region, credentials },
        now: new Date(clock.now()),
      }),
    output,
  });
  const context: Context = { clock, output, kubernetes, aws };
  try {
    switch (settings.STEP) {
      case 'deploy':
        return await deploy(settings, context);
      case 'expand':
        return await expand(settings, context);
      case 'contract-check':
        return await contractCheck(settings, context);
      case 'contract':
        return await contract(settings, context);
    }
  } finally {
    kubernetes.close();
  }
}

/** Where a run is, in the words of the plan. */
function placeOf(settings: Settings): string {
  const { CELL } = settings;
  return [
    ...('RING' in settings ? [`ring ${settings.RING}`] : []),
    `cell ${CELL}`,
    ...('OWNER' in settings ? [`owner ${settings.OWNER}`, `slice ${settings.SLICE}`] : []),
    ...('RELEASE' in settings ? [`release ${settings.RELEASE}`] : []),
    ...('DATABASES' in settings && settings.DATABASES ? [`databases ${settings.DATABASES.join(' ')}`] : []),
  ].join(', ');
}
