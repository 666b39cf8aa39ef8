import { createHash } from 'node:crypto';
import type { Clock } from '../../../services/release/clock';
import { run } from '../../../services/release/run';
import type { ApiServer, Reply, Request } from './api-server';
import { Argo } from './argo';
import { Cluster, type Thing } from './cluster';
import { JOB_TEMPLATE, Jobs } from './jobs';

export const START = Date.parse('2026-11-26T03:00:00Z');
export const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'only/for+this=test-of-releases',
  sessionToken: 'session/token+of=a-test-of-releases',
};
const CLIENT = { client_id: 'machine-of-smoke', client_secret: 'client-secret-of-the-synthetic-tenant' };
const TOKEN_SECONDS = 600;
/** A digest of an image. */
export const imageOf = (release: string): string =>
  `111111111111.dkr.ecr.us-east-1.amazonaws.com/bulkhead/prod/api@sha256:${createHash('sha256').update(release).digest('hex')}`;

const TEMPLATE = JSON.stringify({
  metadata: {
    labels: { 'bulkhead/release-name': '__NAME__' },
    annotations: { 'bulkhead/release': '__RELEASE__', 'bulkhead/schema': '__SCHEMA__' },
  },
  spec: {
    serviceAccountName: 'api',
    containers: [{ name: 'api', image: '__IMAGE__', env: [{ name: 'RELEASE', value: '__RELEASE__' }] }],
  },
});

/** The last line. */
export interface Summary {
  readonly ok: boolean;
  readonly seconds: number;
  readonly changed?: boolean | number;
  readonly attempt?: number;
  readonly contract?: string;
  readonly reasons?: readonly string[];
}

/** How a run ended, and all that it printed. */
export interface Ended {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly text: string;
  readonly summary: Summary;
}

/**
 * A cell: cluster, Argo Rollouts, jobs, AWS and Cognito behind one server, and a clock that goes on when somebody sleeps. Every
 * secret that it hands out is known to it, so that a test can look for them in what was printed.
 */
export class Scene {
  public readonly cluster = new Cluster();
  public readonly argo = new Argo(this.cluster, (token, now) => (this.tokens.get(token) ?? 0) > now);
  public readonly jobs = new Jobs(this.cluster);
  /** Alarms by name. */
  public readonly alarms = new Map<string, string>();
  public readonly requests: Request[] = [];
  /** Comes before every answer: may give another one. */
  public fault: (request: Request, number: number) => Reply | undefined = () => undefined;
  /** Called when time goes on. */
  public onTick: (now: number) => void = () => undefined;
  /** Whether tokens of the cluster are looked at: not where a program has a clock of its own. */
  public checksTokens = true;
  public now = START;
  private readonly tokens = new Map<string, number>();
  private readonly kubernetesTokens = new Set<string>();

  public constructor(private readonly server: ApiServer) {
    server.answer = (request) => this.answer(request);
    this.cluster.put('configmaps', 'tier-starter', {
      metadata: { name: 'release-api' },
      data: { template: TEMPLATE },
    });
    this.addRollout('api');
  }

  public get clock(): Clock {
    return {
      now: () => this.now,
      sleep: (ms) => {
        this.tick(ms);
        return Promise.resolve();
      },
      random: () => 0.9,
    };
  }

  /** Lets time go on. */
  public tick(ms: number): void {
    this.now += ms;
    this.argo.tick(this.now);
    this.jobs.tick(this.now);
    this.onTick(this.now);
  }

  public addRollout(name: string, namespace = 'tier-starter'): void {
    this.cluster.put('namespaces', '', {
      metadata: { name: namespace, labels: { 'bulkhead/tier': 'starter' } },
    });
    this.cluster.put('rollouts', namespace, { metadata: { name }, spec: { replicas: 1 }, status: {} });
  }

  public addDatabases(...databases: readonly string[]): void {
    for (const database of databases)
      this.cluster.put('configmaps', 'data-migrations', {
        metadata: { name: `schema-${database}` },
        data: { job: JOB_TEMPLATE(database) },
      });
  }

  /** What is written down of a database. */
  public schema(database: string): Thing['data'] {
    return this.cluster.find('configmaps', 'data-migrations', `schema-state-${database}`)?.data ?? {};
  }

  /** The release that takes traffic, by the pods that the rollout's active version has. */
  public active(name = 'api', namespace = 'tier-starter'): string | undefined {
    const hash = this.cluster.find('rollouts', namespace, name)?.status?.blueGreen?.activeSelector;
    const pod = this.cluster
      .all('pods', namespace)
      .find(({ metadata }) => hash !== undefined && metadata.labels?.['rollouts-pod-template-hash'] === hash);
    return pod?.metadata.annotations['bulkhead/release'];
  }

  public annotations(name = 'api', namespace = 'tier-starter'): Thing['metadata']['annotations'] {
    return this.cluster.find('podtemplates', namespace, name)?.metadata.annotations ?? {};
  }

