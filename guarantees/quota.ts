import type { Cell, Platform } from '../config/platform';
import { QUOTAS, type QuotaName } from '../config/schema/quotas';
import type { Verdict } from './guarantee';

/**
 * No more of anything than AWS allows: what each cell's identity takes, against the quotas of its account and region. Some
 * quotas are of a user pool, others of all that an account has in a region, which cells there share.
 *
 * A quota that is not in config cannot be raised.
 */
export const quota = (platform: Platform): readonly Verdict[] => [
  ...platform.cells.map((cell) => verdict(`${cell.id}: user pool`, poolUses(platform, cell))),
  ...places(platform).map((cells) => {
    const [first] = cells;
    const where = `${first?.account ?? ''} in ${first?.region ?? ''} (${cells.map(({ id }) => id).join(', ')})`;
    return verdict(`account ${where}: sign-in`, accountUses(platform, cells));
  }),
  verdict('tenant registry: reads', registryUses(platform)),
];

/** Something that AWS counts. */
interface Use {
  readonly what: string;
  readonly used: number;
  readonly allowed: number;
  /** Key in `cells.<cell>.quotas` and the most that AWS raises it to. @default - nobody can raise it */
  readonly raise?: QuotaName;
}

/** Rates are told with at most two decimals. */
const rounded = (value: number): number => Math.round(value * 100) / 100;
const told = (value: number): string => String(rounded(value));

function verdict(subject: string, uses: readonly Use[]): Verdict {
  const counted = uses.filter(({ used }) => used > 0);
  if (counted.length === 0) {
    return { guarantee: 'quota', subject, outcome: 'not-applicable', evidence: 'nothing of it is used' };
  }
  const over = counted.filter(({ used, allowed }) => used > allowed);
  return {
    guarantee: 'quota',
    subject,
    outcome: over.length === 0 ? 'kept' : 'broken',
    evidence: [
      counted.map(({ what, used, allowed }) => `${what}: ${told(used)} of ${told(allowed)}`).join('; '),
      ...over.map(remedy),
    ].join('. '),
    measures: counted.map(({ what, used, allowed }) => ({ used: rounded(used), limit: allowed, unit: what })),
  };
}

function remedy({ what, used, raise }: Use): string {
  if (raise === undefined) return `Remedy: nobody can raise the quota of ${what}; use another cell`;
  const { max } = QUOTAS[raise];
  return used <= max
    ? `Remedy: have the quota of ${what} raised to ${Math.ceil(used)} or more, then set quotas.${raise}`
    : `Remedy: AWS raises the quota of ${what} to ${max} at most; move tenants to another cell`;
}

/** Clients that a cell has for all: that of the web application. */
const SHARED_CLIENTS = 1;
/** Resource servers that a cell has for all: the API's. */
const SHARED_SERVERS = 1;

/** Of a pool, where nobody can raise them: "Quotas in Amazon Cognito", Amazon Cognito Developer Guide. */
const SCOPES_PER_SERVER = 100;
const BRANDINGS_PER_POOL = 20;
const CUSTOM_DOMAINS = 4;

/**
 * Dedicated tenants that a cell must have room for: those that it has, or its even share of those that are expected. Where
 * only some tenants' files were read, the second holds.
 */
const dedicatedIn = ({ tenants, load, cells }: Platform, { id }: Cell): number =>
  Math.max(
    tenants.filter(({ cell }) => cell === id).length,
    Math.ceil(load.tenants.enterprise / cells.length),
  );

