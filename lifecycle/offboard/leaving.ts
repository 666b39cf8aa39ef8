import { dirname, join, resolve } from 'node:path';
import type { Client } from 'pg';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { tenantFileOf } from '../../config/load';
import { commandLine } from '../command-line';
import { LifecycleError, Refused } from '../mistake';
import type { PhaseContext } from '../operation';
import type { Place } from '../registry';
import type { Surroundings } from '../surroundings';
import { databaseVariable, hasDatabase } from '../surroundings/databases';
import { bucketOf, openStore } from './store/open';
import type { ExportStore } from './store/store';

/** What somebody types, or says in the command, to agree to a deletion. */
export interface Agreement {
  /** Id of the tenant that he means. */
  readonly id: string;
  /** Hash of the manifest that he has looked at. @default - the one that he is shown */
  readonly manifest?: string;
}

/** What an offboarding is asked to do besides going on. */
export interface Wishes {
  /** Asks who is at work to agree. @default - nobody agrees now */
  readonly confirm?: (summary: readonly string[]) => Promise<Agreement>;
  /** Whether a new export takes the place of the one that is being confirmed. @default false */
  readonly exportAgain?: boolean;
  /** Whether to go on as if the time had passed that the data is held. In a rehearsal only. @default false */
  readonly skipHold?: boolean;
  /** Asks a person. @throws Refused when the answer is no */
  readonly agree: (question: string) => Promise<void>;
}

/** Facts of an offboarding, by name. All are texts, in the tenant's item. */
export interface LeavingFacts {
  readonly stateBefore?: TenantItem['state'];
  readonly cell?: string;
  readonly shard?: string;
  /** Folder or bucket of exports. */
  readonly exportTo?: string;
  /** Hash of the manifest. */
  readonly manifest?: string;
  readonly exported?: string;
  readonly heldUntil?: string;
  readonly holdDays?: string;
  readonly confirmations?: string;
  readonly destroyed?: string;
  readonly evidence?: string;
  readonly evidenceHash?: string;
}

/** What belongs to a tenant: rows among those of others, a stack of its own, or nothing yet. */
export type Belongings = 'rows' | 'stack' | 'nothing';

/** A shard of a cell is `data-shard-<n>`; a database of one tenant is called as its stack, `tenant-<id>`. */
export const belongingsOf = ({ shard }: Partial<Place>): Belongings =>
  shard === undefined ? 'nothing' : shard.startsWith('tenant-') ? 'stack' : 'rows';

/** Folder in which exports of a rehearsal are kept if nobody says another one. */
const rehearsalFolder = ({ configFolder }: Surroundings): string => resolve(dirname(configFolder), 'exports');

/**
 * Where exports of leaving tenants go: what the command says, else what config says, else in a rehearsal its own folder.
 *
 * @throws LifecycleError when nothing says it
 */
export function placeOfExports(surroundings: Surroundings, said: string | undefined): string {
  const { exportTo } = surroundings.platform().offboarding;
  const place =
    said ?? exportTo ?? (surroundings.kind === 'rehearsal' ? rehearsalFolder(surroundings) : undefined);
  if (place !== undefined) return bucketOf(place) ? place : resolve(place);
  throw new LifecycleError('nothing says where the export is to go', [
    '--export-to s3://<bucket>/<prefix>   a private bucket of the home account that encrypts with KMS',
    '--export-to <folder>                 a folder of this machine',
    'or once for all tenants: offboarding.exportTo in platform.yaml',
  ]);
}

/** A tenant that is leaving, and what its phases work with. */
export class Leaving {
  public constructor(
    public readonly surroundings: Surroundings,
    public readonly tenantId: string,
    public readonly wishes: Wishes,
  ) {}

  public get environment(): string {
    return this.surroundings.environment;
  }

  public facts({ facts }: Pick<PhaseContext, 'facts'>): LeavingFacts {
    return facts;
  }

  public place(context: Pick<PhaseContext, 'facts'>): Place | undefined {
    const { cell, shard } = this.facts(context);
    return cell === undefined || shard === undefined ? undefined : { cell, shard };
  }

  /** The place of a tenant that has one. */
  public placed(context: Pick<PhaseContext, 'facts'>): Place {
    const place = this.place(context);
    if (place) return place;
    throw new Error(`${this.tenantId} has no place`);
  }

  /** The command that goes on, with options. */
  public command(options = ''): string {
    const words = ['offboard', this.tenantId, ...(options === '' ? [] : [options])];
    return commandLine(words.join(' '), this.surroundings);
  }

  /** The tenant's file. */
  public get file(): string {
    const { configFolder, environment } = this.surroundings;
    return join(configFolder, tenantFileOf(environment, this.tenantId));
  }

  /** The store of this export. */
  public async store(context: Pick<PhaseContext, 'facts' | 'item'>): Promise<ExportStore> {
    const { exportTo = '' } = this.facts(context);
    const { account, region } = this.surroundings.platform();
    const place = this.place(context);
    const contract =
      place && belongingsOf(place) === 'stack' && bucketOf(exportTo)
        ? await this.surroundings.stacks.contract({ cell: place.cell, stack: place.shard })
        : undefined;
    const key = context.item.operation?.key ?? '';
    return openStore(exportTo, [this.environment, this.tenantId, key], {
      owner: account,
      region,
      ...(contract?.['keyArn'] !== undefined && { foreignKey: contract['keyArn'] }),
    });
  }

  /**
   * Where the tenant's rows are. Undefined where there are none: before it has a place, and in a rehearsal that has no database for
   * the place.
   */
  public rowsAt(context: PhaseContext): Place | undefined {
    const place = this.place(context);
    if (!place || this.surroundings.kind !== 'rehearsal' || hasDatabase(place, process.env)) return place;
    context.note(
      `this rehearsal has no database of ${place.cell}/${place.shard}, so there are no rows (${databaseVariable(place)} would name one)`,
    );
    return undefined;
  }

  /** Works in the tenant's database as the migrator. */
  public async inDatabase<T>(place: Place, work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.surroundings.databases.connect(place, 'migrator');
    // A connection that breaks while nothing is asked would end the process; whoever asks next is told.
    client.on('error', () => undefined);
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof LifecycleError || !isOfDatabase(error as Error)) throw error;
      throw new LifecycleError(`${place.cell}/${place.shard}: ${(error as Error).message}`, [], {
        cause: error,
      });
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** @throws Refused while nothing of the tenant's may be deleted */
  public async refuseLegalHold(): Promise<void> {
    const item = await this.surroundings.registry.get(this.tenantId);
    if (!item?.legalHold) return;
    const { by, since } = item.legalHold;
    throw new Refused(`${this.tenantId} is under a legal hold since ${since}, by ${by}: nothing is deleted`, [
      this.command('--legal-hold off') + '   takes it away',
    ]);
  }
}

/** Errors of the server, of the socket, and of a driver whose connection is gone. */
const isOfDatabase = (error: Error): boolean =>
  'severity' in error || 'syscall' in error || /^Connection terminated|^Client (has|was)/.test(error.message);
