import type { TenantItem, TenantOperation } from '../constructs/registry/tenant-item';
import type { Emit } from './events';
import { Interrupted, LifecycleError } from './mistake';
import type { Change, Registry } from './registry';

type Facts = TenantOperation['facts'];

/** What a phase may know and do. */
export interface PhaseContext {
  /** The tenant's item as it is now. */
  readonly item: TenantItem;
  /** What earlier phases have found out. */
  readonly facts: Facts;
  /** Tells people something. */
  readonly note: (text: string) => void;
  /**
   * Changes the tenant's item in the midst of a phase, in one transaction. The operation itself is kept by this module.
   *
   * @param facts added to the operation's in the same transaction: so a phase that is begun again knows what it has counted
   */
  readonly change: (attributes: ItemChange, counts?: Change['counts'], facts?: Facts) => Promise<TenantItem>;
}

/** Attributes that change; `undefined` takes one away. */
export type ItemChange = { readonly [K in keyof TenantItem]?: TenantItem[K] | undefined };

/** What a phase ends with. */
export interface PhaseResult {
  /** Added to the operation's facts. */
  readonly facts?: Facts;
  /** Says that the phase is not over, and nothing is wrong: the run ends here, and the phase is begun again by a later one. */
  readonly waits?: Waiting;
}

/** What a phase waits for that no program can hasten: time that must pass, or somebody who must agree. */
export interface Waiting {
  /** A sentence for people. */
  readonly text: string;
  /** ISO 8601, from which on it is worth another try. @default - it is not time that it waits for */
  readonly until?: string;
  /** Commands and what they do, as sentences. */
  readonly next: readonly string[];
}

/**
 * A step of an operation. It may be cut off anywhere and begun again, by another process on another machine: it looks at what is
 * there and does the rest.
 */
export interface Phase {
  /** A word or two, as in the registry: `deploy`, `verify-copy`. Never renamed: items in the registry hold it. */
  readonly name: string;
  /** What people read: `deploys use1a-tenant-acme`. */
  readonly title: string;
  run(context: PhaseContext): Promise<PhaseResult | undefined>;
  /** Takes back what it did, as far as it got. @default - it did nothing that must be taken back */
  undo?(context: PhaseContext): Promise<void>;
  /** Whether nothing before it, and it itself, can be undone once it has begun. */
  readonly isFinal?: true;
}

export interface OperationProps {
  readonly registry: Registry;
  readonly kind: TenantOperation['kind'];
  readonly phases: readonly Phase[];
  readonly emit: Emit;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Stops it before the next phase begins. @default - nobody stops it */
  readonly signal?: AbortSignal;
  /** What is told when a phase fails: what exists and what does not, and how to go on or undo. */
  readonly onFailure: (
    phase: string,
    item: TenantItem,
  ) => {
    readonly exists: readonly string[];
    readonly missing: readonly string[];
    readonly next: readonly string[];
  };
}

/** A failure that the events have told in whole already. */
export class OperationFailed extends LifecycleError {}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/**
 * Carries out an operation from the phase that the tenant's item says, which its beginning has written there. Before a phase
 * begins, the registry says so; what it found out is written together with the beginning of the next.
 *
 * @param item with an operation of this kind that has not ended
 * @returns the item, whose operation has ended; or has not, if a phase waits
 * @throws OperationFailed when a phase fails: the same call goes on from there
 * @throws Interrupted when it was stopped: the same call goes on, too
 * @throws VersionConflict when somebody else carries out the same operation at the same time: one of the two ends so
 */
export const perform = (props: OperationProps, item: TenantItem): Promise<TenantItem> =>
  new Run(props, item).forward();

/**
 * Undoes an operation: phases that were begun, the last one first.
 *
 * @throws OperationFailed also when a phase was begun that cannot be undone
 */
export const undo = (props: OperationProps, item: TenantItem): Promise<TenantItem> =>
  new Run(props, item).back();

class Run {
  private readonly startedAt: number;

  public constructor(
    private readonly props: OperationProps,
    private item: TenantItem,
  ) {
    this.startedAt = props.now();
  }

  public async forward(): Promise<TenantItem> {
    const { phases } = this.props;
    const from = this.index();
    this.start(from > 0 ? this.operation.phase : undefined);
    for (const phase of phases.slice(0, from)) this.skipped(phase);
    for (const [at, phase] of [...phases.entries()].slice(from)) {
      this.stopIfAsked(phase);
      const found = await this.phase(phase, () => phase.run(this.context(phase)));
      if (found?.waits) return this.wait(phase, found);
      const next = phases[at + 1];
      await this.write({
        facts: { ...this.operation.facts, ...found?.facts },
        ...(next ? { phase: next.name } : { outcome: 'done' }),
      });
    }
    return this.end('done');
  }

