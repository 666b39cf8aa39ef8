import { kubernetesObjects, type PlacedObject, type SentObject } from '../support/kubernetes-objects';
import { schemaProblems } from '../support/kubernetes-schemas';
import { restrictedProblems } from '../support/pod-security';
import { quantity } from '../support/quantity';
import { synthesizedStacks } from '../support/synthesized';

const ENVIRONMENTS = ['dev', 'prod'];
const sent: Readonly<Record<string, readonly PlacedObject[]>> = Object.fromEntries(
  ENVIRONMENTS.map((environment) => [environment, kubernetesObjects(synthesizedStacks(environment))]),
);
const all = ENVIRONMENTS.flatMap((environment) => sent[environment] ?? []);

const nameOf = ({ stack, object: { kind, metadata } }: PlacedObject): string =>
  `${stack}: ${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

/** Objects of a kind, each with a name for messages. At least one. */
function every(kind: string): (readonly [name: string, object: SentObject])[] {
  const found = all.filter(({ object }) => object.kind === kind);
  if (found.length === 0) throw new Error(`no stack has a ${kind}`);
  return found.map((placed) => [nameOf(placed), placed.object] as const);
}

/** Names of the objects of a kind for which something is wrong. */
const wrong = (kind: string, isWrong: (object: SentObject) => boolean): string[] =>
  every(kind).flatMap(([name, object]) => (isWrong(object) ? [name] : []));

/** Specifications of the pods that stacks start themselves, by what starts them. */
const podSpecs = (): readonly (readonly [name: string, pod: SentObject])[] => [
  ...['Job', 'Deployment'].flatMap((kind) =>
    every(kind).map(([name, { spec }]) => [name, spec.template.spec as SentObject] as const),
  ),
  ...every('CronJob').map(
    ([name, { spec }]) => [name, spec.jobTemplate.spec.template.spec as SentObject] as const,
  ),
  ...every('AnalysisTemplate').flatMap(([name, { spec }]) =>
    (spec.metrics as SentObject[]).flatMap(({ provider }) =>
      provider.job ? [[name, provider.job.spec.template.spec as SentObject] as const] : [],
    ),
  ),
  ...every('ConfigMap')
    .filter(([name]) => /\/release-[a-z0-9-]+$/.test(name))
    .map(([name, { data }]) => [name, JSON.parse(data.template as string).spec as SentObject] as const),
];

/** Who talks to the API server: it copies the keys of the token issuer into its one config map. */
const TALKS_TO_API_SERVER = /envoy-gateway-system\/jwks-mirror(-[0-9a-f]+-first)?$/;

const cellOf = (stack: string): string => stack.split('-', 1)[0] ?? '';

/** The first object of a kind, named after it and with something changed: for tests of the tests. */
function broken(kind: string, change: (object: SentObject) => void): SentObject {
  const [[, original] = []] = every(kind);
  if (original === undefined) throw new Error(`no ${kind}`);
  const copy = structuredClone(original);
  Object.assign(copy.metadata, { name: kind.toLowerCase() });
  change(copy);
  return copy;
}

type Rules = readonly { readonly from?: object[]; readonly to?: object[]; readonly ports?: object[] }[];
const rulesOf = ({ spec }: SentObject): Rules => [...(spec.ingress ?? []), ...(spec.egress ?? [])] as Rules;

/** Those of a tier or of a dedicated tenant. */
const isOwners = (namespace: string): boolean => /^(tier|tenant)-/.test(namespace);

describe('every Kubernetes object', () => {
  it('is of a kind that is looked at here', () => {
    expect([...new Set(all.map(({ object }) => object.kind))].sort()).toMatchInlineSnapshot(`
     [
       "AnalysisTemplate",
       "BackendTrafficPolicy",
       "ClientTrafficPolicy",
       "ClusterRole",
       "ClusterRoleBinding",
       "ConfigMap",
       "CronJob",
       "Deployment",
       "EC2NodeClass",
       "EnvoyProxy",
       "Gateway",
       "GatewayClass",
       "HTTPRoute",
       "HTTPRouteFilter",
       "Job",
       "LimitRange",
       "Namespace",
       "NetworkPolicy",
       "NodePool",
       "PodDisruptionBudget",
       "PriorityClass",
       "ResourceQuota",
       "Role",
       "RoleBinding",
       "Rollout",
       "SecurityGroupPolicy",
       "SecurityPolicy",
       "Service",
       "ServiceAccount",
       "TargetGroupBinding",
       "ValidatingAdmissionPolicy",
       "ValidatingAdmissionPolicyBinding",
     ]
    `);
  });

  it.each(ENVIRONMENTS)('of %s is accepted by the schema of its kind', (environment) => {
    expect(schemaProblems((sent[environment] ?? []).map(({ object }) => object))).toEqual([]);
  });

  it('differs from all others of its cell in kind, namespace or name', () => {
    const keys = all.map(
      ({ stack, object: { kind, metadata } }) =>
        `${cellOf(stack)} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
    );
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('has a name and labels that an API server takes', () => {
    // "Object Names and IDs", "Labels and Selectors": Kubernetes documentation.
    const name = /^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
    const key = /^(?:[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?(?=.{1,63}$)[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;
    const value = /^(?=.{0,63}$)([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?$/;
    const bad = all.flatMap((placed) => {
      const { metadata, spec } = placed.object as SentObject & { metadata: { labels?: object } };
      const labels = { ...metadata.labels, ...spec?.template?.metadata?.labels } as Record<string, string>;
      const isFine =
        name.test(metadata.name) &&
        (metadata.namespace === undefined || name.test(metadata.namespace)) &&
        Object.entries(labels).every(([label, text]) => key.test(label) && value.test(text));
      return isFine ? [] : [nameOf(placed)];
    });
    expect(bad).toEqual([]);
  });

  it('is in a namespace that its cell makes, or in kube-system', () => {
    const made = new Set(
      all.flatMap(({ stack, object }) =>
        object.kind === 'Namespace' ? [`${cellOf(stack)}/${object.metadata.name}`] : [],
      ),
    );
    const lost = all.filter(({ stack, object: { metadata } }) => {
      const { namespace = 'kube-system' } = metadata;
      return namespace !== 'kube-system' && !made.has(`${cellOf(stack)}/${namespace}`);
    });
    expect(lost.map(nameOf)).toEqual([]);
  });

  it('finds what it refers to in its cell: roles, accounts, config maps, services, analyses', () => {
    const there = new Set(
      all.map(
        ({ stack, object: { kind, metadata } }) =>
          `${cellOf(stack)} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      ),
    );
    const missing = all.flatMap(({ stack, object }) => {
      const { namespace = '' } = object.metadata;
      const wanted = [
        ...(object['roleRef']?.kind === 'ClusterRole' ? [`ClusterRole /${object['roleRef'].name}`] : []),
        ...(object['roleRef']?.kind === 'Role' ? [`Role ${namespace}/${object['roleRef'].name}`] : []),
        ...[
          ...(['Job', 'Deployment'].includes(object.kind) ? [object['spec'].template.spec] : []),
          ...(object.kind === 'CronJob' ? [object['spec'].jobTemplate.spec.template.spec] : []),
          ...(object.kind === 'AnalysisTemplate'
            ? (object['spec'].metrics as SentObject[]).flatMap(
                ({ provider }) => (provider.job?.spec.template.spec ?? []) as SentObject | [],
              )
            : []),
        ].flatMap((pod: SentObject) => [
          `ServiceAccount ${namespace}/${pod['serviceAccountName']}`,
          ...(pod['volumes'] as { configMap?: { name: string } }[]).flatMap(({ configMap }) =>
            configMap ? [`ConfigMap ${namespace}/${configMap.name}`] : [],
          ),
        ]),
      ];
      if (object.kind === 'Rollout') {
        const { activeService, previewService, ...strategy } = object['spec'].strategy.blueGreen;
        const analyses = [strategy.prePromotionAnalysis, strategy.postPromotionAnalysis] as SentObject[];
        wanted.push(
          ...[activeService, previewService].map((name) => `Service ${namespace}/${String(name)}`),
          ...analyses.flatMap(({ templates }) =>
            (templates as { templateName: string }[]).map(
              ({ templateName }) => `AnalysisTemplate ${namespace}/${templateName}`,
            ),
          ),
        );
      }
      if (object.kind === 'HTTPRoute') {
        const rules = object['spec'].rules as { backendRefs?: { name: string; namespace?: string }[] }[];
        wanted.push(
          ...rules.flatMap(({ backendRefs = [] }) =>
            backendRefs.map((backend) => `Service ${backend.namespace ?? namespace}/${backend.name}`),
          ),
        );
      }
      return wanted.map((key) => `${cellOf(stack)} ${key}`).filter((key) => !there.has(key));
    });
    expect(missing).toEqual([]);
  });
});

describe('a wrong object', () => {
  it('is found, by the field that is wrong', () => {
    const objects = [
      broken('NetworkPolicy', ({ spec }) => (spec.policytypes = [])),
      broken('NetworkPolicy', ({ spec }) => (spec.policyTypes = 'Egress')),
      broken('NetworkPolicy', ({ spec }) => (spec.policyTypes = ['Out'])),
      broken('Namespace', (object) => Object.assign(object, { labels: {} })),
      broken('Namespace', ({ metadata }) => Object.assign(metadata, { labels: { a: 1 } })),
      broken('LimitRange', ({ spec }) => (spec.limit = [])),
      broken('ResourceQuota', ({ spec }) => (spec.hard.pods = 'many')),
      broken('RoleBinding', (object) => Object.assign(object, { roleRef: undefined })),
      broken('Job', ({ spec }) => (spec.backoffLimit = '2')),
      broken('Job', ({ spec }) => (spec.template.spec.containers[0].volumeMount = [])),
      broken('PriorityClass', (object) => Object.assign(object, { value: '1' })),
      broken('NodePool', ({ spec }) => (spec.template.spec.taint = [])),
      broken('SecurityGroupPolicy', ({ spec }) => (spec.securityGroups.groupIds = [])),
    ];
    expect(schemaProblems(objects)).toMatchInlineSnapshot(`
     [
       "data/spec/securityGroups/groupIds must NOT have fewer than 1 items",
       "NetworkPolicy/networkpolicy: data/spec/policytypes is not known to the schema",
       "NetworkPolicy/networkpolicy: data/spec/policyTypes must be array",
       "NetworkPolicy/networkpolicy: data/spec/policyTypes/0 must be equal to one of the allowed values",
       "Namespace/namespace: data/labels is not known to the schema",
       "Namespace/namespace: data/metadata/labels/a must be string",
       "LimitRange/limitrange: data/spec/limit is not known to the schema",
       "ResourceQuota/resourcequota: data/spec/hard/pods must be number, data/spec/hard/pods must match format "quantity", data/spec/hard/pods must match exactly one schema in "oneOf"",
       "RoleBinding/rolebinding: data must have required property roleRef",
       "Job/job: data/spec/backoffLimit must be integer",
       "Job/job: data/spec/template/spec/containers/0/volumeMount is not known to the schema",
       "PriorityClass/priorityclass: data/value must be integer",
       "NodePool/nodepool: data/spec/template/spec/taint is not known to the schema",
     ]
    `);
  });

  it('is found by the kind that nobody knows', () => {
    const widget = { ...broken('ConfigMap', () => undefined), apiVersion: 'example.com/v1' };
    expect(() => schemaProblems([widget])).toThrow('no schemas are known for example.com/v1 ConfigMap');
  });
});

describe('what an API server fills in weakens nothing', () => {
  it('network policies say which directions they are about, and each rule whom and which ports', () => {
    const isVague = ({ spec }: SentObject): boolean =>
      !Array.isArray(spec.policyTypes) ||
      (['Ingress', 'Egress'] as const).some(
        (direction) =>
          spec[direction.toLowerCase()] !== undefined && !(spec.policyTypes as string[]).includes(direction),
      );
    expect(wrong('NetworkPolicy', isVague)).toEqual([]);

    const isOpen = (object: SentObject): boolean =>
      rulesOf(object).some(({ from, to, ports = [] }) => {
        const peers = from ?? to ?? [];
        const open = [...peers, ...ports].some((part) => Object.keys(part).length === 0);
        return open || peers.length === 0 || ports.length === 0;
      });
    expect(wrong('NetworkPolicy', isOpen)).toEqual([]);
    const port = (value: unknown): boolean => {
      const { port: number, protocol } = value as { readonly port?: unknown; readonly protocol?: unknown };
      return typeof number === 'number' && (protocol === 'TCP' || protocol === 'UDP');
    };
    expect(
      wrong('NetworkPolicy', (object) => !rulesOf(object).every(({ ports = [] }) => ports.every(port))),
    ).toEqual([]);
  });

  it('no account and no pod has a token of the API server unless it says so', () => {
    expect(wrong('ServiceAccount', (object) => object['automountServiceAccountToken'] !== false)).toEqual([]);
    const withToken = podSpecs().filter(([, pod]) => pod['automountServiceAccountToken'] !== false);
    expect(withToken).toHaveLength(2 * 3);
    for (const [name] of withToken) expect(name).toMatch(TALKS_TO_API_SERVER);
  });

  it('an owner’s namespace enforces the strictest standard, in its newest version', () => {
    const owners = every('Namespace').filter(([, { metadata }]) => isOwners(metadata.name));
    expect(owners).toHaveLength(2 * 3 + 2 + 3 + 4);
    for (const [, { metadata }] of owners) {
      expect((metadata as { readonly labels?: object }).labels).toMatchObject(
        Object.fromEntries(
          ['enforce', 'audit', 'warn'].flatMap((mode) => [
            [`pod-security.kubernetes.io/${mode}`, 'restricted'],
            [`pod-security.kubernetes.io/${mode}-version`, 'latest'],
          ]),
        ),
      );
    }
  });

  it('only controllers that need it run by a weaker standard', () => {
    const weaker = every('Namespace').flatMap(([, { metadata }]) => {
      const { labels } = metadata as { readonly labels?: Readonly<Record<string, string>> };
      const level = labels?.['pod-security.kubernetes.io/enforce'] ?? 'none';
      return level === 'restricted' ? [] : [`${metadata.name}: ${level}`];
    });
    expect([...new Set(weaker)]).toMatchInlineSnapshot(`
     [
       "envoy-gateway-system: baseline",
       "logging: privileged",
     ]
    `);
  });

  it('every pod that a stack itself starts is admitted by the strictest standard', () => {
    for (const [, pod] of podSpecs()) expect(restrictedProblems(pod)).toEqual([]);
  });

  it('finds a pod that is not', () => {
    const job = broken('Job', ({ spec }) => {
      spec.template.spec.hostNetwork = true;
      spec.template.spec.containers[0].securityContext = { runAsUser: 0 };
      spec.template.spec.volumes = [{ name: 'host', hostPath: { path: '/' } }];
    });
    expect(restrictedProblems(job['spec'].template.spec as SentObject)).toMatchInlineSnapshot(`
     [
       "hostNetwork",
       "hostPath",
       "pgroll: allowPrivilegeEscalation",
       "pgroll: runAsUser",
       "pgroll: capabilities.drop",
     ]
    `);
  });

  it('bindings name one role each, and groups only, but for one account of a program', () => {
    const isVague = (object: SentObject): boolean =>
      object['roleRef'].apiGroup !== 'rbac.authorization.k8s.io' ||
      !(object['subjects'] as SentObject[]).every(
        ({ kind, apiGroup }) => kind === 'Group' && apiGroup === 'rbac.authorization.k8s.io',
      );
    const others = wrong('RoleBinding', isVague);
    expect(others).toHaveLength(3);
    for (const name of others) expect(name).toMatch(TALKS_TO_API_SERVER);
    expect(wrong('ClusterRoleBinding', isVague)).toEqual([]);
  });
});

describe('quotas and limits', () => {
  /** Names without a slash are checked against a list: `standardQuotaResources`, pkg/apis/core/helper of Kubernetes. */
  const KNOWN = new Set([
    ...['cpu', 'memory', 'ephemeral-storage', 'pods', 'services', 'persistentvolumeclaims', 'secrets'],
    ...['configmaps', 'resourcequotas', 'replicationcontrollers'],
    ...['services.loadbalancers', 'services.nodeports'],
    ...['requests', 'limits'].flatMap((side) =>
      ['cpu', 'memory', 'ephemeral-storage', 'storage'].map((resource) => `${side}.${resource}`),
    ),
  ]);

  const hardOf = ({ spec }: SentObject): [string, string][] =>
    Object.entries(spec.hard as Record<string, string>);

  it('are one of each in every owner’s namespace', () => {
    for (const kind of ['ResourceQuota', 'LimitRange']) {
      const homes = all.filter(({ object }) => object.kind === 'Namespace' && isOwners(object.metadata.name));
      for (const { stack, object } of homes) {
        const inside = all.filter(
          (other) =>
            other.stack === stack &&
            other.object.kind === kind &&
            other.object.metadata.namespace === object.metadata.name,
        );
        expect(inside).toHaveLength(1);
      }
    }
  });

  it('count in quantities, and what Kubernetes knows', () => {
    for (const [, quota] of every('ResourceQuota')) {
      for (const [resource, most] of hardOf(quota)) {
        expect(KNOWN).toContain(resource);
        expect(quantity(most)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('leave an API server nothing to fill in, and have their parts in order', () => {
    for (const [, { spec }] of every('LimitRange')) {
      for (const item of spec.limits as Readonly<Record<string, Record<string, string>>>[]) {
        const { max = {}, default: most = {}, defaultRequest: request = {} } = item;
        // `SetDefaults_LimitRangeItem`: what has a most and no default gets it as default, and the default as request.
        expect(Object.keys(most).sort()).toEqual(Object.keys(max).sort());
        expect(Object.keys(request).sort()).toEqual(Object.keys(max).sort());
        for (const resource of Object.keys(max)) {
          const sizes = [request, most, max].map((part) => quantity(part[resource] ?? ''));
          expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
          expect(sizes[0]).toBeGreaterThan(0);
        }
      }
    }
  });

  it('give every container that says nothing what the quota asks it to say', () => {
    for (const [, quota] of every('ResourceQuota')) {
      const range = every('LimitRange').find(
        ([, { metadata }]) => metadata.namespace === quota.metadata.namespace,
      );
      const [item] = (range?.[1]['spec'].limits ?? []) as Record<'default' | 'defaultRequest', object>[];
      for (const [resource] of hardOf(quota)) {
        const [, side, name = ''] =
          /^(requests|limits)\.(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
        if (side === undefined) continue;
        expect(item?.[side === 'limits' ? 'default' : 'defaultRequest']).toHaveProperty([name]);
      }
    }
  });

  it('are measured by a reader that knows quantities', () => {
    expect(['250m', '1', '1.5', '1Gi', '2k', '1e3', '.5'].map(quantity)).toEqual([
      ...[0.25, 1, 1.5, 1_073_741_824, 2000, 1000, 0.5],
    ]);
    for (const text of ['', 'Gi', '1 Gi', '1gi', '1Kb', '1Gie3', 'many']) {
      expect(() => quantity(text)).toThrow('not a quantity');
    }
  });
});
