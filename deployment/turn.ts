import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One run of an action of a pipeline. */
export interface ActionRun {
  readonly action: string;
  /** When it changed last, in milliseconds since 1970. */
  readonly at: number;
}

export interface Turn {
  /** Actions that change cells, by the cell. */
  readonly changes: Readonly<Record<string, readonly string[]>>;
  /** Whose turn it would be. */
  readonly cell: string;
  /** How long it must be since another cell was changed. */
  readonly minutes: number;
}

/**
 * How long a cell must still wait, in milliseconds: until it is long enough since any other cell was changed. Soaks between
 * cells see to that within one execution of a pipeline; this does so across executions, of which one may have stopped in the
 * middle of a cell.
 */
export function waitFor({ changes, cell, minutes }: Turn, runs: readonly ActionRun[], now: number): number {
  const others = Object.entries(changes).flatMap(([id, actions]) => (id === cell ? [] : actions));
  const last = runs.filter(({ action }) => others.includes(action)).map(({ at }) => at);
  return Math.max(0, ...last.map((at) => at + minutes * 60_000 - now));
}

interface Listed {
  readonly actionExecutionDetails: readonly {
    readonly actionName: string;
    readonly lastUpdateTime: string;
  }[];
}

/** Newest runs that are looked at: more than an hour has room for. */
const LOOKED_AT = 100;

/** What ran last in a pipeline, by the AWS CLI. */
export async function runsOf(pipeline: string, region: string): Promise<readonly ActionRun[]> {
  const { stdout } = await promisify(execFile)('aws', [
    ...['codepipeline', 'list-action-executions', '--pipeline-name', pipeline],
    ...['--region', region, '--max-items', String(LOOKED_AT), '--output', 'json'],
  ]);
  const { actionExecutionDetails } = JSON.parse(stdout) as Listed;
  return actionExecutionDetails.map(({ actionName, lastUpdateTime }) => ({
    action: actionName,
    at: Date.parse(lastUpdateTime),
  }));
}
