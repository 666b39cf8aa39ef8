import {
  GetPipelineStateCommand,
  type GetPipelineStateCommandOutput,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline';
import { isOpen, readRequest, type Request, waveOf, windowText } from './request';

export interface Surroundings {
  /** Beginning of the names of the pipelines that may be opened. */
  readonly pipelinePrefix: string;
  readonly send: (command: GetPipelineStateCommand | PutApprovalResultCommand) => Promise<unknown>;
  readonly now: () => Date;
  /** Takes one line. */
  readonly log: (line: string) => void;
}

/** What a call did, and why nothing where it did nothing. */
export type Answer =
  | 'opened'
  | 'rejected for a newer release'
  | 'nothing waits'
  | 'wave is busy'
  | 'closed'
  | 'decided elsewhere';

/**
 * Lets the wave begin that waits before a stage, if its window is open.
 *
 * Decides the waiting approval of the one action of the one stage that it is told, and of no other. A call outside the
 * window, which a late or repeated one would be, opens nothing.
 *
 * A stage holds one release while it waits, and a newer one stands before it ("How pipeline executions work", AWS CodePipeline
 * User Guide). So the older is rejected: let in now, it would keep the newer one out until the window is over.
 *
 * @throws Error when the request names something else, or CodePipeline fails: the scheduler calls again
 */
export async function openWindow(event: unknown, surroundings: Surroundings): Promise<Answer> {
  const { pipelinePrefix, now } = surroundings;
  const request = readRequest(event, pipelinePrefix);
  const answer = isOpen(request.window, now()) ? await decide(request, surroundings) : 'closed';
  const { pipeline, stage } = request;
  surroundings.log(JSON.stringify({ level: 'info', event: 'maintenance-window', pipeline, stage, answer }));
  return answer;
}

async function decide(request: Request, { send }: Surroundings): Promise<Answer> {
  const { pipeline, stage, action, window } = request;
  const found = await waitingAt(request, send);
  if (found === undefined) return 'nothing waits';
  const { token, newerWaits, waveIsBusy } = found;
  // What is let in now would stand before the wave, and might begin it when the window is over.
  if (!newerWaits && waveIsBusy) return 'wave is busy';
  const result = newerWaits
    ? { status: 'Rejected' as const, summary: 'A newer release waits for this window and goes instead' }
    : { status: 'Approved' as const, summary: `Maintenance window ${windowText(window)} is open` };
  try {
    await send(
      new PutApprovalResultCommand({
        ...{ pipelineName: pipeline, stageName: stage, actionName: action, token, result },
      }),
    );
    return newerWaits ? 'rejected for a newer release' : 'opened';
  } catch (error) {
    // Between the two calls a person answered, or a newer release took the place: "PutApprovalResult", CodePipeline API
    // Reference.
    if (error instanceof Error && DECIDED.includes(error.name)) return 'decided elsewhere';
    throw error;
  }
}

const DECIDED = ['ApprovalAlreadyCompletedException', 'InvalidApprovalTokenException'];

interface Waiting {
  /** What tells this waiting approval from every other one. */
  readonly token: string;
  /** Whether a newer release stands before the stage. */
  readonly newerWaits: boolean;
  /** Whether another release is in the wave, or goes back there. */
  readonly waveIsBusy: boolean;
}

/** The approval that waits; undefined if none does. */
async function waitingAt(
  { pipeline, stage, action }: Request,
  send: Surroundings['send'],
): Promise<Waiting | undefined> {
  const state = (await send(
    new GetPipelineStateCommand({ name: pipeline }),
  )) as GetPipelineStateCommandOutput;
  const stageNamed = (name: string) => state.stageStates?.find(({ stageName }) => stageName === name);
  const waiting = stageNamed(stage);
  const approval = waiting?.actionStates?.find(({ actionName }) => actionName === action)?.latestExecution;
  if (approval?.status !== 'InProgress' || approval.token === undefined) return undefined;
  return {
    token: approval.token,
    newerWaits: waiting?.inboundExecution !== undefined || (waiting?.inboundExecutions ?? []).length > 0,
    waveIsBusy: stageNamed(waveOf(stage))?.latestExecution?.status === 'InProgress',
  };
}
