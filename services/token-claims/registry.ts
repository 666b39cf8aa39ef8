import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ATTRIBUTES, type Entry, readEntry } from './entry';
import { Refusal } from './refusal';

/** Finds what the registry says of a tenant. */
export type Registry = (tenantId: string) => Promise<Entry>;

/** How long everything may take, two attempts and credentials included. Cognito waits 5 s in all, and for a start too. */
const BUDGET_MS = 1500;

/** One attempt: time to connect, and time without an answer. A second one fits into the budget. */
const ATTEMPT_MS = { connect: 300, answer: 600 } as const;

/** Sends a command; the AWS client does. */
export interface Sender {
  send(command: GetItemCommand, options: { abortSignal: AbortSignal }): Promise<{ Item?: unknown }>;
}

export interface RegistryProps {
  /** ARN of the table: it is another account's. */
  readonly tableArn: string;
  readonly client: Sender;
  /** @default 1500 */
  readonly budgetMs?: number;
}

/** A client of the copy of the registry in a region. */
export const registryClient = (region: string): DynamoDBClient =>
  new DynamoDBClient({
    region,
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: ATTEMPT_MS.connect,
      requestTimeout: ATTEMPT_MS.answer,
      throwOnRequestTimeout: true,
    },
  });

/**
 * The registry in DynamoDB. Copies follow the home region by about a second, so nothing is gained by a consistent read,
 * which takes longer. Nothing is kept: a suspended tenant gets no token from the next one on.
 */
export function dynamoRegistry({ tableArn, client, budgetMs = BUDGET_MS }: RegistryProps): Registry {
  const names = Object.fromEntries(ATTRIBUTES.map((name) => [`#${name}`, name]));
  return async (tenantId) => {
    const command = new GetItemCommand({
      TableName: tableArn,
      Key: { tenantId: { S: tenantId } },
      ProjectionExpression: Object.keys(names).join(', '),
      ExpressionAttributeNames: names,
    });
    const item = await itemWithin(budgetMs, client, command);
    if (item === undefined || item === null) throw new Refusal('not-in-registry');
    return readEntry(item);
  };
}

async function itemWithin(milliseconds: number, client: Sender, command: GetItemCommand): Promise<unknown> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // A client that does not heed the signal is left behind.
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stop.abort();
      reject(new Error(`the registry did not answer within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    const { Item } = await Promise.race([client.send(command, { abortSignal: stop.signal }), timeout]);
    return Item;
  } catch (cause) {
    throw new Refusal('registry-unavailable', { cause });
  } finally {
    clearTimeout(timer);
  }
}
