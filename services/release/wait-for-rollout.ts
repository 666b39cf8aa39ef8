import { RELEASE_ANNOTATIONS } from '../../constructs/core/releases';
import type { Attempt } from './attempts';
import { iso, pollMs } from './clock';
import type { Context } from './context';
import { diagnose, type Pod, POD_HASH_LABEL } from './diagnosis';
import { Failure } from './output';
import { generationOf, type ReleaseRecord } from './release-record';
import { judge, progressOf, type Rollout } from './rollout';
import type { DeploySettings } from './settings';
import type { SmokeToken } from './smoke-token';

export interface WaitProps {
  readonly settings: DeploySettings;
  readonly context: Context;
  readonly record: ReleaseRecord;
  readonly attempt: Attempt;
  readonly token: SmokeToken;
  /** When to give up, in milliseconds since 1970. */
  readonly deadline: number;
}

/** Looks that must find a failure before it counts: a new pod template is seen first, and an old abortion forgotten after. */
const SURE_AFTER = 2;

/** A rollout that will not go on by itself. */
export class Aborted extends Failure {}

/**
 * Waits until all traffic goes to the pods of an attempt and the rollout is content with them.
 *
 * @throws Aborted when Argo Rollouts has given up, with all that is known of why
 * @throws Failure when the deadline passes, or another run has written another release
 */
export async function waitForRollout(props: WaitProps): Promise<void> {
  const { context, record, attempt, token, deadline, settings } = props;
  const { clock, output } = context;
  const { OWNER, RELEASE } = settings;
  let told = '';
  let failures = 0;
  for (;;) {
    await token.keep();
    const podTemplate = await record.current(attempt);
    const rollout = await record.rollout();
    const verdict = judge(rollout, generationOf(podTemplate));
    const progress = progressOf(rollout, verdict);
    if (progress !== told) output.tell(`${record.name}: ${progress}`);
    told = progress;
    if (verdict.kind === 'healthy' && (await runsRelease(props, rollout))) return;
    failures = verdict.kind === 'failed' ? failures + 1 : 0;
    if (verdict.kind === 'failed' && failures >= SURE_AFTER) {
      throw new Aborted(
        await withDiagnosis(
          `${record.name} of ${OWNER} does not get ${RELEASE}: ${verdict.reason}; ${trafficOf(rollout)}`,
          props,
          rollout,
        ),
        `correct the release and release it again. Pods of ${RELEASE} that still run are removed by Argo Rollouts; if it was no fault of the release, run the step again: it makes another attempt.`,
      );
    }
    if (clock.now() >= deadline) {
      throw new Failure(
        await withDiagnosis(
          `${record.name} of ${OWNER} has not got ${RELEASE} by ${iso(deadline)}: ${progress}`,
          props,
          rollout,
        ),
        'Argo Rollouts goes on without this run. Run the step again to wait for longer, or release what was there before.',
      );
    }
    await clock.sleep(pollMs(clock));
  }
}

/** Whether the pods that take traffic are the release's: a pod template that was made anew may count as one seen before. */
async function runsRelease({ context, settings }: WaitProps, { status }: Rollout): Promise<boolean> {
  const { OWNER, RELEASE, IMAGE } = settings;
  const selector = `${POD_HASH_LABEL}=${status?.blueGreen?.activeSelector ?? ''}`;
  const pods = await context.kubernetes.list<Pod>('Pod', OWNER, selector);
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return (
    living.length > 0 &&
    living.every(
      ({ metadata, spec }) =>
        metadata.annotations?.[RELEASE_ANNOTATIONS.release] === RELEASE &&
        spec?.containers?.some(({ image }) => image === IMAGE) === true,
    )
  );
}

function trafficOf({ status }: Rollout): string {
  if ((status?.stableRS ?? '') === '') return 'nothing else runs here yet';
  return status?.blueGreen?.activeSelector === status?.currentPodHash
    ? 'traffic still goes to the new version'
    : 'all traffic goes to the version before';
}

async function withDiagnosis(
  reason: string,
  { context, settings }: WaitProps,
  rollout: Rollout,
): Promise<string> {
  return [reason, ...(await diagnose(context.kubernetes, settings.OWNER, settings.SERVICE, rollout))].join(
    '\n',
  );
}