  public environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      ...{ SERVICE: 'api', CELL: 'use1a', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: this.server.url },
      ...{ CLUSTER_NAME: 'bulkhead-prod-use1a', CLUSTER_ENDPOINT: this.server.url },
      CLUSTER_CA: Buffer.from(this.server.ca).toString('base64'),
      ...{ SECRET_PATH: 'bulkhead/prod/use1a', TOKEN_ENDPOINT: `${this.server.url}/oauth2/token` },
      ...more,
    };
  }

  public deployment(release: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const where = { STEP: 'deploy', RING: 'starter', OWNER: 'tier-starter', DEADLINE_MINUTES: '30' };
    return this.environment({ ...where, RELEASE: release, IMAGE: imageOf(release), ...more });
  }

  /** Runs the program in this process. */
  public async run(environment: Readonly<Record<string, string>>, clock = this.clock): Promise<Ended> {
    const lines: string[] = [];
    const ok = await run({
      environment,
      clock,
      credentials: () => Promise.resolve(CREDENTIALS),
      write: (line) => lines.push(line),
    });
    return this.ended(ok, lines);
  }

  /** The same cell at the same time, to go on from several times. */
  public copy(): Scene {
    const copy = new Scene(this.server);
    copy.cluster.copyFrom(this.cluster);
    copy.argo.copyFrom(this.argo);
    copy.now = this.now;
    for (const [token, end] of this.tokens) copy.tokens.set(token, end);
    return copy;
  }

  /** Releases, and wants it to end well. */
  public async release(release: string, more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const ended = await this.run(this.deployment(release, more));
    expect(ended).toMatchObject({ ok: true });
    return ended;
  }

  /** What a run printed, without any secret in it. */
  public ended(ok: boolean, lines: readonly string[]): Ended {
    const text = lines.join('\n');
    for (const secret of this.secrets()) expect(text.includes(secret)).toBe(false);
    return { ok, lines, text, summary: JSON.parse(lines.at(-1) ?? 'null') as Summary };
  }

  public secrets(): readonly string[] {
    const { client_id: id, client_secret: secret } = CLIENT;
    const { secretAccessKey, sessionToken } = CREDENTIALS;
    const tokens = [...this.tokens.keys()].flatMap((token) => [token, Buffer.from(token).toString('base64')]);
    const basic = Buffer.from(`${id}:${secret}`).toString('base64');
    return [secret, basic, secretAccessKey, sessionToken, ...tokens, ...this.kubernetesTokens];
  }

  private answer(request: Request): Reply {
    this.requests.push(request);
    const fault = this.fault(request, this.requests.length);
    if (fault !== undefined) return fault;
    if (request.path === '/oauth2/token') return this.issue(request);
    if (request.headers['x-amz-target'] !== undefined) return this.aws(request);
    return this.isKnown(request)
      ? this.cluster.answer(request)
      : { status: 401, body: { message: 'Unauthorized' } };
  }

  /** As the authenticator of EKS: by the signed URL that the token is. */
  private isKnown({ headers }: Request): boolean {
    const [, token = ''] = /^Bearer (k8s-aws-v1\.[\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    this.kubernetesTokens.add(token);
    if (!this.checksTokens) return token !== '';
    const url = new URL(
      Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString() || 'https://none',
    );
    const [, y, m, d, h, min, s] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(url.searchParams.get('X-Amz-Date') ?? '') ?? [];
    const signed = Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
    return (
      url.host === 'sts.us-east-1.amazonaws.com' &&
      url.searchParams.get('Action') === 'GetCallerIdentity' &&
      url.searchParams.get('X-Amz-SignedHeaders') === 'host;x-k8s-aws-id' &&
      this.now - signed < 15 * 60_000
    );
  }

  private aws({ headers, body }: Request): Reply {
    if (
      !/^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/\d{8}\/us-east-1\/(secretsmanager|monitoring)\//.test(
        headers.authorization ?? '',
      )
    )
      return { status: 403, body: { __type: 'IncompleteSignature' } };
    const asked = JSON.parse(body) as { readonly SecretId: string; readonly AlarmNames: readonly string[] };
    if (headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
      if (!/^bulkhead\/prod\/use1a\/tenant-smoke-\w+-use1a\/machine-credentials$/.test(asked.SecretId))
        return { status: 400, body: { __type: 'ResourceNotFoundException', message: CLIENT.client_secret } };
      return { status: 200, body: { SecretString: JSON.stringify(CLIENT) } };
    }
    const found = asked.AlarmNames.filter((name) => this.alarms.has(name)).map((name) => ({
      AlarmName: name,
      StateValue: this.alarms.get(name),
      StateReason: 'budget burns 15 times too fast',
    }));
    return { status: 200, body: { MetricAlarms: found.slice(0, 1), CompositeAlarms: found.slice(1) } };
  }

  private issue({ headers, body }: Request): Reply {
    const basic = Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64');
    if (headers.authorization !== `Basic ${basic}`) return { status: 400, body: { error: 'invalid_client' } };
    const scope = new URLSearchParams(body).get('scope');
    if (!/^api\/read tenant-smoke-\w+-use1a\/machine$/.test(scope ?? ''))
      return { status: 400, body: { error: 'invalid_scope' } };
    const token = `header.${Buffer.from(`token ${String(this.tokens.size)} at ${String(this.now)}`).toString('base64url')}.signature`;
    this.tokens.set(token, this.now + TOKEN_SECONDS * 1000);
    return { status: 200, body: { access_token: token, expires_in: TOKEN_SECONDS, token_type: 'Bearer' } };
  }
}
