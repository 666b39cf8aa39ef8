import type { Definition, State } from '../../constructs/onboarding/definition';
import { evaluate } from '../support/jsonata';

/**
 * Carries out a state machine in JSONata as Step Functions does: "Specifying states in Amazon States Language", AWS Step Functions
 * Developer Guide. Time passes only on paper.
 */

/** A call of AWS that a state makes. */
export interface TaskCall {
  readonly state: string;
  readonly resource: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** How often this state has made it before. */
  readonly attempt: number;
}

/** An error, by the name that states know it by. */
export class TaskError extends Error {
  public constructor(
    public override readonly name: string,
    cause = '',
  ) {
    super(cause);
  }
}

export interface Ended {
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** Name of the last state. */
  readonly last: string;
  readonly error?: unknown;
  readonly cause?: unknown;
  /** States that were entered, in order. */
  readonly path: readonly string[];
  /** Longest time that the waits between attempts took, in seconds. */
  readonly waited: number;
}

interface Retry {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly BackoffRate?: number;
}
interface Catch {
  readonly ErrorEquals: readonly string[];
  readonly Assign?: unknown;
  readonly Next: string;
}

const EXECUTION = 'arn:aws:states:us-east-1:111111111111:execution:bulkhead-prod-onboarding:req-1';

/** @param task answers a call, or throws a {@link TaskError} */
export function execute(definition: Definition, input: unknown, task: (call: TaskCall) => unknown): Ended {
  return new Execution(definition, input, task).run();
}

/** Whether a list of errors names one. `States.TaskFailed` is all but a time that is over. */
const names = (errors: readonly string[], { name }: TaskError): boolean =>
  errors.some(
    (error) =>
      error === name ||
      error === 'States.ALL' ||
      (error === 'States.TaskFailed' && name !== 'States.Timeout'),
  );

class Execution {
  private readonly variables: Record<string, unknown> = {};
  private readonly path: string[] = [];
  private waited = 0;

  public constructor(
    private readonly definition: Definition,
    private input: unknown,
    private readonly task: (call: TaskCall) => unknown,
  ) {}

  public run(): Ended {
    let name = this.definition.StartAt;
    for (let steps = 0; steps < 100; steps += 1) {
      this.path.push(name);
      const state = this.definition.States[name];
      if (!state) throw new Error(`there is no state ${name}`);
      if (state.Type === 'Succeed') return this.end('SUCCEEDED', name);
      if (state.Type === 'Fail') {
        const [error, cause] = [this.resolve(state['Error']), this.resolve(state['Cause'])];
        return { ...this.end('FAILED', name), error, cause };
      }
      const next = this.enter(name, state);
      if (next instanceof TaskError)
        return { ...this.end('FAILED', name), error: next.name, cause: next.message };
      name = next;
    }
    throw new Error(`it never ends: ${this.path.join(', ')}`);
  }

  private enter(name: string, state: State): string | TaskError {
    switch (state.Type) {
      case 'Choice': {
        const choices = state['Choices'] as unknown as readonly { Condition: string; Next: string }[];
        const chosen = choices.find(({ Condition }) => this.resolve(Condition) === true);
        return chosen?.Next ?? (state['Default'] as string);
      }
      case 'Pass':
        this.assign(state['Assign']);
        return state['Next'] as string;
      default:
        return this.call(name, state);
    }
  }

  private call(name: string, state: State): string | TaskError {
    const retries = (state['Retry'] ?? []) as unknown as readonly Retry[];
    const used = new Map<Retry, number>();
    for (let attempt = 0; ; attempt += 1) {
      try {
        const args = this.resolve(state['Arguments']) as TaskCall['args'];
        const result = this.task({ state: name, resource: state['Resource'] as string, args, attempt });
        this.assign(state['Assign'], { result });
        return state['Next'] as string;
      } catch (error) {
        if (!(error instanceof TaskError)) throw error;
        const retry = retries.find(({ ErrorEquals }) => names(ErrorEquals, error));
        const before = retry ? (used.get(retry) ?? 0) : 0;
        if (retry && before < (retry.MaxAttempts ?? 3)) {
          used.set(retry, before + 1);
          const delay = (retry.IntervalSeconds ?? 1) * (retry.BackoffRate ?? 2) ** before;
          this.waited += Math.min(delay, retry.MaxDelaySeconds ?? Infinity);
          continue;
        }
        return this.caught(state, error);
      }
    }
  }

  private caught(state: State, error: TaskError): string | TaskError {
    const catches = (state['Catch'] ?? []) as unknown as readonly Catch[];
    const found = catches.find(({ ErrorEquals }) => names(ErrorEquals, error));
    if (!found) return error;
    this.assign(found.Assign, { errorOutput: { Error: error.name, Cause: error.message } });
    return found.Next;
  }

  /** Variables are assigned at once: none sees what another becomes. */
  private assign(values: unknown, states: object = {}): void {
    if (values === undefined) return;
    Object.assign(this.variables, this.resolve(values, states));
  }

  /** A value with what its expressions say. One that says nothing is an error: `States.QueryEvaluationError`. */
  private resolve(value: unknown, states: object = {}): unknown {
    if (Array.isArray(value)) return value.map((one) => this.resolve(one, states));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, this.resolve(one, states)] as const),
      );
    }
    const expression = typeof value === 'string' ? /^\{%(.*)%\}$/s.exec(value)?.[1] : undefined;
    if (expression === undefined) return value;
    const context = { Execution: { Id: EXECUTION } };
    const found = evaluate(expression, {
      ...this.variables,
      states: { input: this.input, context, ...states },
    });
    if (found === undefined) throw new TaskError('States.QueryEvaluationError', expression);
    return found;
  }

  private end(status: Ended['status'], last: string): Ended {
    return { status, last, path: this.path, waited: this.waited };
  }
}
