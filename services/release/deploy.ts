import { templateName } from '../../constructs/core/releases';
import { MINUTE_MS } from './clock';
import type { Context, Summary } from './context';
import { Aborted } from './give-up';
import type { KubeObject } from './kubernetes';
import { Failure } from './output';
import { fillTemplate, type PodSpecTemplate } from './pod-template';
import { ReleaseRecord } from './release-record';
import { readState, reasonAgainst } from './schema-state';
import type { DeploySettings } from './settings';
import { SmokeToken } from './smoke-token';
import { waitForRollout } from './wait-for-rollout';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Releases to one slice of one owner: writes the pod template that its rollout follows, and waits until Argo Rollouts has tried
 * it out, given it all traffic and found the objectives met.
 *
 * All that a run must know is in the cluster, so one that was killed is gone on with by running it again, and what is
 * released already is found so.
 *
 * @throws Failure when the release must not be, or is not what runs in the end
 */
export async function deploy(settings: DeploySettings, context: Context): Promise<Summary> {
  const { output, clock } = context;
  const { OWNER, RELEASE } = settings;
  const begun = clock.now();
  const deadline = begun + settings.DEADLINE_MINUTES * MINUTE_MS;
  const record = new ReleaseRecord(settings, context, await templateOf(settings, context));
  const { name } = record;
  await checkSchema(settings, context);
  // Before the pods, for the smoke test follows them.
  const token = new SmokeToken(context, settings);
  await token.refresh();
  const begin = await record.begin();
  if (begin.isDone) {
    output.tell(`${name} of ${OWNER} runs ${RELEASE} already, and all traffic goes to it`);
    return { rollout: name, release: RELEASE, changed: false };
  }
  let { attempt } = begin;
  output.tell(
    `${name} of ${OWNER} is to run ${RELEASE}${attempt.attempt === 0 ? '' : `, attempt ${String(attempt.attempt + 1)}`}`,
  );
  const wait = async (): Promise<void> => {
    try {
      await waitForRollout({ settings, context, record, attempt, token, deadline });
    } catch (error) {
      // The next run then makes an attempt of its own.
      if (error instanceof Aborted) await record.end(attempt, 'failed');
      throw error;
    }
  };
  await wait();
  if (attempt.state === 'first') {
    // "shouldCancelAllAnalysisRuns", rollout/analysis.go, Argo Rollouts: an initial deployment has no analysis.
    output.tell(
      `${name} runs for the first time, which Argo Rollouts does without a smoke test: nobody was served before. Now once more, and tried out as every later release is`,
    );
    attempt = await record.again(attempt);
    await wait();
  }
  await record.end(attempt, 'proven');
  output.tell(`${name} of ${OWNER} runs ${RELEASE}, and all traffic goes to it`);
  return {
    ...{ rollout: name, release: RELEASE, changed: true, attempt: attempt.attempt + 1 },
    seconds: Math.round((clock.now() - begun) / 1000),
  };
}

async function templateOf(settings: DeploySettings, { kubernetes }: Context): Promise<PodSpecTemplate> {
  const { OWNER, SERVICE, SLICE, RELEASE, IMAGE, SCHEMA = '' } = settings;
  const found = await kubernetes.get<ConfigMap>('ConfigMap', OWNER, templateName(SERVICE));
  const text = found?.data?.['template'];
  if (text === undefined) {
    throw new Failure(
      `namespace ${OWNER} has no config map ${templateName(SERVICE)} with key template, which says what pods of ${SERVICE} are`,
      "deploy the owner's stack, which brings it; if the tier does not run the service, release it to other owners.",
    );
  }
  return fillTemplate(text, {
    service: SERVICE,
    slice: SLICE,
    release: RELEASE,
    image: IMAGE,
    schema: SCHEMA,
  });
}

/** @throws Failure naming each database that the release cannot use */
async function checkSchema(
  { SCHEMA, DATABASES = [], RELEASE }: DeploySettings,
  context: Context,
): Promise<void> {
  if (SCHEMA === undefined) return;
  const reasons = await Promise.all(
    DATABASES.map(async (database) =>
      reasonAgainst(database, (await readState(context.kubernetes, database)).state, SCHEMA),
    ),
  );
  const against = reasons.filter((reason) => reason !== undefined);
  if (against.length === 0) return;
  throw new Failure(
    `${RELEASE} needs migration ${SCHEMA}:\n${against.join('\n')}`,
    'if the migration is not there yet, let the expand step of this release end first. If it is gone, this release cannot come back: release a newer one that repairs what made you go back.',
  );
}
