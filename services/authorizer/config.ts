import * as z from 'zod/mini';
import {
  EnvironmentError,
  problemsOf,
  setVariables,
  toValkeyConfig,
  VALKEY_ENVIRONMENT,
  valkeyProblems,
  type ValkeyConfig,
  wholeNumber,
} from '../valkey/config';
import { type Tier, tiersSchema } from './catalogue';

const NAME = /^(?=.{1,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const DOMAIN = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/;

/** JSON in a variable. */
const json = z.pipe(
  z.string(),
  z.transform((text, { issues }) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      issues.push({ code: 'custom', message: 'must be JSON', input: text });
      return z.NEVER;
    }
  }),
);

const environmentSchema = z.object({
  ...VALKEY_ENVIRONMENT,
  /** Cell that tokens must be for. */
  CELL: z.string().check(z.regex(NAME, 'must be the id of a cell')),
  /** Public zone of the cell, without a final dot: hosts are `shared.<ZONE>` and `<tenant>.<ZONE>`. */
  ZONE: z.string().check(z.regex(DOMAIN, 'must be a domain name in lower case')),
  /** Tiers by name, as JSON: `{"starter":{"fleet":"shared","limit":10,"shedAtLevel":1}}`. */
  TIERS: z.pipe(json, tiersSchema),
  /** Age of the deny-list up to which it is trusted, in seconds. @default 60 */
  DENY_LIST_MAX_AGE_SECONDS: z._default(wholeNumber(5, 3600), 60),
  /** Most revocations that are held; with more, all calls are refused, for not all would be known. @default 500000 */
  DENY_LIST_MAX_ENTRIES: z._default(wholeNumber(1, 5_000_000), 500_000),
  /** How far the clocks of who issues and who revokes tokens may be apart, in seconds. @default 5 */
  CLOCK_SKEW_SECONDS: z._default(wholeNumber(0, 300), 5),
  /** What is left of the limit of a tier that is shed, in percent. @default 10 */
  SHED_TO_PERCENT: z._default(wholeNumber(0, 100), 10),
  /** Time between two readings of what is new, in milliseconds. @default 1000 */
  POLL_MILLISECONDS: z._default(wholeNumber(50, 60_000), 1000),
  /** Time between two readings of the whole deny-list, in seconds. @default 300 */
  FULL_READ_SECONDS: z._default(wholeNumber(1, 86_400), 300),
  /** Address to listen on. @default 0.0.0.0 */
  LISTEN_ADDRESS: z._default(z.string(), '0.0.0.0'),
  /** @default 9001 */
  GRPC_PORT: z._default(wholeNumber(0, 65_535), 9001),
  /** Port of metrics and health. @default 9090 */
  HTTP_PORT: z._default(wholeNumber(0, 65_535), 9090),
  /** How long calls are still answered after SIGTERM, until nobody sends any, in seconds. @default 5 */
  DRAIN_SECONDS: z._default(wholeNumber(0, 300), 5),
});

/** What a check needs to know of the cell. */
export interface CheckConfig {
  readonly cell: string;
  readonly zone: string;
  readonly tiers: ReadonlyMap<string, Tier>;
  readonly maxAgeMs: number;
  readonly clockSkewSeconds: number;
  readonly shedToPercent: number;
}

export interface AuthorizerConfig extends CheckConfig {
  readonly valkey: ValkeyConfig;
  readonly maxEntries: number;
  readonly pollMs: number;
  readonly fullReadMs: number;
  readonly listenAddress: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly drainMs: number;
}

/**
 * Config of an authorizer, as an environment says.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function authorizerConfig(
  environment: Readonly<Record<string, string | undefined>>,
): AuthorizerConfig {
  const variables = setVariables(environment);
  const result = environmentSchema.safeParse(variables);
  const problems = [
    ...(result.success ? [] : problemsOf(result.error.issues, variables)),
    ...valkeyProblems(variables),
  ];
  if (!result.success || problems.length > 0) throw new EnvironmentError(problems);
  const { data } = result;
  return {
    cell: data.CELL,
    zone: data.ZONE,
    tiers: new Map(Object.entries(data.TIERS)),
    maxAgeMs: data.DENY_LIST_MAX_AGE_SECONDS * 1000,
    clockSkewSeconds: data.CLOCK_SKEW_SECONDS,
    shedToPercent: data.SHED_TO_PERCENT,
    valkey: toValkeyConfig(data),
    maxEntries: data.DENY_LIST_MAX_ENTRIES,
    pollMs: data.POLL_MILLISECONDS,
    fullReadMs: data.FULL_READ_SECONDS * 1000,
    listenAddress: data.LISTEN_ADDRESS,
    grpcPort: data.GRPC_PORT,
    httpPort: data.HTTP_PORT,
    drainMs: data.DRAIN_SECONDS * 1000,
  };
}
