import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { MARK_SUMMARY } from '../stand-in/rpc';
import type { Failure, Mode, RehearsalEvent, StackResult } from './events';
import { type Stack, readJson, usedTypes } from './platform';
import type { RunFile } from './run-record';
import type { StateServer } from './state-server';
import type { StandInProcess } from './stand-in-process';
import { type Engine, type Running, type TerraformMessage, runTerraform } from './terraform';
import { type Layout, prepareStack } from './workspace';

/** What every stack of one rehearsal shares. */
export interface Stage {
  readonly engine: Engine;
  readonly layout: Layout;
  readonly standIn: StandInProcess;
  readonly record: RunFile;
  readonly mode: Mode;
  /** Whether a second plan must find nothing to do. */
  readonly verify: boolean;
  /** Stack and address of the resource that is to fail. */
  readonly fail: { readonly stack: string; readonly address: string } | undefined;
  readonly all: readonly Stack[];
  /** Folder that Terraform has initialized with the backend of all stacks. */
  readonly initialized: string;
  readonly states: StateServer;
  readonly running: Set<Running>;
  readonly emit: (event: RehearsalEvent) => void;
}

/** Name of the saved plan, inside a stack's working folder. */
const PLAN_FILE = 'rehearsal.tfplan';

/** Longest plan in JSON, in bytes. */
const MAX_PLAN = 512 * 1024 * 1024;

/** A stack whose plan is saved. */
export interface Planned {
  /** What `terraform show -json` says of the plan. */
  readonly json: string;
  /** Applies that very plan. Once, and before anything else is done to the stack. */
  apply(): Promise<StackResult>;
}

/** Plans one stack and saves the plan. Never throws for a failure of Terraform's: that is the result then. */
export async function planStack(stage: Stage, stack: Stack): Promise<Planned | StackResult> {
  return new StackRunner(stage, stack).plan();
}

/** Runs Terraform on one stack and tells what came of it. Never throws for a failure of Terraform's. */
export async function runStack(stage: Stage, stack: Stack): Promise<StackResult> {
  return new StackRunner(stage, stack).run();
}

class StackRunner {
  private readonly startedAt = Date.now();
  private readonly failures: Failure[] = [];
  private readonly replaced: string[] = [];
  private readonly counts = { create: 0, update: 0, delete: 0 };
  private readonly errored: string[] = [];
  private done = 0;
  private total = 0;
  private environment: Readonly<Record<string, string>> = {};

  public constructor(
    private readonly stage: Stage,
    private readonly stack: Stack,
  ) {}

  public async run(): Promise<StackResult> {
    this.stage.emit({ type: 'stack_start', stack: this.stack.name });
    return this.result(await this.attempt(() => this.perform()));
  }

  public async plan(): Promise<Planned | StackResult> {
    const { stage, stack } = this;
    stage.emit({ type: 'stack_start', stack: stack.name });
    let json = '';
    const planned = await this.attempt(async () => {
      await this.open();
      const plan = ['plan', '-input=false', '-json', `-out=${PLAN_FILE}`];
      const settled =
        stage.fail?.stack === stack.name
          ? await this.planWithFailure(stage.fail.address)
          : (await this.terraform(plan)) === 0;
      if (settled) json = await this.show();
      return settled;
    });
    if (!planned) return this.result(false);
    const apply = async (): Promise<StackResult> =>
      this.result(
        await this.attempt(
          async () => (await this.terraform(['apply', '-input=false', '-json', PLAN_FILE])) === 0,
        ),
      );
    return { json, apply };
  }

