import { Agent } from 'node:https';
import { Failure, type Output, quoted } from './output';
import { type HttpAnswer, send } from './http';
import { type Patience, withRetries } from './retry';

/** Who has written a field, as server-side apply keeps it: "Server-Side Apply", Kubernetes documentation. */
const FIELD_MANAGER = 'bulkhead-release';
/** A token lives 15 minutes; another one is signed after this, in milliseconds. */
const TOKEN_AGE_MS = 10 * 60_000;
/** Objects of a page: "Retrieving large results sets in chunks", Kubernetes API concepts. */
const PAGE = 250;

/** What every object has. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
}

/** Kinds that are asked for, with their place in the API. */
const KINDS = {
  ConfigMap: { apiVersion: 'v1', path: '/api/v1', plural: 'configmaps' },
  Secret: { apiVersion: 'v1', path: '/api/v1', plural: 'secrets' },
  Pod: { apiVersion: 'v1', path: '/api/v1', plural: 'pods' },
  PodTemplate: { apiVersion: 'v1', path: '/api/v1', plural: 'podtemplates' },
  Namespace: { apiVersion: 'v1', path: '/api/v1', plural: 'namespaces' },
  Job: { apiVersion: 'batch/v1', path: '/apis/batch/v1', plural: 'jobs' },
  Rollout: { apiVersion: 'argoproj.io/v1alpha1', path: '/apis/argoproj.io/v1alpha1', plural: 'rollouts' },
  AnalysisRun: {
    apiVersion: 'argoproj.io/v1alpha1',
    path: '/apis/argoproj.io/v1alpha1',
    plural: 'analysisruns',
  },
} as const;
export type Kind = keyof typeof KINDS;

interface Page<T> {
  readonly items?: readonly T[];
  readonly metadata?: { readonly continue?: string };
}

export interface KubernetesProps extends Patience {
  /** URL of the API. */
  readonly endpoint: string;
  /** Its certificate authority, PEM. */
  readonly ca: string;
  /** Makes a token. */
  readonly token: () => Promise<string>;
  readonly output: Output;
}

/** Another writer was faster: what was to be written rests on what is no longer so. */
export class Conflict extends Error {}

/**
 * The few calls of the Kubernetes API that a release needs. All may be done twice, so all are tried again when the server
 * does not answer: what they lead to is named, and the same name means the same thing.
 *
 * Not `@kubernetes/client-node`: it brings classes of every kind that Kubernetes has, of which seven calls would be used.
 */
export class Kubernetes {
  private readonly agent: Agent;
  private held: { readonly token: Promise<string>; readonly until: number } | undefined;

  public constructor(private readonly props: KubernetesProps) {
    this.agent = new Agent({ ca: props.ca, keepAlive: true, maxSockets: 10 });
  }

  /** An object, or nothing if there is none of that name. */
  public async get<T extends KubeObject>(
    kind: Kind,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    const answer = await this.ask('GET', pathOf(kind, namespace, name));
    return answer.status === 404 ? undefined : (this.read(answer, `get ${kind} ${namespace}/${name}`) as T);
  }

  /** All objects of a kind in a namespace, or in the cluster, that a label selector finds. */
  public async list<T extends KubeObject>(
    kind: Kind,
    namespace: string | undefined,
    selector?: string,
  ): Promise<T[]> {
    const found: T[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const query = new URLSearchParams({
        limit: String(PAGE),
        ...(selector !== undefined && { labelSelector: selector }),
        ...(next !== '' && { continue: next }),
      });
      const answer = await this.ask('GET', `${pathOf(kind, namespace)}?${query.toString()}`);
      const page = this.read(answer, `list ${kind}s of ${namespace ?? 'the cluster'}`) as Page<T>;
      found.push(...(page.items ?? []));
      next = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
    }
    return found;
  }

