import type { AccessLogField } from '../core/access-log';
import { IDENTITY_HEADERS } from '../core/tenant-token';
import type { Fleet } from '../core/workload-labels';

/** Where the authorizer's answer is found in a request's dynamic metadata. */
export const AUTHORIZER_METADATA = 'envoy.filters.http.ext_authz';

const header = (name: string): string => `%REQ(${name.toUpperCase()})%`;
const identity = (name: keyof typeof IDENTITY_HEADERS): string => header(IDENTITY_HEADERS[name].header);

/** Longest texts that callers choose themselves, in characters. */
const LONGEST = { path: 2048, host: 253, userAgent: 256 } as const;

/**
 * What a proxy writes of each request, in Envoy's command operators. No token and no query string: headers are named one by
 * one, and the path is written without its query.
 *
 * Tenant and tier are what the verified token said, for callers' own headers of these names are gone by then. What a request
 * does not have is null. `upstream_ms` is from the request's first byte to the service to the response's first byte.
 *
 * Source: "Command operators", Access logging, Envoy 1.39 documentation.
 */
export const accessLogFormat = (fleet: Fleet, cell: string): Readonly<Record<AccessLogField, string>> => ({
  time: '%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%',
  request_id: header('x-request-id'),
  trace_id: '%TRACE_ID%',
  traceparent: header('traceparent'),
  tenant: identity('tenant'),
  tier: identity('tier'),
  cell,
  shard: identity('shard'),
  bucket: identity('bucket'),
  method: header(':method'),
  host: `%REQ(:AUTHORITY):${LONGEST.host}%`,
  path: `%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH):${LONGEST.path}%`,
  route: '%ROUTE_NAME%',
  code: '%RESPONSE_CODE%',
  code_details: '%RESPONSE_CODE_DETAILS%',
  flags: '%RESPONSE_FLAGS%',
  duration_ms: '%DURATION%',
  upstream_ms: '%COMMON_DURATION(US_TX_BEG:US_RX_BEG:ms)%',
  upstream_host: '%UPSTREAM_HOST%',
  bytes_in: '%BYTES_RECEIVED%',
  bytes_out: '%BYTES_SENT%',
  user_agent: `%REQ(USER-AGENT):${LONGEST.userAgent}%`,
  subject: identity('subject'),
  shed_level: `%DYNAMIC_METADATA(${AUTHORIZER_METADATA}:shed_level)%`,
  reason: `%DYNAMIC_METADATA(${AUTHORIZER_METADATA}:reason)%`,
  fleet,
  protocol: '%PROTOCOL%',
  downstream_ip: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
});