  private async attempt(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      this.failures.push({ summary: error instanceof Error ? error.message : String(error), detail: '' });
      return false;
    }
  }

  private result(succeeded: boolean): StackResult {
    const { stack, stage } = this;
    const result: StackResult = {
      stack: stack.name,
      status: !succeeded ? 'failed' : stage.mode === 'destroy' ? 'destroyed' : 'deployed',
      created: this.counts.create,
      changed: this.counts.update,
      destroyed: this.counts.delete,
      seconds: (Date.now() - this.startedAt) / 1000,
      replaced: this.replaced,
      failures: succeeded ? [] : this.failures.map((failure) => named(failure, this.errored)),
    };
    stage.emit({ type: 'stack_end', ...result });
    return result;
  }

  /** Has the stack's folder made, and its providers served. */
  private async open(): Promise<void> {
    const { stage, stack } = this;
    const { standIn, layout } = stage;
    prepareStack(layout, stack, stage.all, stage.initialized);
    const stateFile = layout.stateFile(stack.name);
    const state = fs.existsSync(stateFile) ? readJson(stateFile) : undefined;
    const reattach = await standIn.open(stack.name, usedTypes(stack.config, state));
    this.environment = terraformEnvironment(layout, {
      ...stage.states.environment(stack.name),
      TF_REATTACH_PROVIDERS: reattach,
    });
    await standIn.begin(stack.name);
  }

  private async perform(): Promise<boolean> {
    const { stage, stack } = this;
    await this.open();
    if (stage.mode === 'destroy') {
      return (await this.terraform(['destroy', '-auto-approve', '-input=false', '-json'])) === 0;
    }
    const applied =
      stage.fail?.stack === stack.name
        ? await this.applyWithFailure(stage.fail.address)
        : (await this.terraform(['apply', '-auto-approve', '-input=false', '-json'])) === 0;
    return applied && (!stage.verify || (await this.secondPlanIsEmpty()));
  }

  private async applyWithFailure(address: string): Promise<boolean> {
    return (
      (await this.planWithFailure(address)) &&
      (await this.terraform(['apply', '-input=false', '-json', PLAN_FILE])) === 0
    );
  }

  /** Plans with every plan of the type marked, picks the mark of the address, and has its apply fail. */
  private async planWithFailure(address: string): Promise<boolean> {
    const { standIn } = this.stage;
    await standIn.mark(this.stack.name, typeOf(address));
    let mark: string | undefined;
    const planned = await this.terraform(
      ['plan', '-input=false', '-json', `-out=${PLAN_FILE}`],
      ({ diagnostic }) => {
        if (diagnostic?.summary.startsWith(MARK_SUMMARY) === true && diagnostic.address === address) {
          mark = diagnostic.summary.slice(MARK_SUMMARY.length);
        }
      },
    );
    if (planned !== 0) return false;
    if (mark === undefined) this.note(`${address} is not part of this plan, so it cannot fail`);
    await standIn.fail(this.stack.name, mark ?? '');
    return true;
  }

  private async show(): Promise<string> {
    const { stage, stack, environment } = this;
    const { stdout } = await promisify(execFile)(stage.engine.binary, ['show', '-json', PLAN_FILE], {
      cwd: stage.layout.stackFolder(stack.name),
      env: environment,
      maxBuffer: MAX_PLAN,
    });
    return stdout;
  }

  private async secondPlanIsEmpty(): Promise<boolean> {
    const changes: string[] = [];
    const code = await this.terraform(['plan', '-input=false', '-json', '-detailed-exitcode'], (message) => {
      if (message.type === 'planned_change' && message.change) {
        changes.push(`${message.change.action} ${message.change.resource.addr}`);
      }
    });
    if (code === 2) {
      this.failures.push({
        summary: 'A second plan is not empty',
        detail: changes.join('\n') || 'outputs change',
      });
    }
    return code === 0;
  }

  private async terraform(
    args: readonly string[],
    watch: (message: TerraformMessage) => void = () => undefined,
  ): Promise<number> {
    const { stage, stack } = this;
    const isPlan = args[0] === 'plan';
    const running = runTerraform(
      stage.engine,
      stage.layout.stackFolder(stack.name),
      args,
      this.environment,
      (message) => {
        watch(message);
        this.follow(message, isPlan);
      },
    );
    stage.running.add(running);
    stage.record.started(running.process.pid);
    const code = await running.ended;
    stage.running.delete(running);
    stage.record.ended(running.process.pid);
    return code;
  }

  private follow(message: TerraformMessage, isPlan: boolean): void {
    const stack = this.stack.name;
    switch (message.type) {
      case 'planned_change':
        if (message.change?.action === 'replace' && !this.replaced.includes(message.change.resource.addr)) {
          this.replaced.push(message.change.resource.addr);
          this.stage.emit({ type: 'replace', stack, address: message.change.resource.addr });
        }
        break;
      case 'change_summary':
        if (message.changes?.operation === 'plan' && !(isPlan && this.done > 0)) {
          const { add, change, remove } = message.changes;
          this.total = add + change + remove;
          this.stage.emit({ type: 'stack_plan', stack, create: add, change, destroy: remove });
        }
        break;
      case 'apply_errored':
        this.errored.push(message.hook?.resource.addr ?? '');
        break;
      case 'apply_complete':
        this.count(message.hook?.action, message.hook?.resource.addr ?? '');
        break;
      case 'diagnostic':
        if (message.diagnostic?.severity === 'error') this.failures.push(failureOf(message.diagnostic));
        break;
      default:
    }
  }

  private count(action: string | undefined, address: string): void {
    if (action !== 'create' && action !== 'update' && action !== 'delete') return;
    this.counts[action]++;
    this.done++;
    const { done, total } = this;
    this.stage.emit({
      type: 'resource',
      stack: this.stack.name,
      address,
      action,
      done,
      total: Math.max(done, total),
    });
  }

  private note(text: string): void {
    this.stage.emit({ type: 'note', stack: this.stack.name, text });
  }
}