  /**
   * Makes an object what it is said to be. Fields that this program set before and no longer names are removed.
   *
   * @throws Conflict when `metadata.resourceVersion` is set, and the object is of another version
   */
  public async apply<T extends KubeObject>(kind: Kind, namespace: string, object: KubeObject): Promise<T> {
    const { apiVersion } = KINDS[kind];
    const what = `apply ${kind} ${namespace}/${object.metadata.name}`;
    const answer = await this.ask(
      'PATCH',
      `${pathOf(kind, namespace, object.metadata.name)}?fieldManager=${FIELD_MANAGER}&force=true`,
      { type: 'application/apply-patch+yaml', content: { apiVersion, kind, ...object } },
    );
    if (answer.status === 409) throw new Conflict(`${what}: ${reasonIn(answer)}`);
    return this.read(answer, what) as T;
  }

  /** Makes an object if there is none of its name; otherwise leaves that one as it is. */
  public async create(kind: Kind, namespace: string, object: KubeObject): Promise<void> {
    const { apiVersion } = KINDS[kind];
    const answer = await this.ask('POST', `${pathOf(kind, namespace)}?fieldManager=${FIELD_MANAGER}`, {
      type: 'application/json',
      content: { apiVersion, kind, ...object },
    });
    if (answer.status !== 409) this.read(answer, `create ${kind} ${namespace}/${object.metadata.name}`);
  }

  /** Changes fields of an object's status: what its controller is asked for by them. */
  public async setStatus(kind: Kind, namespace: string, name: string, status: object): Promise<void> {
    const answer = await this.ask(
      'PATCH',
      `${pathOf(kind, namespace, name)}/status?fieldManager=${FIELD_MANAGER}`,
      { type: 'application/merge-patch+json', content: { status } },
    );
    this.read(answer, `change the status of ${kind} ${namespace}/${name}`);
  }

  /** Ends connections. */
  public close(): void {
    this.agent.destroy();
  }

  private async ask(
    method: 'GET' | 'PATCH' | 'POST',
    path: string,
    body?: { readonly type: string; readonly content: object },
  ): Promise<HttpAnswer> {
    const attempt = async (): Promise<HttpAnswer> =>
      withRetries(
        async () =>
          send({
            method,
            url: `${this.props.endpoint.replace(/\/$/, '')}${path}`,
            agent: this.agent,
            headers: {
              authorization: `Bearer ${await this.token()}`,
              accept: 'application/json',
              ...(body && { 'content-type': body.type }),
            },
            ...(body && { body: JSON.stringify(body.content) }),
          }),
        this.props,
      );
    const answer = await attempt();
    if (answer.status !== 401) return answer;
    // A clock that stood still, or a token that ended early: one more attempt with a new one.
    this.held = undefined;
    return attempt();
  }

  private token(): Promise<string> {
    const { clock, token, output } = this.props;
    if (this.held === undefined || clock.now() >= this.held.until) {
      const made = token().then((text) => {
        output.keepSecret(text);
        return text;
      });
      this.held = { token: made, until: clock.now() + TOKEN_AGE_MS };
      made.catch(() => {
        this.held = undefined;
      });
    }
    return this.held.token;
  }

  private read(answer: HttpAnswer, what: string): unknown {
    if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.body);
    throw new Failure(`Kubernetes refused to ${what}: ${reasonIn(answer)}`, nextFor(answer.status, what));
  }
}

const pathOf = (kind: Kind, namespace?: string, name?: string): string => {
  const { path, plural } = KINDS[kind];
  return [
    path,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
  ].join('/');
};

/** "Response status kind", Kubernetes API conventions: `message` is for people. */
function reasonIn({ status, body }: HttpAnswer): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    if (typeof message === 'string') return `${quoted(message)} (${String(status)})`;
  } catch {
    // A load balancer's page.
  }
  return `status ${String(status)}`;
}

function nextFor(status: number, what: string): string {
  if (status === 401)
    return "check that the cluster has an access entry for the release project's role, and that the clock is right.";
  if (status === 403)
    return 'read the reason: an admission policy refuses what must not be, a missing rule of RBAC is in services/release/README.md.';
  if (status === 404)
    return `deploy the cell's infrastructure, which brings what is missing, then run the step again.`;
  if (status >= 500 || status === 429)
    return `look at the health of the cluster's API; run the step again when it answers. It was tried for minutes.`;
  return `read the reason, and correct what made the program ${what}.`;
}
