import type {
  AttributeValue,
  PutItemCommandInput,
  DeleteItemCommandInput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { LeaseItem, PlaceItem } from '../../constructs/registry/tenant-item';
import type { Change, Place } from '../registry';
import { type PlaceChange, placeChanges, placeName } from './counts';

/** What is sent to DynamoDB to change something. Pure, so that tests see what is sent. */

export type Stored = Record<string, AttributeValue>;

/** Beginnings of the keys of items that are no tenants. */
export const PLACE = 'place#';
export const LEASE = 'lease#';

export const tenantKey = (tenantId: string): Stored => ({ tenantId: { S: tenantId } });
export const placeKey = (place: Place): Stored => ({
  tenantId: { S: `${PLACE}${placeName(place)}` satisfies `${typeof PLACE}${string}` },
});

export const marshalled = (value: object): Stored => marshall(value, { removeUndefinedValues: true });

/** A change of an item and of counts in one transaction: the item first, then the places that {@link placeChanges} tells. */
export function transactionOf(table: string, change: Change, token: string): TransactWriteItemsCommandInput {
  const { item, expected, counts } = change;
  return {
    // DynamoDB remembers it for ten minutes: whoever sends it again because the answer was lost changes nothing twice.
    ClientRequestToken: token,
    TransactItems: [
      {
        Put: {
          TableName: table,
          Item: marshalled(item),
          ...(expected === undefined
            ? {
                ConditionExpression: 'attribute_not_exists(#id)',
                ExpressionAttributeNames: { '#id': 'tenantId' },
              }
            : {
                ConditionExpression: '#version = :expected',
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':expected': { N: String(expected) } },
              }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      ...placeChanges(counts).map((place) => countOf(table, place)),
    ],
  };
}

/** `place#…` is made with its first tenant. */
function countOf(table: string, { place, by, limit }: PlaceChange): TransactWriteItem {
  const tenants: keyof PlaceItem = 'tenants';
  const update = {
    TableName: table,
    Key: placeKey(place),
    UpdateExpression: 'SET #tenants = if_not_exists(#tenants, :none) + :by',
    ExpressionAttributeNames: { '#tenants': tenants },
  };
  const values = { ':none': { N: '0' }, ':by': { N: String(by) } };
  if (by === -1) {
    return {
      Update: {
        ...update,
        ConditionExpression: '#tenants >= :one',
        ExpressionAttributeValues: { ...values, ':one': { N: '1' } },
      },
    };
  }
  if (limit === Infinity) return { Update: { ...update, ExpressionAttributeValues: values } };
  return {
    Update: {
      ...update,
      // A place that nobody is in yet has room, unless it takes nobody at all.
      ConditionExpression: '(attribute_not_exists(#tenants) AND :limit > :none) OR #tenants < :limit',
      ExpressionAttributeValues: { ...values, ':limit': { N: String(limit) } },
    },
  };
}

/** A count that is corrected, if it is as it was read. */
export function recountOf(
  table: string,
  place: Place,
  tenants: number,
  counted: number | undefined,
): PutItemCommandInput {
  return {
    TableName: table,
    Item: { ...placeKey(place), ...marshalled({ tenants } satisfies Omit<PlaceItem, 'tenantId'>) },
    ConditionExpression: counted === undefined ? 'attribute_not_exists(#tenants)' : '#tenants = :counted',
    ExpressionAttributeNames: { '#tenants': 'tenants' },
    ...(counted !== undefined && { ExpressionAttributeValues: marshalled({ ':counted': counted }) }),
  };
}

const LEASE_NAMES = { '#id': 'tenantId', '#holder': 'holder', '#until': 'until' } as const;

/** Times in seconds since 1970. */
export function leaseOf(
  table: string,
  { name, holder, now, until }: Record<'name' | 'holder', string> & Record<'now' | 'until', number>,
): PutItemCommandInput {
  const item: LeaseItem = { tenantId: `${LEASE}${name}`, holder, until };
  return {
    TableName: table,
    Item: marshalled(item),
    ConditionExpression: 'attribute_not_exists(#id) OR #holder = :holder OR #until <= :now',
    ExpressionAttributeNames: LEASE_NAMES,
    ExpressionAttributeValues: marshalled({ ':holder': holder, ':now': now }),
  };
}

export const releaseOf = (table: string, name: string, holder: string): DeleteItemCommandInput => ({
  TableName: table,
  Key: { tenantId: { S: `${LEASE}${name}` } },
  ConditionExpression: '#holder = :holder',
  ExpressionAttributeNames: { '#holder': LEASE_NAMES['#holder'] },
  ExpressionAttributeValues: marshalled({ ':holder': holder }),
});
