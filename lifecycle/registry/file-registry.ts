import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError } from '../mistake';
import { type Change, type Place, type Registry, type TenantFilter, VersionConflict } from '../registry';
import { counted, placeChanges, placeName } from './counts';
import { matches, readItem } from './item';
import { JournaledFolder } from './journal';

export interface FileRegistryProps {
  /** Made with the first change if it is not there. */
  readonly folder: string;
  /** Milliseconds since 1970. @default - this machine's clock */
  readonly now?: () => number;
}

const TENANTS = 'tenants';
const ID = /^[a-z0-9-]{1,64}$/;
const LEASE = /^[\w.-]{1,64}$/;
/** How the name of a tenant's file ends. */
const JSON_FILE = '.json';

type Read = (...path: readonly string[]) => unknown;

/**
 * The registry of a rehearsal: a file a tenant. Files of tenants are in folders by the hash of their ids, so that a change costs
 * the same however many there are.
 */
export class FileRegistry implements Registry {
  private readonly files: JournaledFolder;
  private readonly now: () => number;

  public constructor({ folder, now = Date.now }: FileRegistryProps) {
    this.files = new JournaledFolder(folder);
    this.now = now;
  }

  public async get(tenantId: string): Promise<TenantItem | undefined> {
    return settled(() => this.item(tenantId, (...path) => this.files.read(...path)));
  }

  public async *list(filter: TenantFilter = {}): AsyncIterable<TenantItem> {
    for (const bucket of this.names(TENANTS)) {
      const ids = this.names(TENANTS, bucket)
        .filter((name) => name.endsWith(JSON_FILE))
        .map((name) => name.slice(0, -JSON_FILE.length));
      const items = await settled(() =>
        ids.map((id) => this.item(id, (...path) => this.files.read(...path))),
      );
      for (const item of items) if (item !== undefined && matches(item, filter)) yield item;
    }
  }

  public async write({ item, expected, counts }: Change): Promise<TenantItem> {
    const { tenantId } = item;
    return settled(() =>
      this.files.change((read) => {
        if (this.item(tenantId, read)?.version !== expected) throw new VersionConflict(tenantId, expected);
        const places = placeChanges(counts).map((change) => ({
          path: pathOfPlace(change.place),
          content: { tenants: counted(this.tenants(change.place, read), change) },
        }));
        return { changes: [...places, { path: pathOfTenant(tenantId), content: item }], result: item };
      }),
    );
  }

  public async counts(places: readonly Place[]): Promise<readonly (Place & { readonly tenants: number })[]> {
    const read: Read = (...path) => this.files.read(...path);
    return settled(() =>
      places.flatMap((place) =>
        read(...pathOfPlace(place)) === undefined ? [] : [{ ...place, tenants: this.tenants(place, read) }],
      ),
    );
  }

  public async recount(place: Place, tenants: number, counted: number | undefined): Promise<boolean> {
    const path = pathOfPlace(place);
    return settled(() =>
      this.files.change((read) => {
        const stored = read(...path);
        const isSame = (stored === undefined ? undefined : this.tenants(place, read)) === counted;
        return { changes: isSame ? [{ path, content: { tenants } }] : [], result: isSame };
      }),
    );
  }

  public async lease(name: string, holder: string, seconds: number): Promise<boolean> {
    return settled(() =>
      this.files.change((read) => {
        const now = Math.floor(this.now() / 1000);
        const held = this.held(name, read);
        const isFree = held === undefined || held.holder === holder || held.until <= now;
        const content = { holder, until: now + seconds };
        return { changes: isFree ? [{ path: pathOfLease(name), content }] : [], result: isFree };
      }),
    );
  }

  public async release(name: string, holder: string): Promise<void> {
    return settled(() => {
      this.files.change((read) => {
        const isHis = this.held(name, read)?.holder === holder;
        // Leases are files that stay: a file that goes would be a change of another kind.
        const content = { holder, until: 0 };
        return { changes: isHis ? [{ path: pathOfLease(name), content }] : [], result: isHis };
      });
    });
  }

  private item(tenantId: string, read: Read): TenantItem | undefined {
    const path = pathOfTenant(tenantId);
    const stored = read(...path);
    return stored === undefined ? undefined : readItem(stored, tenantId, this.files.path(...path));
  }

  private tenants(place: Place, read: Read): number {
    const path = pathOfPlace(place);
    const stored = read(...path);
    if (stored === undefined) return 0;
    const tenants = member(stored, 'tenants');
    if (typeof tenants === 'number' && Number.isInteger(tenants) && tenants >= 0) return tenants;
    throw this.malformed(path, `tenants must be a whole number, 0 or more`);
  }

  private held(name: string, read: Read): { readonly holder: string; readonly until: number } | undefined {
    const path = pathOfLease(name);
    const stored = read(...path);
    if (stored === undefined) return undefined;
    const [holder, until] = [member(stored, 'holder'), member(stored, 'until')];
    if (typeof holder === 'string' && typeof until === 'number') return { holder, until };
    throw this.malformed(path, 'holder must be a text and until a number');
  }

  private malformed(path: readonly string[], problem: string): LifecycleError {
    return new LifecycleError(`${this.files.path(...path)}: ${problem}`, [
      'put it right by hand: nothing was changed',
    ]);
  }

  /** Names in a folder, sorted; none if it is not there. */
  private names(...path: readonly string[]): readonly string[] {
    const folder = this.files.path(...path);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }
}

/** What an action returns or throws, as a promise: files are read and written at once, and callers wait anyway. */
const settled = <T>(action: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(action());
  });

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** @throws LifecycleError when an id would be another file than a tenant's */
function pathOfTenant(tenantId: string): readonly string[] {
  if (!ID.test(tenantId)) {
    throw new LifecycleError(
      `a tenant's id is lowercase letters, digits and hyphens, got ${JSON.stringify(tenantId)}`,
    );
  }
  const bucket = createHash('sha256').update(tenantId).digest('hex').slice(0, 2);
  return [TENANTS, bucket, `${tenantId}${JSON_FILE}`];
}

function pathOfPlace(place: Place): readonly string[] {
  if (!ID.test(place.cell) || !ID.test(place.shard)) throw new Error(`${placeName(place)} is no place`);
  return ['places', place.cell, `${place.shard}${JSON_FILE}`];
}

function pathOfLease(name: string): readonly string[] {
  if (!LEASE.test(name)) throw new Error(`${name} is no name of a lease`);
  return ['leases', `${name}${JSON_FILE}`];
}
