import type { Cluster, Thing } from './cluster';

/** How a job ends: well, or with an exit code of a step and what it says. */
export type JobFate = 'good' | { readonly step: string; readonly exit: number; readonly message: string };

/** Seconds that a job takes. */
const TAKES = 12;

/** Jobs as Kubernetes runs them, as far as releases see it. */
export class Jobs {
  /** Fates of the next jobs by database and phase: the first one each time. All others are good. */
  public readonly fates = new Map<string, JobFate[]>();
  /** Jobs in the order in which they began: `shard-1 expand 02_email`. */
  public readonly begun: string[] = [];
  /** Most jobs at a time. */
  public mostAtOnce = 0;
  /** Whether a job of a database may end, once its time is over. */
  public mayEnd: (database: string) => boolean = () => true;
  private readonly since = new Map<string, number>();

  public constructor(private readonly cluster: Cluster) {}

  public tick(now: number): void {
    const jobs = this.cluster.all('jobs', 'data-migrations').filter(({ status }) => !status?.conditions);
    this.mostAtOnce = Math.max(this.mostAtOnce, jobs.length);
    for (const job of jobs) this.move(job, now);
  }

  private move(job: Thing, now: number): void {
    const { name } = job.metadata;
    const { database = '', phase = '', migration = '' } = job.metadata.labels ?? {};
    const since = this.since.get(name);
    if (since === undefined) {
      this.since.set(name, now);
      this.begun.push(`${database} ${phase} ${migration}`);
      return;
    }
    if (now - since < TAKES * 1000 || !this.mayEnd(database)) return;
    const fate = this.fates.get(`${database} ${phase}`)?.shift() ?? 'good';
    const type = fate === 'good' ? 'Complete' : 'Failed';
    this.cluster.put('jobs', 'data-migrations', {
      ...job,
      status: {
        conditions: [{ type, status: 'True', ...(fate !== 'good' && { reason: 'BackoffLimitExceeded' }) }],
      },
    });
    if (fate === 'good') return;
    this.cluster.put('pods', 'data-migrations', {
      metadata: { name: `${name}-pod`, labels: { 'batch.kubernetes.io/job-name': name } },
      status: {
        initContainerStatuses: [
          { name: fate.step, state: { terminated: { exitCode: fate.exit, message: fate.message } } },
        ],
      },
    });
  }
}

/** What stands in a database's config map: enough of a job to see what it was filled with. */
export const JOB_TEMPLATE = (database: string): string =>
  JSON.stringify({
    metadata: {
      name: '__JOB__',
      labels: { database, phase: '__PHASE__', migration: '__MIGRATION__' },
      annotations: { migrations: '__MIGRATIONS__' },
    },
    spec: {
      template: { spec: { initContainers: [{ name: 'check' }, { name: 'pgroll', args: ['migrate'] }] } },
    },
  });
