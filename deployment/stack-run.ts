import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Engine, Running, TerraformMessage } from '../rehearsal/runner/terraform';
import type { TerraformPlan } from '../review/plan';
import { planRisk, type StackRisk, touched } from '../review/plan-risk';
import { type Approved, NEW_STACK, unapproved, unplannable } from './approved';
import type { DeployEvent, Failure, StackResult, Status } from './events';
import type { Stack } from './platform';
import type { As } from './roles';
import { runToFile } from './terraform';
import { localStateOf, lockFileOf, prepareStack } from './workspace';

/** What every stack of one run shares. */
export interface Stage {
  readonly engine: Engine;
  /** Folder for working copies. */
  readonly work: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly as: As;
  readonly planOnly: boolean;
  readonly destroys: boolean;
  /** Whether Terraform looks at what is there, or trusts its state. */
  readonly refresh: boolean;
  readonly approved: Approved;
  readonly running: Set<Running>;
  /** Aborted when nothing more may begin. What runs is told by itself. */
  readonly interrupt: AbortSignal;
  readonly emit: (event: DeployEvent) => void;
}

const PLAN = 'bulkhead.tfplan';

/** A lock that a killed run has left behind is its own for as long as its Terraform may still be saving. */
const LOCK_TIMEOUT = '5m';

/** How often a state that is being written is looked at: for ten seconds, where one write takes milliseconds. */
const LOOKS = 20;
const LOOK_EVERY_MS = 500;

/** Longest plan in JSON, in bytes. */
const MAX_PLAN = 512 * 1024 * 1024;

/** Plans one stack, judges the plan, and applies that very plan. Never throws for a failure of Terraform's. */
export const runStack = (stage: Stage, stack: Stack): Promise<StackResult> =>
  new StackRun(stage, stack).run();

class StackRun {
  private readonly startedAt = Date.now();
  private readonly failures: Failure[] = [];
  private readonly done: string[] = [];
  private folder = '';
  private risk: StackRisk | undefined;

  public constructor(
    private readonly stage: Stage,
    private readonly stack: Stack,
  ) {}

  public async run(): Promise<StackResult> {
    const { stack, stage } = this;
    stage.emit({ type: 'stack_start', stack: stack.name });
    let status: Status = 'failed';
    try {
      status = await this.perform();
    } catch (error) {
      this.failures.push({ summary: (error as Error).message, detail: '' });
    }
    const result: StackResult = {
      stack: stack.name,
      status,
      seconds: (Date.now() - this.startedAt) / 1000,
      ...(this.risk && { risk: this.risk }),
      done: this.done,
      failures: this.failures,
    };
    stage.emit({ type: 'stack_end', ...result });
    return result;
  }

  private async perform(): Promise<Status> {
    const { stage, stack } = this;
    this.folder = prepareStack(stack, stage.work, stage.as);
    if (!(await this.init())) return 'failed';
    if (stage.destroys) return this.destroy();
    const risk = await this.plan();
    if (!risk) return 'failed';
    this.risk = risk;
    stage.emit({ type: 'stack_plan', stack: stack.name, risk });
    if (stage.planOnly) return 'planned';
    const refused = unapproved(risk, stage.approved);
    this.failures.push(
      ...refused.map(({ address, what }) => ({
        address,
        summary: `${what}, which nobody has approved`,
        detail: '',
      })),
    );
    if (refused.length > 0) return 'refused';
    // Outputs and moves change the state only; they are applied all the same.
    const applied = await this.terraform([
      'apply',
      '-input=false',
      '-json',
      `-lock-timeout=${LOCK_TIMEOUT}`,
      PLAN,
    ]);
    if (applied !== 0) return 'failed';
    return touched(risk) === 0 ? 'unchanged' : 'applied';
  }

  /**
   * `init` reads the state and knows no lock, and a state in a file is written in place: whoever reads it while a killed
   * run's Terraform still saves may see half of it. So it looks again, as long as somebody holds the lock.
   */
  private async init(): Promise<boolean> {
    const state = localStateOf(this.stack);
    const isHeld = (): boolean => state !== undefined && fs.existsSync(lockFileOf(state));
    for (let look = 1; ; look += 1) {
      const wasHeld = isHeld();
      const before = this.failures.length;
      if ((await this.terraform(['init', '-input=false', '-no-color', '-reconfigure'])) === 0) return true;
      if (!(wasHeld || isHeld()) || look === LOOKS) return false;
      await setTimeout(LOOK_EVERY_MS);
      if (this.stage.interrupt.aborted) return false;
      this.failures.length = before;
    }
  }

  /** What is protected against deletion refuses, and so does AWS whoever may not delete it. */
  private async destroy(): Promise<Status> {
    const args = ['-auto-approve', '-input=false', '-json', `-lock-timeout=${LOCK_TIMEOUT}`];
    return (await this.terraform(['destroy', ...args])) === 0 ? 'destroyed' : 'failed';
  }

  /** The judged plan, which is saved beside the stack; undefined if Terraform cannot make one. */
  private async plan(): Promise<StackRisk | undefined> {
    const { stage, stack } = this;
    const settled = await this.terraform([
      ...['plan', '-input=false', '-json', `-out=${PLAN}`],
      // Who only reads cannot lock, and disturbs nobody.
      ...(stage.as === 'plan' ? ['-lock=false'] : [`-lock-timeout=${LOCK_TIMEOUT}`]),
      ...(stage.refresh ? [] : ['-refresh=false']),
    ]);
    if (settled === 0)
      return planRisk(stack.name, JSON.parse(await this.ask(['show', '-json', PLAN])) as TerraformPlan);
    return stage.planOnly ? this.unplanned() : undefined;
  }

  /** What stands on something that is not deployed yet is judged again when it is its turn. */
  private async unplanned(): Promise<StackRisk> {
    const state = (await this.ask(['state', 'pull'])).trim();
    const { resources = [] } = (state === '' ? {} : JSON.parse(state)) as {
      readonly resources?: readonly unknown[];
    };
    const why = this.failures.splice(0).map(({ summary }) => summary);
    const finding = resources.length === 0 ? NEW_STACK : unplannable(why);
    const counts = { create: 0, change: 0, replace: 0, destroy: 0, forget: 0 };
    return { stack: this.stack.name, risk: finding.level, findings: [finding], changes: [], counts };
  }

  private async ask(args: readonly string[]): Promise<string> {
    const { engine, environment } = this.stage;
    const options = { cwd: this.folder, env: environment, maxBuffer: MAX_PLAN, encoding: 'utf8' } as const;
    return (await promisify(execFile)(engine.binary, [...args], options)).stdout;
  }

  private async terraform(args: readonly string[]): Promise<number> {
    const { engine, environment, running } = this.stage;
    const command = runToFile(engine, this.folder, args, environment, (message) => {
      this.follow(message);
    });
    running.add(command);
    const code = await command.ended;
    running.delete(command);
    return code;
  }

  private follow({ type, hook, diagnostic }: TerraformMessage): void {
    if (type === 'apply_complete' && hook && hook.action !== 'read') {
      this.done.push(hook.resource.addr);
      const total = Math.max(this.done.length, this.risk ? touched(this.risk) : 0);
      const { name } = this.stack;
      this.stage.emit({
        type: 'resource',
        stack: name,
        address: hook.resource.addr,
        done: this.done.length,
        total,
      });
    }
    if (diagnostic?.severity === 'error') {
      const { address, summary, detail } = diagnostic;
      this.failures.push({ ...(address !== undefined && { address }), summary, detail });
    }
  }
}