function poolUses(platform: Platform, cell: Cell): readonly Use[] {
  const { quotas } = cell;
  const dedicated = dedicatedIn(platform, cell);
  return [
    {
      // Each dedicated tenant's machines have one, and its people one if it brings its own provider.
      what: 'app clients',
      used: SHARED_CLIENTS + 2 * dedicated,
      allowed: quotas.appClientsPerPool,
      raise: 'appClientsPerPool',
    },
    {
      what: 'resource servers',
      used: SHARED_SERVERS + dedicated,
      allowed: quotas.resourceServersPerPool,
      raise: 'resourceServersPerPool',
    },
    {
      what: 'identity providers',
      used: dedicated,
      allowed: quotas.identityProvidersPerPool,
      raise: 'identityProvidersPerPool',
    },
    // `read` and `write` of the API; a tenant's own server has one.
    { what: 'scopes of a resource server', used: 2, allowed: SCOPES_PER_SERVER },
    { what: 'styles of sign-in pages', used: SHARED_CLIENTS, allowed: BRANDINGS_PER_POOL },
  ];
}

/** Cells by account and region, in the order of the cells. */
function places({ cells }: Platform): readonly (readonly Cell[])[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const place = `${cell.account}/${cell.region}`;
    groups.set(place, [...(groups.get(place) ?? []), cell]);
  }
  return [...groups.values()];
}

/** The longest that a token waits for the registry, in seconds: `services/token-claims`. */
const TOKEN_SECONDS = 1.5;

/** Sessions of a cell at the busiest time: an even share. */
const sessionsOf = ({ load, cells }: Platform): number => load.peakSessions / cells.length;

/** Sign-ins a second when all who are signed in come anew within the life of their refresh tokens. */
const signIns = (platform: Platform, { identity }: Cell): number =>
  sessionsOf(platform) / (identity.refreshTokenHours * 3600);

/** Access tokens a second, first ones and refreshed ones. */
const tokens = (platform: Platform, cell: Cell): number =>
  sessionsOf(platform) / (cell.identity.refreshAfterMinutes * 60) + signIns(platform, cell);

const sum = (cells: readonly Cell[], of: (cell: Cell) => number): number =>
  cells.reduce((total, cell) => total + of(cell), 0);

/**
 * Nobody knows how many sessions are people's and how many machines', so all are counted as the one and as the other. Where
 * cells of one account and region say different quotas, the least counts: it is one quota.
 */
function accountUses(platform: Platform, cells: readonly Cell[]): readonly Use[] {
  const allowed = (name: QuotaName): Pick<Use, 'allowed' | 'raise'> => ({
    allowed: Math.min(...cells.map(({ quotas }) => quotas[name])),
    raise: name,
  });
  const perSecond = sum(cells, (cell) => tokens(platform, cell));
  const anyFederated = cells.some((cell) => dedicatedIn(platform, cell) > 0);
  return [
    { what: 'tokens of people a second', used: perSecond, ...allowed('userAuthenticationPerSecond') },
    { what: 'tokens of machines a second', used: perSecond, ...allowed('clientAuthenticationPerSecond') },
    {
      what: 'federated sign-ins a second',
      used: anyFederated ? sum(cells, (cell) => signIns(platform, cell)) : 0,
      ...allowed('userFederationPerSecond'),
    },
    {
      what: 'token functions at the same time, if each waits as long as it may',
      used: perSecond * TOKEN_SECONDS,
      ...allowed('lambdaConcurrency'),
    },
    { what: 'sign-in domains', used: cells.length, allowed: CUSTOM_DOMAINS },
  ];
}

/**
 * Reads a second that a table paid by request carries from its first day, and those of one item, eventually consistent ones
 * of up to 4 KB counted half: "On-demand capacity mode" and "Partitions and data distribution", DynamoDB Developer Guide.
 */
const TABLE_READS = 2 * 12_000;
const ITEM_READS = 2 * 3_000;

/** Every token is one read. In the worst case all cells read one table, and all who sign in are one tenant's. */
function registryUses(platform: Platform): readonly Use[] {
  const used = sum(platform.cells, (cell) => tokens(platform, cell));
  return [
    { what: 'reads of a table a second', used, allowed: TABLE_READS },
    { what: 'reads of one tenant a second', used, allowed: ITEM_READS },
  ];
}
