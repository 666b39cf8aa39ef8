import picomatch from 'picomatch';
import type { StackResult } from '../../../rehearsal/runner/events';
import { selectStacks, type Stack } from '../../../rehearsal/runner/platform';
import type { Session, Work } from '../../../rehearsal/runner/session';
import type { Planned } from '../../../rehearsal/runner/stack-run';
import type { TerraformPlan } from '../../../review/plan';
import { planRisk } from '../../../review/plan-risk';
import { isAbove } from '../../../review/finding';
import { LifecycleError, Refused } from '../../mistake';
import type { StacksPlan, SynthesizedStacks, Tell } from '../../surroundings';
import { planOf } from '../plan-text';
import { isDeployed, readBy } from './deployed';

export interface RehearsedStacksProps {
  readonly patterns: readonly string[];
  /** What was synthesized: the stacks that were asked for, and maybe others. */
  readonly all: readonly Stack[];
  readonly session: () => Promise<Session>;
  /** Synthesizes what the asked stacks stand on, too. */
  readonly more: () => Promise<readonly Stack[]>;
  /** Has what happens told to another from now on. */
  readonly tell: (tell: Tell) => void;
  /** Called when nothing more can be done with these stacks. */
  readonly ended: (isGood: boolean) => void;
  /** Resource to fail, as `<stack>:<address>`. */
  readonly fail?: string;
}

/** Stacks that were synthesized for a rehearsed world. */
export class RehearsedStacks implements SynthesizedStacks {
  private all: readonly Stack[];
  private planned: ReadonlyMap<string, Planned> | undefined;

  public constructor(private readonly props: RehearsedStacksProps) {
    this.all = props.all;
  }

  public async plan(tell?: Tell): Promise<StacksPlan> {
    if (tell) this.props.tell(tell);
    const session = await this.props.session();
    await this.ground(session, tell);
    const plans = new Map<string, Planned>();
    const risks = [];
    for (const stack of this.asked) {
      const plan = await session.plan(stack, this.work());
      if (!('json' in plan)) throw failed([plan]);
      plans.set(stack.name, plan);
      risks.push(planRisk(stack.name, JSON.parse(plan.json) as TerraformPlan));
    }
    this.planned = plans;
    return planOf(risks);
  }

  public async apply(tell: Tell): Promise<void> {
    this.props.tell(tell);
    if (!this.planned) {
      const { risk, text } = await this.plan(tell);
      if (isAbove(risk, 'low')) throw new Refused(`nobody has approved this plan:\n${text}`);
    }
    await this.last(async () => {
      for (const plan of this.planned?.values() ?? []) {
        const result = await plan.apply();
        if (result.status === 'failed') throw failed([result]);
      }
    });
  }

  public async destroy(tell: Tell): Promise<void> {
    this.props.tell(tell);
    await this.last(async () => {
      const session = await this.props.session();
      const results = await session.run(this.asked, { mode: 'destroy', all: this.all });
      const bad = [...results.values()].filter(({ status }) => status === 'failed');
      if (bad.length > 0) throw failed(bad);
    });
  }

  /** Does what is the last that can be done with these stacks. */
  private async last(work: () => Promise<void>): Promise<void> {
    let isGood = false;
    try {
      await work();
      isGood = true;
    } finally {
      this.props.ended(isGood);
    }
  }

  private get asked(): readonly Stack[] {
    const isAsked = picomatch([...this.props.patterns]);
    return this.all.filter(({ name }) => isAsked(name));
  }

  /** Deploys what the asked stacks stand on, where it is not there yet. */
  private async ground(session: Session, tell: Tell | undefined): Promise<void> {
    const { layout } = session;
    const missing = [...new Set(this.asked.flatMap(readBy))].filter((name) => !isDeployed(layout, name));
    if (missing.length === 0) return;
    const names = new Set(this.all.map(({ name }) => name));
    if (!missing.every((name) => names.has(name))) this.all = await this.props.more();
    const needed = selectStacks(this.all, missing.join(',')).filter(({ name }) => !isDeployed(layout, name));
    tell?.(
      `deploys what it stands on first, which is not in this world yet: ${needed.map(({ name }) => name).join(', ')}`,
    );
    const results = await session.run(needed, this.work());
    const bad = [...results.values()].filter(({ status }) => status === 'failed');
    if (bad.length > 0) throw failed(bad);
    if (results.size < needed.length)
      throw new LifecycleError('interrupted before all that it stands on was deployed');
  }

  private work(): Work {
    const { fail } = this.props;
    const at = fail?.indexOf(':') ?? -1;
    return {
      mode: 'deploy',
      all: this.all,
      ...(fail !== undefined &&
        at > 0 && { fail: { stack: fail.slice(0, at), address: fail.slice(at + 1) } }),
    };
  }
}

/** Terraform's words of what failed. */
const failed = (results: readonly StackResult[]): LifecycleError =>
  new LifecycleError(
    results
      .flatMap(({ stack, failures }) => [
        `${stack} failed`,
        ...failures.flatMap(({ address, summary, detail }) => [
          `  ${address === undefined ? '' : `${address}: `}${summary}`,
          ...detail.split('\n').flatMap((text) => (text.trim() === '' ? [] : [`    ${text}`])),
        ]),
      ])
      .join('\n'),
  );
