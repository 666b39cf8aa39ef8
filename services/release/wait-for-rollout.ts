import { RELEASE_ANNOTATIONS } from '../../constructs/core/releases';
import { iso, pollMs } from './clock';
import { diagnose, type Pod, POD_HASH_LABEL } from './diagnosis';
import { Failure } from './output';
import { giveUp, type ReleaseRun } from './give-up';
import { generationOf } from './pod-template-record';
import { judge, progressOf, type Rollout } from './rollout';
import type { SmokeToken } from './smoke-token';

export interface WaitProps extends ReleaseRun {
  readonly token: SmokeToken;
  /** When to give up, in milliseconds since 1970. */
  readonly deadline: number;
}

/** Looks that must find a failure before it counts: a new pod template is seen first, and an old abortion forgotten after. */
const SURE_AFTER = 2;

/**
 * Waits until all traffic goes to the pods of an attempt and the rollout is content with them.
 *
 * @throws Aborted when Argo Rollouts has given up, with all that is known of why
 * @throws Failure when it has and the pod template says what ran before again, when the deadline passes, or another run has written
 *   another release
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
    if (verdict.kind === 'failed' && failures >= SURE_AFTER)
      throw await giveUp(props, rollout, verdict.reason);
    if (clock.now() >= deadline) {
      const lines = await diagnose(context.kubernetes, OWNER, settings.SERVICE, rollout);
      throw new Failure(
        [`${record.name} of ${OWNER} has not got ${RELEASE} by ${iso(deadline)}: ${progress}`, ...lines].join(
          '\n',
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
