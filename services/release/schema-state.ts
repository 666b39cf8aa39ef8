import { MIGRATION_NAMESPACE } from '../../constructs/core/migrations';
import { SCHEMA_PHASES, type SchemaPhase } from '../../constructs/core/schema-jobs';
import { type KubeObject, type Kubernetes } from './kubernetes';
import { Failure } from './output';

/**
 * Where a database's schema is, in config map `schema-state-<database>`.
 *
 * `running` is what a job is doing, or was when its run was killed: the same change is then gone on with, and no other begun.
 */
export interface SchemaState {
  /** Migration that the database has got: with `phase` `expanded` beside the one before, with `contracted` alone. Empty: none. */
  readonly migration: string;
  readonly phase: 'expanded' | 'contracted';
  /** Migration before, whose schema is there until the contract. Empty: none. */
  readonly previous: string;
  /** When that came about, in ISO 8601, and by which release. */
  readonly at: string;
  readonly release: string;
  /** Config map with the migrations. */
  readonly configMap: string;
  /** Jobs so far: numbers of attempts. */
  readonly jobs: number;
  readonly running?: Running | undefined;
}

/** A job that was begun. */
export interface Running {
  readonly phase: SchemaPhase;
  readonly migration: string;
  readonly configMap: string;
  readonly release: string;
  readonly at: string;
}

/** A database that no release has come to. */
export const NO_STATE: SchemaState = {
  migration: '',
  phase: 'contracted',
  previous: '',
  at: '',
  release: '',
  configMap: '',
  jobs: 0,
};

export const stateName = (database: string): string => `schema-state-${database}`;

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A state as it was read, with what tells whether it still is so. */
export interface ReadState {
  readonly state: SchemaState;
  /** Version of the object. @default - there was none */
  readonly version?: string | undefined;
}

const isPhase = (text: string | undefined): text is SchemaPhase =>
  (SCHEMA_PHASES as readonly unknown[]).includes(text);

/** @throws Failure when the config map is not what this program writes */
export async function readState(kubernetes: Kubernetes, database: string): Promise<ReadState> {
  const found = await kubernetes.get<ConfigMap>('ConfigMap', MIGRATION_NAMESPACE, stateName(database));
  if (!found) return { state: NO_STATE };
  const { phase, jobs = '0', running, ...rest } = found.data ?? {};
  if (phase !== 'expanded' && phase !== 'contracted') throw unreadable(database, 'phase', phase);
  const { migration = '', previous = '', at = '', release = '', configMap = '' } = rest;
  return {
    state: {
      ...{ migration, phase, previous, at, release, configMap },
      jobs: Number(jobs),
      ...(running !== undefined && { running: readRunning(database, running) }),
    },
    version: found.metadata.resourceVersion,
  };
}

function readRunning(database: string, text: string): Running {
  try {
    const { phase, migration, configMap, release, at } = JSON.parse(text) as Record<string, string>;
    if (isPhase(phase))
      return {
        phase,
        migration: migration ?? '',
        configMap: configMap ?? '',
        release: release ?? '',
        at: at ?? '',
      };
  } catch {
    // As below.
  }
  throw unreadable(database, 'running', text);
}

const unreadable = (database: string, key: string, value: string | undefined): Failure =>
  new Failure(
    `config map ${MIGRATION_NAMESPACE}/${stateName(database)} has ${key} '${value ?? ''}', which nobody but a person can have written`,
    `find out where ${database} is ("pgroll status"), and write the state down as services/release/README.md says.`,
  );

/**
 * Writes a state down.
 *
 * @returns the state as it then is
 * @throws Conflict when somebody else has written since it was read
 */
export async function writeState(
  kubernetes: Kubernetes,
  database: string,
  { state, version }: ReadState,
): Promise<ReadState> {
  const { running, jobs, ...data } = state;
  const written = await kubernetes.apply<ConfigMap>('ConfigMap', MIGRATION_NAMESPACE, {
    metadata: { name: stateName(database), ...(version !== undefined && { resourceVersion: version }) },
    ...{ data: { ...data, jobs: String(jobs), ...(running && { running: JSON.stringify(running) }) } },
  });
  return { state, version: written.metadata.resourceVersion };
}

/**
 * Why a release that needs a migration cannot run on a database now; nothing if it can.
 *
 * Names of migrations are in the order of their files, as pgroll takes them.
 */
export function reasonAgainst(database: string, state: SchemaState, needed: string): string | undefined {
  const { migration, previous, phase, at, release, running } = state;
  const isBoth = phase === 'expanded' && running?.phase !== 'contract';
  if (running?.phase === 'rollback' && migration === needed)
    return `${database} is losing ${needed}, which a rollback takes back since ${running.at}`;
  if (migration === needed || (isBoth && previous === needed)) return undefined;
  if (migration === '') return `${database} has no migration yet, and the release needs ${needed}`;
  if (needed > migration) return `${database} is at ${migration}, and does not have ${needed} yet`;
  return `${database} no longer has ${needed}: ${migration} replaced it (${phase} at ${at} by ${release})`;
}
