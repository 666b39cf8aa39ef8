import { LifecycleError } from '../mistake';
import type { Place } from '../registry';
import type { Databases } from '../surroundings';
import { reasonsAgainst, type SideFacts, writingOrder } from './fitness';
import { Leg } from './leg';
import { thaw } from './record';
import { Side } from './side';
import { type MovedTable, schemaVersion, tenantTables } from './tables';

/** Both databases of a move as one process has them open. */
export interface OpenMove {
  readonly source: Side;
  readonly target: Side;
  /** Tables of each side, in the order in which their rows can be written. */
  readonly tables: { readonly source: readonly MovedTable[]; readonly target: readonly MovedTable[] };
  /** From the old place to the new one, and back. */
  readonly out: Leg;
  readonly back: Leg;
}

/** Opens both databases when the first phase needs them, and closes them when the run ends. */
export class Mover {
  /** A side that this process has frozen, and that must not stay so if it ends here. */
  public frozen: Side | undefined;
  /** When it did, in milliseconds since 1970. */
  public frozenAt = 0;
  private opened: Promise<OpenMove> | undefined;
  private readonly sides: readonly [Side, Side];

  public constructor(databases: Databases, tenant: string, from: Place, to: Place) {
    this.sides = [new Side(databases, from, tenant), new Side(databases, to, tenant)];
  }

  /** @throws LifecycleError when one cannot be reached, or somebody else is at work */
  public open(): Promise<OpenMove> {
    this.opened ??= this.connect();
    return this.opened;
  }

  /**
   * Looks whether rows can be moved between the two as they are now.
   *
   * @throws LifecycleError with every reason against it
   */
  public async assertFit(): Promise<void> {
    const { source, target } = await this.open();
    const reasons = reasonsAgainst(await factsOf(source), await factsOf(target));
    if (reasons.length === 0) return;
    throw new LifecycleError(
      [
        `rows of ${source.tenant} cannot be moved from ${source.name} to ${target.name}:`,
        ...reasons.map((reason) => `  - ${reason}`),
      ].join('\n'),
    );
  }

  public async close(): Promise<void> {
    const open = await this.opened?.catch(() => undefined);
    if (open) {
      await open.out.stop().catch(() => undefined);
      await open.back.stop().catch(() => undefined);
      if (this.frozen) await thaw(this.frozen).catch(() => undefined);
    }
    for (const side of this.sides) await side.close();
  }

  private async connect(): Promise<OpenMove> {
    const [source, target] = this.sides;
    await source.open();
    await target.open();
    const tables = {
      source: writingOrder(await tenantTables(source.client)),
      target: writingOrder(await tenantTables(target.client)),
    };
    return {
      ...{ source, target, tables },
      out: new Leg(source, target, 'out', tables),
      back: new Leg(target, source, 'back', { source: tables.target, target: tables.source }),
    };
  }
}

async function factsOf(side: Side): Promise<SideFacts> {
  await side.client.query('SELECT tenancy.assert_isolated()');
  return {
    name: side.name,
    tables: await tenantTables(side.client),
    version: await schemaVersion(side.client),
    asReplica: await side.asReplica(),
  };
}
