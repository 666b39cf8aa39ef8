import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { BY_SHARD_INDEX, TENANT_KEYS, type TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError } from '../mistake';
import {
  type Change,
  type Place,
  PlaceFull,
  type Registry,
  type TenantFilter,
  VersionConflict,
} from '../registry';
import { countsNobody, placeChanges } from './counts';
import {
  LEASE,
  leaseOf,
  marshalled,
  PLACE,
  placeKey,
  recountOf,
  releaseOf,
  type Stored,
  tenantKey,
  transactionOf,
} from './dynamo-requests';
import { matches, readItem } from './item';

export interface DynamoRegistryProps {
  /** Of the home region, where all writes go. See {@link registryClient}. */
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Milliseconds since 1970. @default - this machine's clock */
  readonly now?: () => number;
  /** @default - waits */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** How often a transaction is tried that met another one, or a throttle, and how long it waits at first and at most, in ms. */
const TRIES = 10;
const PAUSE_MS = { first: 25, most: 1000 } as const;

/** Most keys of one call: `BatchGetItem`, Amazon DynamoDB API reference. */
const BATCH = 100;

/** Reasons of a cancelled transaction that pass: `TransactionCanceledException`, Amazon DynamoDB API reference. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** The registry in DynamoDB. It reads consistently, and writes on condition. */
export class DynamoRegistry implements Registry {
  private readonly client: DynamoDBClient;
  private readonly table: string;
  private readonly now: () => number;
  private readonly pause: (milliseconds: number) => Promise<void>;

  public constructor({ client, table, now = Date.now, pause = pauseOf }: DynamoRegistryProps) {
    this.client = client;
    this.table = table;
    this.now = now;
    this.pause = pause;
  }

  public async get(tenantId: string): Promise<TenantItem | undefined> {
    const { Item } = await this.found(
      this.client.send(
        new GetItemCommand({ TableName: this.table, Key: tenantKey(tenantId), ConsistentRead: true }),
      ),
    );
    return Item && this.item(Item);
  }

  public async *list(filter: TenantFilter = {}): AsyncIterable<TenantItem> {
    const pages = filter.cell === undefined ? this.scanned() : this.placed(filter.cell, filter.shard);
    for await (const page of this.guarded(pages)) {
      for (const item of page.map((stored) => this.item(stored))) if (matches(item, filter)) yield item;
    }
  }

  public async write(change: Change): Promise<TenantItem> {
    const command = new TransactWriteItemsCommand(transactionOf(this.table, change, randomUUID()));
    for (let tries = 1; ; tries++) {
      try {
        await this.found(this.client.send(command));
        return change.item;
      } catch (error) {
        if (isOurs(error, change)) return change.item;
        if (!passes(error) || tries === TRIES) throw meaning(error, change);
      }
      const most = Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** tries);
      await this.pause(most * (0.5 + Math.random() / 2));
    }
  }

  public async counts(places: readonly Place[]): Promise<readonly (Place & { readonly tenants: number })[]> {
    const byKey = new Map(places.map((place) => [placeKey(place)['tenantId']?.S ?? '', place]));
    const stored = await this.batch([...byKey.values()].map(placeKey));
    const tenants = new Map(stored.map((item) => [item['tenantId']?.S, Number(item['tenants']?.N)]));
    return [...byKey].flatMap(([key, place]) => {
      const count = tenants.get(key);
      return count === undefined ? [] : [{ ...place, tenants: count }];
    });
  }

  public async recount(place: Place, tenants: number, counted: number | undefined): Promise<boolean> {
    return this.onCondition(
      this.client.send(new PutItemCommand(recountOf(this.table, place, tenants, counted))),
    );
  }

  public async lease(name: string, holder: string, seconds: number): Promise<boolean> {
    const now = Math.floor(this.now() / 1000);
    const put = new PutItemCommand(leaseOf(this.table, { name, holder, now, until: now + seconds }));
    return this.onCondition(this.client.send(put));
  }

  public async release(name: string, holder: string): Promise<void> {
    await this.onCondition(this.client.send(new DeleteItemCommand(releaseOf(this.table, name, holder))));
  }

  private item(stored: Stored): TenantItem {
    const id = stored['tenantId']?.S ?? '';
    return readItem(unmarshall(stored), id, `item ${id} of table ${this.table}`);
  }