/** `module.x.aws_rds_cluster.main[0]` → `aws_rds_cluster`. */
function typeOf(address: string): string {
  return address.replace(/^(module\.[^.]+\.)+/, '').split('.')[0] ?? '';
}

function failureOf(diagnostic: NonNullable<TerraformMessage['diagnostic']>): Failure {
  const { address, summary, detail, range, snippet } = diagnostic;
  const where = address ?? namedIn(detail, snippet?.context ?? '');
  const line = range ? ` (${range.filename}:${String(range.start.line)})` : '';
  return { ...(where === undefined ? {} : { address: where }), summary, detail: `${detail}${line}`.trim() };
}

/** In JSON, Terraform's context ends at the type (`resource.aws_kms_key`); the message has the whole address. */
function namedIn(detail: string, context: string): string | undefined {
  const type = /^(?:resource|data)\.(\w+)/.exec(context)?.[1];
  if (type === undefined) return context === '' ? undefined : context;
  return new RegExp(`\\b(?:data\\.)?${type}\\.[\\w-]+(?:\\[[^\\]]+\\])?`).exec(detail)?.[0] ?? context;
}

/**
 * A refused deletion comes without the resource's address, for there is no configuration left to point at: the one
 * resource of the type that the message speaks of, among those that failed, is the one.
 */
function named(failure: Failure, errored: readonly string[]): Failure {
  if (failure.address !== undefined) return failure;
  const fitting = errored.filter((address) => failure.summary.includes(`${typeOf(address)} `));
  return fitting.length === 1 && fitting[0] !== undefined ? { ...failure, address: fitting[0] } : failure;
}

/**
 * The environment of Terraform: what a program needs to run at all, and nothing by which this machine's own
 * credentials, settings or command-line additions could reach it.
 */
export function terraformEnvironment(
  layout: Layout,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const passed = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && /^(PATH|HOME|USER|LANG|LC_.*|TMPDIR|TF_LOG.*|TF_VAR_.*)$/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(passed),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_CLI_CONFIG_FILE: layout.cliConfigFile,
    ...own,
  };
}
