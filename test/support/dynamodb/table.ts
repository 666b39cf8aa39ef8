import { isDeepStrictEqual } from 'node:util';
import { BY_SHARD_ATTRIBUTES, BY_SHARD_INDEX } from '../../../constructs/registry/tenant-item';
import { Expressions, Invalid, type Names, type Stored } from './expressions';

/** An error as DynamoDB answers it. */
export class Answered extends Error {
  public constructor(
    public readonly type: string,
    public readonly more: object = {},
    public readonly status = 400,
  ) {
    super(type);
  }
}

interface Conditional extends Names {
  readonly TableName: string;
  readonly ConditionExpression?: string;
}

interface Transacted {
  readonly Put?: Conditional & { readonly Item: Stored };
  readonly Update?: Conditional & { readonly Key: Stored; readonly UpdateExpression: string };
}

interface Reading extends Names {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
  readonly ExclusiveStartKey?: Stored;
}

type Keys = Readonly<Record<string, { readonly Keys: readonly Stored[]; readonly ConsistentRead?: boolean }>>;

const idOf = (item: Stored): string => {
  const id = item['tenantId']?.S;
  if (id === undefined || id === '') throw new Invalid('the key is missing');
  return id;
};

/** One table of tenants, as DynamoDB keeps it: in memory, and each operation in one step. */
export class Table {
  private readonly items = new Map<string, Stored>();
  /** Bodies of transactions that were made, by their tokens. */
  private readonly made = new Map<string, unknown>();

  public constructor(
    private readonly name: string,
    /** Items of a page of a scan or query. DynamoDB's pages are of a megabyte. */
    private readonly pageSize: number,
  ) {}

  /** DynamoDB remembers a token for ten minutes. */
  public forgetTokens(): void {
    this.made.clear();
  }

  public all(): readonly Stored[] {
    return [...this.items.values()];
  }

  public put(item: Stored): void {
    this.items.set(idOf(item), item);
  }

  public GetItem = ({
    TableName,
    Key,
    ...names
  }: Names & { TableName: string; Key: Stored; ProjectionExpression?: string }): object => {
    this.require(TableName);
    const item = this.items.get(idOf(Key));
    const expressions = new Expressions(names);
    const found = item && expressions.projected(names.ProjectionExpression, item);
    return found ? { Item: found } : {};
  };

  public PutItem = (request: Conditional & { readonly Item: Stored }): object => {
    this.check(request, request.Item);
    this.put(request.Item);
    return {};
  };

  public DeleteItem = (request: Conditional & { readonly Key: Stored }): object => {
    this.check(request, request.Key);
    this.items.delete(idOf(request.Key));
    return {};
  };

  public TransactWriteItems = (request: {
    readonly TransactItems: readonly Transacted[];
    readonly ClientRequestToken?: string;
  }): object => {
    const { TransactItems: actions, ClientRequestToken: token } = request;
    if (token !== undefined && this.made.has(token)) {
      if (isDeepStrictEqual(this.made.get(token), request)) return {};
      throw new Answered('IdempotentParameterMismatchException');
    }
    const keys = actions.map(({ Put, Update }) => idOf(Put?.Item ?? Update?.Key ?? {}));
    if (new Set(keys).size < keys.length) throw new Invalid('two actions of a transaction are of one item');
    const decided = actions.map((action) => this.decided(action));
    const reasons = decided.map(({ reason }) => reason);
    if (reasons.some(({ Code }) => Code !== 'None')) {
      throw new Answered('TransactionCanceledException', { CancellationReasons: reasons });
    }
    for (const { item } of decided) this.put(item);
    if (token !== undefined) this.made.set(token, request);
    return {};
  };

  public BatchGetItem = ({ RequestItems }: { readonly RequestItems: Keys }): object => {
    const keys = Object.entries(RequestItems).flatMap(([table, { Keys }]) => {
      this.require(table);
      return Keys.map(idOf);
    });
    if (keys.length < 1 || keys.length > 100) throw new Invalid('1 to 100 keys');
    if (new Set(keys).size < keys.length) throw new Invalid('a key is there twice');
    return {
      Responses: { [this.name]: keys.flatMap((key) => (this.items.has(key) ? [this.items.get(key)] : [])) },
      UnprocessedKeys: {},
    };
  };

  public Scan = (request: Reading): object => {
    this.require(request.TableName);
    return this.page(request, this.all());
  };

  public Query = (request: Reading): object => {
    this.require(request.TableName);
    if (request.IndexName !== BY_SHARD_INDEX) throw new Invalid('no such index');
    if (request.ConsistentRead === true) throw new Invalid('an index is not read consistently');
    const projected = new Set<string>(['tenantId', 'cell', 'shard', ...BY_SHARD_ATTRIBUTES]);
    const rows = this.all()
      .filter(({ cell, shard }) => cell?.S !== undefined && shard?.S !== undefined)
      .map((item) => Object.fromEntries(Object.entries(item).filter(([name]) => projected.has(name))));
    return this.page(request, rows);
  };

  private page(request: Reading, rows: readonly Stored[]): object {
    const { ExclusiveStartKey: start, KeyConditionExpression: key, FilterExpression: filter } = request;
    const expressions = new Expressions(request);
    const candidates = rows.filter((row) => expressions.holds(key, row));
    const from = start === undefined ? 0 : candidates.findIndex((row) => idOf(row) === idOf(start)) + 1;
    const page = candidates.slice(from, from + this.pageSize);
    const last = page.at(-1);
    const found = page
      .filter((row) => expressions.holds(filter, row))
      .map((row) => expressions.projected(request.ProjectionExpression, row));
    if (page.length > 0) expressions.end();
    const isEnd = from + this.pageSize >= candidates.length || last === undefined;
    return {
      Items: found,
      Count: found.length,
      ...(!isEnd && { LastEvaluatedKey: { tenantId: last['tenantId'] } }),
    };
  }

  private decided({ Put, Update }: Transacted): {
    readonly item: Stored;
    readonly reason: { readonly Code: string; readonly Item?: Stored };
  } {
    const action = Put ?? Update;
    if (action === undefined) throw new Invalid('neither Put nor Update');
    this.require(action.TableName);
    const key = Put?.Item ?? Update?.Key ?? {};
    const there = this.items.get(idOf(key));
    const expressions = new Expressions(action);
    const holds = expressions.holds(action.ConditionExpression, there);
    const item = Update ? expressions.updated(Update.UpdateExpression, Update.Key, there) : key;
    expressions.end();
    const wantsOld =
      (action as { ReturnValuesOnConditionCheckFailure?: string }).ReturnValuesOnConditionCheckFailure ===
      'ALL_OLD';
    return {
      item,
      reason: holds
        ? { Code: 'None' }
        : { Code: 'ConditionalCheckFailed', ...(wantsOld && there && { Item: there }) },
    };
  }

  private check(request: Conditional, key: Stored): void {
    this.require(request.TableName);
    const expressions = new Expressions(request);
    const holds = expressions.holds(request.ConditionExpression, this.items.get(idOf(key)));
    expressions.end();
    if (!holds) throw new Answered('ConditionalCheckFailedException');
  }

  private require(table: string): void {
    if (table !== this.name) throw new Answered('ResourceNotFoundException');
  }
}
