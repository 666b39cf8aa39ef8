import { deploy, type DeployOptions, type DeployResult } from '../../../deployment/deploy';
import type { DeployEvent, Status } from '../../../deployment/events';
import { DeploymentError } from '../../../deployment/mistake';
import { findingId } from '../../../review/finding';
import { countsText } from '../../../review/risk-report';
import { Interrupted, LifecycleError, Refused } from '../../mistake';
import type { StacksPlan, SynthesizedStacks, Tell } from '../../surroundings';
import { planOf } from '../plan-text';

export interface DeployedStacksProps {
  /** Folder of the synthesized stacks. */
  readonly out: string;
  /** Those of them that are meant. */
  readonly patterns: readonly string[];
  /** Folder for working copies and plans. */
  readonly work: string;
  /** Folder for providers, which several operations share. */
  readonly providers: string;
  readonly signal?: AbortSignal;
}

const silent: Tell = () => undefined;

/** Stacks that were synthesized for AWS. */
export class DeployedStacks implements SynthesizedStacks {
  /** Findings of the plan that was shown: what may be applied, though it is of high risk. */
  private reviewed: ReadonlySet<string> = new Set();

  public constructor(private readonly props: DeployedStacksProps) {}

  public async plan(tell: Tell = silent): Promise<StacksPlan> {
    const { stacks } = await this.deploy({ planOnly: true }, ['planned'], tell);
    const risks = stacks.flatMap(({ risk }) => risk ?? []);
    this.reviewed = new Set(
      risks.flatMap(({ stack, findings }) => findings.map((finding) => findingId(stack, finding))),
    );
    return planOf(risks);
  }

  /** Plans once more, for the world may have changed: what is new in that plan and of high risk is refused. */
  public async apply(tell: Tell): Promise<void> {
    await this.deploy({}, ['applied', 'unchanged'], tell);
  }

  /** Only who may delete what the stack holds gets through: docs/adr/0016. */
  public async destroy(tell: Tell): Promise<void> {
    await this.deploy({ destroys: true }, ['destroyed'], tell);
  }

  private async deploy(
    options: Pick<DeployOptions, 'planOnly' | 'destroys'>,
    good: readonly Status[],
    tell: Tell,
  ): Promise<DeployResult> {
    const { out, patterns, work, providers, signal } = this.props;
    try {
      const result = await deploy(
        {
          ...{ out, stacks: patterns, work, providers, ...options },
          approved: { allowRisk: 'low', reviewed: this.reviewed },
        },
        teller(tell),
        signal,
      );
      requireGood(result, good);
      return result;
    } catch (error) {
      throw error instanceof DeploymentError ? new LifecycleError(error.message) : error;
    }
  }
}

/** @throws LifecycleError with Terraform's words; Refused when a plan may not be applied */
function requireGood({ stacks, interrupted }: DeployResult, good: readonly Status[]): void {
  const bad = stacks.filter(({ status }) => !good.includes(status));
  if (bad.length === 0) return;
  const text = bad
    .flatMap(({ stack, status, done, failures }) => [
      `${stack} ${status}${done.length === 0 ? '' : `, ${String(done.length)} resources done before, the last ${done.at(-1) ?? ''}`}`,
      ...failures.flatMap(({ address, summary, detail }) => [
        `  ${address === undefined ? '' : `${address}: `}${summary}`,
        ...detail.split('\n').flatMap((line) => (line.trim() === '' ? [] : [`    ${line}`])),
      ]),
    ])
    .join('\n');
  if (interrupted) throw new Interrupted(text);
  throw bad.some(({ status }) => status === 'refused') ? new Refused(text) : new LifecycleError(text);
}

/** How often a stack that takes long says how far it is, in milliseconds. */
const EVERY_MS = 15_000;

/** Tells people what happens, not more often than they read. */
function teller(tell: Tell): (event: DeployEvent) => void {
  let last = Date.now();
  return (event) => {
    switch (event.type) {
      case 'stack_start':
        tell(`${event.stack} …`);
        break;
      case 'stack_plan':
        tell(`${event.stack}: ${countsText(event.risk)}`);
        break;
      case 'resource':
        if (Date.now() - last < EVERY_MS) break;
        last = Date.now();
        tell(`${event.stack}: ${String(event.done)} of ${String(event.total)} done, ${event.address} last`);
        break;
      case 'stack_end':
        tell(`${event.stack} ${event.status}, ${event.seconds.toFixed(1)} s`);
        break;
      default:
    }
  };
}