  /** All items that are tenants', a page after the other. */
  private async *scanned(): AsyncIterable<readonly Stored[]> {
    const pages = paginateScan(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        FilterExpression: 'NOT begins_with(#id, :place) AND NOT begins_with(#id, :lease)',
        ExpressionAttributeNames: { '#id': TENANT_KEYS.id },
        ExpressionAttributeValues: marshalled({ ':place': PLACE, ':lease': LEASE }),
      },
    );
    for await (const { Items = [] } of pages) yield Items;
  }

  /** The index says which, and the table what they are now: the index follows it by some time, and holds little of them. */
  private async *placed(cell: string, shard: string | undefined): AsyncIterable<readonly Stored[]> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        IndexName: BY_SHARD_INDEX,
        KeyConditionExpression: shard === undefined ? '#cell = :cell' : '#cell = :cell AND #shard = :shard',
        ProjectionExpression: '#id',
        ExpressionAttributeNames: {
          '#id': TENANT_KEYS.id,
          '#cell': TENANT_KEYS.cell,
          ...(shard !== undefined && { '#shard': TENANT_KEYS.shard }),
        },
        ExpressionAttributeValues: marshalled({ ':cell': cell, ':shard': shard }),
      },
    );
    for await (const { Items = [] } of pages) {
      yield await this.batch(Items.flatMap(({ tenantId }) => (tenantId ? [{ tenantId }] : [])));
    }
  }

  private async batch(keys: readonly Stored[]): Promise<readonly Stored[]> {
    const found: Stored[] = [];
    for (let at = 0; at < keys.length; at += BATCH) {
      let left: Stored[] | undefined = keys.slice(at, at + BATCH);
      for (let tries = 1; left !== undefined && left.length > 0; tries++) {
        const command: BatchGetItemCommand = new BatchGetItemCommand({
          RequestItems: { [this.table]: { Keys: left, ConsistentRead: true } },
        });
        const { Responses, UnprocessedKeys } = await this.found(this.client.send(command));
        found.push(...(Responses?.[this.table] ?? []));
        left = UnprocessedKeys?.[this.table]?.Keys;
        // What DynamoDB had no capacity for it gives back: "BatchGetItem", Amazon DynamoDB API reference.
        if (left?.length) await this.pause(Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** tries));
      }
    }
    return found;
  }

  /** Whether a conditional write was made. */
  private async onCondition(write: Promise<unknown>): Promise<boolean> {
    try {
      await this.found(write);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  private async *guarded<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
    try {
      yield* pages;
    } catch (error) {
      throw this.explained(error);
    }
  }

  private async found<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.explained(error);
    }
  }

  private explained(error: unknown): unknown {
    if (!(error instanceof ResourceNotFoundException)) return error;
    return new LifecycleError(`the registry's table ${this.table} is not there: ${error.message}`, [
      'npx bulkhead deploy --stacks registry   makes it',
      'if it is, check the account and region of your credentials: aws sts get-caller-identity',
    ]);
  }
}

const pauseOf = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Whether what is in the way of a change is that change: an earlier try was made, and its answer was lost for so long that
 * DynamoDB has forgotten the token.
 */
function isOurs(error: unknown, { item }: Change): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const there = error.CancellationReasons?.[0]?.Item;
  return there !== undefined && isDeepStrictEqual(unmarshall(there), unmarshall(marshalled(item)));
}

function passes(error: unknown): boolean {
  if (error instanceof TransactionInProgressException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const reasons = (error.CancellationReasons ?? []).filter(({ Code }) => Code !== 'None');
  return reasons.length > 0 && reasons.every(({ Code }) => PASSING.has(Code));
}

/** What a cancelled transaction means: whose condition did not hold, the item's before the places'. */
function meaning(error: unknown, { item, expected, counts }: Change): unknown {
  if (!(error instanceof TransactionCanceledException)) return error;
  const failed = (error.CancellationReasons ?? []).map(({ Code }) => Code === 'ConditionalCheckFailed');
  if (failed[0]) return new VersionConflict(item.tenantId, expected);
  const full = placeChanges(counts).find((_, at) => failed[at + 1]);
  if (full === undefined) return error;
  return full.by === 1 ? new PlaceFull(full.place) : countsNobody(full.place);
}