  public async back(): Promise<TenantItem> {
    const begun = this.props.phases.slice(0, this.index() + 1);
    const final = begun.find(({ isFinal }) => isFinal);
    if (final) {
      const text = `${final.title} was begun, and cannot be undone`;
      const { next } = this.props.onFailure(final.name, this.item);
      this.props.emit({ type: 'failed', phase: final.name, message: text, exists: [], missing: [], next });
      throw new OperationFailed(text, next);
    }
    this.start(this.operation.phase);
    for (const phase of [...begun].reverse()) {
      this.stopIfAsked(phase);
      await this.phase(phase, () => phase.undo?.(this.context(phase)) ?? Promise.resolve());
      const before = this.props.phases[this.props.phases.indexOf(phase) - 1];
      await this.write(before ? { phase: before.name } : { outcome: 'undone' });
    }
    return this.end('undone');
  }

  private get operation(): TenantOperation {
    const { operation } = this.item;
    if (operation?.kind !== this.props.kind || operation.outcome !== undefined) {
      throw new Error(`${this.item.tenantId} has no ${this.props.kind} that goes on`);
    }
    return operation;
  }

  private index(): number {
    const at = this.props.phases.findIndex(({ name }) => name === this.operation.phase);
    if (at >= 0) return at;
    throw new LifecycleError(
      `${this.item.tenantId}: the registry says phase "${this.operation.phase}", which this version of bulkhead does not know`,
      ['use the version that began it'],
    );
  }

  private stopIfAsked({ name, title }: Phase): void {
    if (this.props.signal?.aborted !== true) return;
    throw new Interrupted(`stopped before it ${title}`, this.props.onFailure(name, this.item).next);
  }

  private start(resumedAt: string | undefined): void {
    const { emit, kind, phases } = this.props;
    emit({
      ...{ type: 'start', tenant: this.item.tenantId, kind, key: this.operation.key },
      phases: phases.map(({ name, title }) => ({ name, title })),
      ...(resumedAt !== undefined && { resumedAt }),
    });
  }

  private skipped({ name, title }: Phase): void {
    this.props.emit({ type: 'phase_start', phase: name, title });
    this.props.emit({ type: 'phase_end', phase: name, seconds: 0, skipped: true });
  }

  private end(outcome: 'done' | 'undone'): TenantItem {
    this.props.emit({ type: 'end', outcome, seconds: (this.props.now() - this.startedAt) / 1000 });
    return this.item;
  }

  private async wait({ name }: Phase, { facts, waits }: PhaseResult): Promise<TenantItem> {
    if (facts) await this.write({ facts: { ...this.operation.facts, ...facts } });
    if (waits) this.props.emit({ type: 'waiting', phase: name, ...waits });
    return this.item;
  }

  private async phase<T>({ name, title }: Phase, work: () => Promise<T>): Promise<T> {
    const { emit, now, onFailure } = this.props;
    const startedAt = now();
    emit({ type: 'phase_start', phase: name, title });
    try {
      const result = await work();
      emit({ type: 'phase_end', phase: name, seconds: (now() - startedAt) / 1000 });
      return result;
    } catch (error) {
      if (!(error instanceof LifecycleError)) throw error;
      const { exists, missing, next } = onFailure(name, this.item);
      const steps = [...error.next, ...next];
      emit({ type: 'failed', phase: name, message: error.message, exists, missing, next: steps });
      throw new OperationFailed(error.message, steps, { cause: error });
    }
  }

  private context({ name }: Phase): PhaseContext {
    const [item, operation] = [() => this.item, () => this.operation];
    return {
      get item() {
        return item();
      },
      get facts() {
        return operation().facts;
      },
      note: (text) => {
        this.props.emit({ type: 'note', phase: name, text });
      },
      change: async (attributes, counts, facts) => {
        const operation = { ...this.operation, facts: { ...this.operation.facts, ...facts } };
        await this.put({ ...this.item, ...attributes, operation } as TenantItem, counts);
        return this.item;
      },
    };
  }

  private write(part: Partial<TenantOperation>): Promise<void> {
    const operation = { ...this.operation, ...part, updatedAt: iso(this.props.now()) };
    return this.put({ ...this.item, operation });
  }

  private async put(item: TenantItem, counts?: Change['counts']): Promise<void> {
    const { version } = this.item;
    const present = Object.entries(item).filter(([, value]) => value !== undefined);
    const next = {
      ...(Object.fromEntries(present) as unknown as TenantItem),
      version: version + 1,
      updatedAt: iso(this.props.now()),
    };
    this.item = await this.props.registry.write({ item: next, expected: version, ...(counts && { counts }) });
  }
}
