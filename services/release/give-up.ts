import type { Attempt } from './attempts';
import { MINUTE_MS, pollMs } from './clock';
import type { Context } from './context';
import { diagnose } from './diagnosis';
import { Failure } from './output';
import type { ReleaseRecord } from './release-record';
import { isFirst, isStranded, type Rollout } from './rollout';
import type { DeploySettings } from './settings';
import type { StableVersion } from './stable-version';

export interface ReleaseRun {
  readonly settings: DeploySettings;
  readonly context: Context;
  readonly record: ReleaseRecord;
  readonly attempt: Attempt;
}

/** A rollout that will not go on by itself. */
export class Aborted extends Failure {}

/** A release that failed, and in whose place the pod template says what ran before. That is written down. */
class Replaced extends Failure {}

/** How long Argo Rollouts may take to lead traffic back by itself: less than its pods stay, `abortScaleDownDelaySeconds`. */
const BY_ITSELF_MS = MINUTE_MS;

/**
 * How long it may take once the template is the stable one again, in milliseconds. That is neither tried out nor taken for warm
 * ("isBlueGreenFastTracked", rollout/bluegreen.go, and "completedPrePromotionAnalysis", rollout/pause.go), so it is aborted as well:
 * an abort leads traffic to the stable version, whose pods are ready. Left is what Argo Rollouts takes to see both.
 */
const BACK_MS = 3 * MINUTE_MS;

/**
 * What a run ends with when Argo Rollouts has given up on its release, with all that is known of why. Sees to it that traffic
 * goes back.
 *
 * Argo Rollouts switches nothing while pods of the template are not all ready ("reconcileActiveService", rollout/service.go),
 * even after an abort, and scales those pods down all the same ("reconcileNewReplicaSet", rollout/replicaset.go). A version that is
 * taken back because it crashes would so keep all traffic and lose its pods. What is not of the template, and takes traffic, keeps
 * its pods ("isReplicaSetReferenced", there), so the template becomes that of the stable version again.
 */
export async function giveUp(run: ReleaseRun, rollout: Rollout, reason: string): Promise<Failure> {
  const { settings, context, record } = run;
  const { OWNER, SERVICE, RELEASE } = settings;
  // Before its pods are gone.
  const lines = await diagnose(context.kubernetes, OWNER, SERVICE, rollout);
  const text = (where: string): string =>
    [`${record.name} of ${OWNER} does not get ${RELEASE}: ${reason}; ${where}`, ...lines].join('\n');
  const seen = isStranded(rollout) ? await backByItself(run, rollout) : rollout;
  if (!isStranded(seen)) {
    return new Aborted(
      text(trafficOf(seen)),
      `correct the release and release it again. Pods of ${RELEASE} that still run are removed by Argo Rollouts; if it was no fault of the release, run the step again: it makes another attempt.`,
    );
  }
  const before = await record.restore(run.attempt, seen.status?.stableRS);
  if (before === undefined) {
    return new Aborted(
      text(`${trafficOf(seen)}, and its pods are removed within two minutes`),
      'release what was there before at once: which release that was is not known here.',
    );
  }
  const hasCome = await backByTemplate(run, before);
  const { release } = before.attempt;
  const where = `pods of it were not ready, and Argo Rollouts then leaves all traffic with them. So the pod template says ${release} again`;
  return hasCome
    ? new Replaced(
        text(`${where}, and all traffic goes to that`),
        'correct the release and release it again; if it was no fault of the release, run the step again: it makes another attempt.',
      )
    : new Replaced(
        text(`${where}, but after ${String(BACK_MS / MINUTE_MS)} minutes traffic still goes to ${RELEASE}`),
        `an administrator of the cell runs kubectl argo rollouts abort ${record.name} -n ${OWNER}, which leads traffic to pods of ${release} if all of them are ready; if not, kubectl argo rollouts get rollout ${record.name} -n ${OWNER} says what they wait for.`,
      );
}

function trafficOf(rollout: Rollout): string {
  if (isFirst(rollout)) return 'nothing else runs here yet';
  const { status } = rollout;
  return status?.blueGreen?.activeSelector === status?.currentPodHash
    ? 'traffic still goes to the new version'
    : 'all traffic goes to the version before';
}

/** The rollout once traffic has gone back, or after {@link BY_ITSELF_MS}. @throws Failure when another run releases meanwhile */
async function backByItself({ context, record, attempt }: ReleaseRun, rollout: Rollout): Promise<Rollout> {
  const { clock, output } = context;
  output.tell(
    `${record.name}: Argo Rollouts has given up, and traffic goes to the new version until its pods are ready; waiting a minute for that`,
  );
  let seen = rollout;
  for (const until = clock.now() + BY_ITSELF_MS; isStranded(seen) && clock.now() < until;) {
    await clock.sleep(pollMs(clock));
    await record.current(attempt);
    seen = await record.rollout();
  }
  return seen;
}

/** Whether all traffic has gone to the stable version, which is then written down. */
async function backByTemplate({ context, record }: ReleaseRun, before: StableVersion): Promise<boolean> {
  const { clock, output } = context;
  output.tell(
    `${record.name}: the pod template says ${before.attempt.release} again; traffic goes back as soon as Argo Rollouts has seen it`,
  );
  for (const until = clock.now() + BACK_MS; ;) {
    const { status } = await record.rollout();
    if (status?.blueGreen?.activeSelector === status?.stableRS) break;
    // Before, an abort would be of the version that crashes, and forgotten with it.
    if (status?.currentPodHash === status?.stableRS && status?.abort !== true) await record.abort();
    if (clock.now() >= until) return false;
    await clock.sleep(pollMs(clock));
  }
  await record.isBack(before);
  return true;
}
