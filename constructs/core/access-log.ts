import { BUCKETS } from './tenant-token';
import { nameIn } from './naming';
import { nameParts, type Placement } from './placement';

/**
 * The record that gateways write for each request, and where it goes. Gateways write it, the agent on each node carries it,
 * and log group, delivery stream and table receive it: all of them share these names.
 */

/** Kinds of value of a field, in the words of Athena. */
type FieldType = 'string' | 'int' | 'bigint';

/** Fields of a record, in their order. A field that a request does not have is null. No token, no query string. */
export const ACCESS_LOG_FIELDS = {
  /** When the request began, in UTC, ISO 8601 with milliseconds. */
  time: 'string',
  request_id: 'string',
  /** Trace of W3C trace context, and the header as it was passed on. */
  trace_id: 'string',
  traceparent: 'string',
  /** From the verified token; null when there was none. */
  tenant: 'string',
  tier: 'string',
  cell: 'string',
  shard: 'string',
  /** 0 to 255. */
  bucket: 'int',
  method: 'string',
  host: 'string',
  path: 'string',
  route: 'string',
  code: 'int',
  /** Why the gateway answered what it did: `via_upstream`, `jwt_authn_access_denied{…}`. */
  code_details: 'string',
  flags: 'string',
  duration_ms: 'bigint',
  upstream_ms: 'bigint',
  upstream_host: 'string',
  bytes_in: 'bigint',
  bytes_out: 'bigint',
  user_agent: 'string',
  subject: 'string',
  /** 0 while nothing is shed. */
  shed_level: 'int',
  /** Why the authorizer refused it: `token_revoked`, `other_tenant`. */
  reason: 'string',
  fleet: 'string',
  protocol: 'string',
  downstream_ip: 'string',
} as const satisfies Readonly<Record<string, FieldType>>;

export type AccessLogField = keyof typeof ACCESS_LOG_FIELDS;

/** By these two a line is known for an access record: whatever else a proxy prints has no such keys. */
export const ACCESS_LOG_MARKS = ['request_id', 'route'] as const satisfies readonly AccessLogField[];

/** Container of a gateway's pod that prints the records. */
export const PROXY_CONTAINER = 'envoy';

/** Log group in which requests are searched for days or weeks. */
export const accessLogGroupName = (placement: Placement): string =>
  ['', ...nameParts(placement), 'gateway-access'].join('/');

/** Delivery stream to the history of requests. */
export const accessStreamName = (placement: Placement): string =>
  nameIn(placement, 'firehoseStream', 'gateway-access');

/**
 * The history's partitions within a day: two buckets each, for a delivery stream has 500 open at once, midnight doubles
 * them, and objects should be large. The last is of requests without a tenant.
 */
export const BUCKETS_PER_PARTITION = 2;
export const NO_TENANT_PARTITION = BUCKETS / BUCKETS_PER_PARTITION;

/** Partition of a tenant's requests, by its bucket. */
export const partitionOfBucket = (bucket: number): number => Math.floor(bucket / BUCKETS_PER_PARTITION);
