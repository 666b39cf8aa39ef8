import type { Pod } from '../../../services/release/diagnosis';
import type { Rollout } from '../../../services/release/rollout';
import type { Reply, Request } from './api-server';

type Texts = Readonly<Record<string, string>>;

export interface Template {
  readonly metadata: { readonly labels?: Texts; readonly annotations: Texts };
  readonly spec: NonNullable<Pod['spec']>;
}

export type Status = NonNullable<Rollout['status']> &
  NonNullable<Pod['status']> & { readonly metricResults?: readonly object[] };

/** An object of Kubernetes with what may be looked at here. What its kind does not have is not there, whatever this says. */
export interface Thing {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly labels: Texts | undefined;
    readonly annotations: Texts;
    readonly creationTimestamp: string;
  };
  readonly spec: object;
  readonly status: Status | undefined;
  readonly template: Template;
  readonly data: Texts;
  readonly immutable: boolean;
}

/** What may be said of an object. */
export type Given = { readonly metadata: Partial<Thing['metadata']> & { readonly name: string } } & {
  readonly [Key in Exclude<keyof Thing, 'metadata'>]?: Thing[Key] | undefined;
};

const refusal = (status: number, message: string): Reply => ({
  status,
  body: { kind: 'Status', status: 'Failure', message, code: status },
});

/** Kinds whose generation counts changes of this part. */
const COUNTED: Readonly<Record<string, 'template' | 'spec'>> = { podtemplates: 'template', rollouts: 'spec' };

/**
 * Objects of a cluster, as the API server keeps them: names, resource versions, generations, label selectors, pages. Applying is
 * what it is with one field manager: what was applied before and is not named any more is gone.
 */
export class Cluster {
  private readonly objects = new Map<string, Thing>();
  private version = 100;

  public copyFrom(other: Cluster): void {
    for (const [key, object] of other.objects) this.objects.set(key, structuredClone(object));
    this.version = other.version;
  }

  public find(plural: string, namespace: string, name: string): Thing | undefined {
    return this.objects.get(`${plural}/${namespace}/${name}`);
  }

  /** @throws Error when there is none */
  public get(plural: string, namespace: string, name: string): Thing {
    const found = this.find(plural, namespace, name);
    if (!found) throw new Error(`there is no ${plural}/${namespace}/${name}`);
    return found;
  }

  public all(plural: string, namespace?: string): Thing[] {
    return [...this.objects]
      .filter(([key]) => key.startsWith(`${plural}/${namespace === undefined ? '' : `${namespace}/`}`))
      .map(([, object]) => object);
  }

  /** Puts an object as it is. */
  public put(plural: string, namespace: string, object: Given): Thing {
    const key = `${plural}/${namespace}/${object.metadata.name}`;
    const before = this.objects.get(key);
    const part = COUNTED[plural];
    const isChanged = part !== undefined && JSON.stringify(before?.[part]) !== JSON.stringify(object[part]);
    const generation = isChanged
      ? (before?.metadata.generation ?? 0) + 1
      : (before?.metadata.generation ?? 1);
    const kept = {
      ...object,
      metadata: { namespace, ...object.metadata, generation, resourceVersion: String(++this.version) },
    };
    this.objects.set(key, kept as Thing);
    return kept as Thing;
  }

  public remove(plural: string, namespace: string, name: string): void {
    this.objects.delete(`${plural}/${namespace}/${name}`);
  }

  /** How often a rollout's abort was asked for. */
  public aborts = 0;

  /** Answers a call of the API. */
  public answer({ method, path, query, headers, body }: Request): Reply {
    const isOfStatus = path.endsWith('/status');
    const [, namespaced, plural = '', name] =
      /^\/(?:api\/v1|apis\/[\w.-]+\/\w+)(?:\/namespaces\/([\w.-]+))?\/([a-z]+)(?:\/([\w.-]+))?$/.exec(
        path.replace(/\/status$/, ''),
      ) ?? [];
    const namespace = namespaced ?? '';
    if (plural === '') return refusal(404, 'the server could not find the requested resource');
    if (method === 'GET' && name === undefined) return this.list(plural, namespaced, query);
    const found = name === undefined ? undefined : this.find(plural, namespace, name);
    if (method === 'GET')
      return found ? { status: 200, body: found } : refusal(404, `${plural} "${name ?? ''}" not found`);
    const content = JSON.parse(body) as Given;
    if (method === 'POST') {
      if (this.find(plural, namespace, content.metadata.name)) return refusal(409, 'already exists');
      return { status: 201, body: this.put(plural, namespace, content) };
    }
    if (method === 'PATCH' && isOfStatus && found) {
      if (headers['content-type'] !== 'application/merge-patch+json')
        return refusal(415, 'only merge patches here');
      this.aborts += content.status?.abort === true ? 1 : 0;
      return {
        status: 200,
        body: this.put(plural, namespace, { ...found, status: { ...found.status, ...content.status } }),
      };
    }
    if (
      method !== 'PATCH' ||
      headers['content-type'] !== 'application/apply-patch+yaml' ||
      !query.get('fieldManager')
    )
      return refusal(415, 'only server-side apply is known here');
    const wanted = content.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== found?.metadata.resourceVersion)
      return refusal(409, 'the object has been modified');
    const { status } = found ?? {};
    const same = found && JSON.stringify(stripped(found)) === JSON.stringify(stripped(content));
    if (same) return { status: 200, body: found };
    return {
      status: found ? 200 : 201,
      body: this.put(plural, namespace, { ...content, ...(status && { status }) }),
    };
  }

  private list(plural: string, namespace: string | undefined, query: URLSearchParams): Reply {
    const wanted = (query.get('labelSelector') ?? '').split(',').filter(Boolean);
    const items = this.all(plural, namespace ?? (plural === 'namespaces' ? '' : undefined)).filter((object) =>
      wanted.every((term) => {
        const [key = '', value] = term.split('=');
        const label = object.metadata.labels?.[key];
        return value === undefined ? label !== undefined : label === value;
      }),
    );
    // Pages of two, so that every list of more has several.
    const from = Number(query.get('continue') ?? 0);
    const next = from + 2 < items.length ? String(from + 2) : '';
    return { status: 200, body: { metadata: { continue: next }, items: items.slice(from, from + 2) } };
  }
}

/** What whoever applies an object has said. */
const stripped = ({ metadata: { name, annotations }, ...object }: Given): object => ({
  ...Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'status')),
  metadata: { name, annotations },
});
