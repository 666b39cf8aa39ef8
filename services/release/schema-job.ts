import { MIGRATION_NAMESPACE } from '../../constructs/core/migrations';
import { schemaName } from '../../constructs/core/releases';
import {
  CHECK_EXITS,
  fillSchemaJob,
  SCHEMA_JOB_KEY,
  SCHEMA_STEPS,
  type SchemaChange,
} from '../../constructs/core/schema-jobs';
import { iso, pollMs } from './clock';
import type { Context } from './context';
import { type Pod, terminationLines } from './diagnosis';
import type { KubeObject } from './kubernetes';
import { Failure } from './output';

/** What came of a job. `interrupted`: an earlier one ended in its midst, and must be taken back first. */
export type JobOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing-to-do' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly lines: readonly string[] };

interface Job extends KubeObject {
  readonly status?: {
    readonly active?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Label that Kubernetes puts on the pods of a job: "Job labels", Kubernetes documentation. */
const JOB_LABEL = 'batch.kubernetes.io/job-name';

/**
 * Runs one phase on one database, or waits for it where it runs already: the same change is the same job.
 *
 * @param deadline in milliseconds since 1970
 * @throws Failure when there is no job for this database, or it does not end in time
 */
export async function runSchemaJob(
  { kubernetes, clock, output }: Context,
  database: string,
  change: SchemaChange,
  deadline: number,
): Promise<JobOutcome> {
  const job = fillSchemaJob(await templateFor(kubernetes, database), database, change) as KubeObject;
  const { name } = job.metadata;
  let isTold = false;
  for (;;) {
    const found = await kubernetes.get<Job>('Job', MIGRATION_NAMESPACE, name);
    // Gone, too, if it was done long ago: done again, it finds nothing to do.
    if (!found) await kubernetes.create('Job', MIGRATION_NAMESPACE, job);
    if (!isTold)
      output.tell(
        `${database}: ${change.phase} of ${change.migration}, job ${name}${found ? ' (there already)' : ''}`,
      );
    isTold = true;
    const ended = found?.status?.conditions?.find(
      ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
    );
    if (ended?.type === 'Complete') return { kind: 'done' };
    if (ended) return outcomeOf(kubernetes, name, ended);
    if (clock.now() >= deadline) {
      throw new Failure(
        `${database}: job ${name} has not ended by ${iso(deadline)}`,
        `look at its pod in namespace ${MIGRATION_NAMESPACE}: it may wait for a lock. Run the step again to go on waiting; it is not begun twice.`,
      );
    }
    await clock.sleep(pollMs(clock));
  }
}

async function templateFor(kubernetes: Context['kubernetes'], database: string): Promise<string> {
  const name = schemaName(database);
  const found = await kubernetes.get<ConfigMap>('ConfigMap', MIGRATION_NAMESPACE, name);
  const text = found?.data?.[SCHEMA_JOB_KEY];
  if (text !== undefined) return text;
  throw new Failure(
    `namespace ${MIGRATION_NAMESPACE} has no config map ${name} with key ${SCHEMA_JOB_KEY}`,
    `deploy the stack of ${database}, which brings it, then run the step again.`,
  );
}

async function outcomeOf(
  kubernetes: Context['kubernetes'],
  job: string,
  { reason = '', message = '' }: { readonly reason?: string; readonly message?: string },
): Promise<JobOutcome> {
  const pods = await kubernetes.list<Pod>('Pod', MIGRATION_NAMESPACE, `${JOB_LABEL}=${job}`);
  const exits = pods
    .flatMap(({ status }) => status?.initContainerStatuses ?? [])
    .filter(({ name }) => name === SCHEMA_STEPS.check)
    .map(({ state }) => state?.terminated?.exitCode);
  if (exits.includes(CHECK_EXITS.nothingToDo)) return { kind: 'nothing-to-do' };
  if (exits.includes(CHECK_EXITS.interrupted)) return { kind: 'interrupted' };
  const lines = pods.flatMap(terminationLines);
  return { kind: 'failed', lines: [`job ${job} failed: ${reason} ${message}`.trim(), ...lines] };
}
