// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import type { Loose, Scratch } from '../scratch';
import { A, ADDONS, type Leak, STARTER } from './leak';

const spec =
  (kind: string, name: string) =>
  (s: Scratch, change: (spec: Loose) => void, stack = A): void => {
    s.object(stack, kind, name, (object) => {
      change(object.spec);
    });
  };
const rollout = spec('Rollout', 'api');
const service = spec('Service', 'api');
const smoke = spec('AnalysisTemplate', 'api-smoke');
const objectives = spec('AnalysisTemplate', 'api-objectives');

/** The pod of the smoke test. */
const smokePod = (s: Scratch, change: (pod: Loose) => void): void => {
  smoke(s, ({ metrics }) => {
    change(metrics[0].provider.job.spec.template);
  });
};

/** What pods of the service are. */
const template = (s: Scratch, change: (template: Loose) => void): void => {
  s.object(A, 'ConfigMap', 'release-api', ({ data }) => {
    const pods: Loose = JSON.parse(data.template);
    change(pods);
    data.template = JSON.stringify(pods);
  });
};

const policy = (s: Scratch, within: string): Loose =>
  s.resource(A, 'kubernetes_network_policy_v1', within).spec;

/** What a leak of this kind is found by: nobody in particular is reached, for whoever runs or asks there may be anybody. */
const leakOf = (from: string, name: string, says: string, plant: Leak['plant']): Leak => ({
  name,
  plant,
  from,
  to: 'every other owner',
  says,
});
const leak = (name: string, says: string, plant: Leak['plant']): Leak => leakOf(A, name, says, plant);

/** Leaks by what releases are made of. */
export const RELEASE_LEAKS: readonly Leak[] = [
  leak('a rollout says itself what runs', 'Rollout api says itself what runs', (s) => {
    rollout(s, (of) => (of.template = { spec: { containers: [{ name: 'x', image: 'example.com/x' }] } }));
  }),
  leak('a rollout follows the template of another service', 'follows PodTemplate worker', (s) => {
    rollout(s, (of) => (of.workloadRef.name = 'worker'));
  }),
  leak('a rollout follows what no release writes', 'follows Deployment api', (s) => {
    rollout(s, (of) => (of.workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' }));
  }),
  leak('a rollout takes another service’s pods for its own', 'takes pods of others for its own', (s) => {
    rollout(s, (of) => (of.selector.matchLabels = { 'bulkhead/release-name': 'worker' }));
  }),
  leak('a rollout takes all pods of a label for its own', 'takes pods of others for its own', (s) => {
    rollout(s, (of) => (of.selector.matchExpressions = [{ key: 'x', operator: 'DoesNotExist' }]));
  }),
  leak('a rollout shifts calls bit by bit, past its smoke test', 'another strategy than blue-green', (s) => {
    rollout(s, (of) => (of.strategy = { canary: {} }));
  }),
  leak('a rollout is judged by a template of the whole cluster', 'clusterScope', (s) => {
    rollout(s, (of) => (of.strategy.blueGreen.prePromotionAnalysis.templates[0].clusterScope = true));
  }),
  leak('a service leads to another service’s pods', 'leads to pods of others', (s) => {
    service(s, (of) => (of.selector['bulkhead/release-name'] = 'worker'));
  }),
  leakOf(STARTER, 'a service of a slice leads to the pods of all slices', 'leads to pods of others', (s) => {
    spec('Service', 'api-canary')(s, (of) => (of.selector = { 'app.kubernetes.io/name': 'api' }), STARTER);
  }),
  leak('a service without pods leads wherever somebody says', 'leads to pods of others', (s) => {
    service(s, (of) => Reflect.deleteProperty(of, 'selector'));
  }),
  leak('a service leads out of the cluster', 'leads out of the cluster', (s) => {
    service(s, (of) => Object.assign(of, { type: 'ExternalName', externalName: 'example.com' }));
  }),
  leak('a service is led to from outside', 'LoadBalancer', (s) => {
    service(s, (of) => (of.type = 'LoadBalancer'));
  }),
  leak('an analysis runs a job as a service', 'runs a job as api', (s) => {
    smokePod(s, (pod) => (pod.spec.serviceAccountName = 'api'));
  }),
  leak('an analysis gives a job a token of the API server', 'token of the API server', (s) => {
    smokePod(s, (pod) => (pod.spec.automountServiceAccountToken = true));
  }),
  leak(
    'an analysis runs a job that a service takes for its pods',
    'services take for pods of their own',
    (s) => {
      smokePod(s, (pod) => (pod.metadata.labels['bulkhead/release-name'] = 'api'));
    },
  ),
  leak('an analysis runs an image of anybody', 'runs the image example.com/x', (s) => {
    smokePod(s, (pod) => (pod.spec.containers[0].image = 'example.com/x'));
  }),
  leak('an analysis shows a job a secret that is not its own', 'shows a job secret sh.helm.release', (s) => {
    smokePod(s, (pod) =>
      pod.spec.volumes.push({ name: 'x', secret: { secretName: 'sh.helm.release.v1.x' } }),
    );
  }),
  {
    name: 'an analysis gives a job what is the node’s',
    plant: (s) => {
      smokePod(s, (pod) => (pod.spec.hostNetwork = true));
    },
    from: A,
    to: 'whoever runs on the same node',
    says: 'AnalysisTemplate tenant-acme/api-smoke gives its pods what is the node',
  },
  leak('an analysis asks somebody on the web', 'asks a web', (s) => {
    objectives(s, (of) => (of.metrics[0].provider = { web: { url: 'https://example.com' } }));
  }),
  leak('an analysis asks metrics that are not the cell’s', 'asks https://example.com', (s) => {
    objectives(s, (of) => (of.metrics[0].provider.prometheus.address = 'https://example.com'));
  }),
  leak('an analysis tells a secret as an argument', 'reads a secret', (s) => {
    const secretKeyRef = { name: 'smoke-token-api', key: 'token' };
    objectives(s, (of) => of.args.push({ name: 'x', valueFrom: { secretKeyRef } }));
  }),
  leak('an analysis takes in a template of the whole cluster', 'takes in a template', (s) => {
    objectives(s, (of) => (of.templates = [{ templateName: 'x', clusterScope: true }]));
  }),
  leak('pods of a service run as another', 'lets api run as worker', (s) => {
    template(s, (of) => (of.spec.serviceAccountName = 'worker'));
  }),
  leak('pods of a service have an image that no pipeline brought', 'names an image', (s) => {
    template(s, (of) => (of.spec.containers[0].image = 'example.com/x'));
  }),
  leak('pods of a service may call all others as smoke tests may', 'call all pods of the namespace', (s) => {
    template(s, (of) => (of.metadata.labels['bulkhead/smoke'] = 'api'));
  }),
  leak('pods of a service are shown a secret', 'shows api what is not its own', (s) => {
    template(s, (of) => of.spec.volumes.push({ name: 'x', secret: { secretName: 'smoke-token-worker' } }));
  }),
  {
    name: 'pods of a service are on their node’s network',
    plant: (s) => {
      template(s, (of) => (of.spec.hostNetwork = true));
    },
    from: A,
    to: 'whoever runs on the same node',
    says: 'ConfigMap tenant-acme/release-api gives its pods what is the node',
  },
  leak('what pods of a service are cannot be read', 'holds no template that can be read', (s) => {
    s.object(A, 'ConfigMap', 'release-api', ({ data }) => (data.template = '{{ .Values.x }}'));
  }),
  {
    name: 'a route leads to a version that nobody has tried out',
    plant: (s) => {
      spec('HTTPRoute', 'service-api')(s, ({ rules }) => (rules[0].backendRefs[0].name = 'api-preview'));
    },
    from: 'callers of gateways',
    to: A,
    says: 'leads calls to api-preview',
  },
  {
    name: 'a network policy lets all pods call those of smoke tests’ reach',
    plant: (s) => {
      policy(s, 'FromSmoke').ingress[0].from = [{ pod_selector: {} }];
    },
    from: 'pods of tenant-acme, past the gateway',
    to: A,
    says: 'network policy from-smoke lets in {"podSelector":{}}',
  },
  {
    name: 'a network policy lets all but smoke tests in',
    plant: (s) => {
      policy(s, 'FromSmoke').ingress[0].from[0].pod_selector.match_expressions[0].operator = 'DoesNotExist';
    },
    from: 'pods of tenant-acme, past the gateway',
    to: A,
    says: 'DoesNotExist',
  },
  {
    name: 'a network policy lets smoke tests in on every port',
    plant: (s) => {
      Reflect.deleteProperty(policy(s, 'FromSmoke').ingress[0], 'ports');
    },
    from: 'pods of tenant-acme, past the gateway',
    to: A,
    says: 'network policy from-smoke lets in',
  },
  {
    name: 'a network policy lets all pods call each other',
    plant: (s) => {
      policy(s, '/Smoke').pod_selector = {};
    },
    from: A,
    to: 'pods of tenant-acme, past the gateway',
    says: 'network policy smoke lets out',
  },
  {
    name: 'whoever releases services has more than the role for it',
    plant: (s) => {
      s.resource(A, 'kubernetes_role_binding_v1', 'Binding-releases').role_ref.name =
        'bulkhead-namespace-deployer';
    },
    from: 'bulkhead:releases',
    to: A,
    says: 'role binding releases lets Group bulkhead:releases act',
  },
  {
    name: 'operators may release services',
    plant: (s) => {
      s.resource(A, 'kubernetes_role_binding_v1', 'Binding-operators').role_ref.name = 'bulkhead-release';
    },
    from: 'dev1a-tier-enterprise',
    to: A,
    says: 'role binding operators lets Group bulkhead:operators:enterprise act',
  },
  {
    name: 'whoever releases services has the whole cluster',
    plant: (s) => {
      s.resource(ADDONS, 'kubernetes_cluster_role_binding_v1', 'Owners').role_ref.name = 'cluster-admin';
    },
    from: 'bulkhead:releases',
    to: 'every other owner',
    says: 'lets Group bulkhead:releases act in all namespaces',
  },
  {
    name: 'the role of releases may change what judges them',
    plant: (s) => {
      const roles: Loose[] = Object.values(s.json(ADDONS).resource.kubernetes_cluster_role_v1 as object);
      const role = roles.find(({ metadata }) => metadata.name === 'bulkhead-release');
      role.rule.push({ api_groups: ['argoproj.io'], resources: ['analysistemplates'], verbs: ['patch'] });
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'cluster role bulkhead-release allows patch on analysistemplates of argoproj.io',
  },
  {
    name: 'what changes schemas has its role in an owner’s namespace',
    plant: (s) => {
      const binding = s.resource(A, 'kubernetes_role_binding_v1', 'Binding-releases');
      binding.role_ref.name = 'bulkhead-migration';
      binding.subject[0].name = 'bulkhead:migrations';
    },
    from: 'bulkhead:migrations',
    to: A,
    says: 'role binding releases lets Group bulkhead:migrations act',
  },
  leak('an analysis gives a job a secret as a variable', 'shows a job values that are not written', (s) => {
    smokePod(s, (pod) => pod.spec.containers[0].env.push({ name: 'X', valueFrom: { secretKeyRef: {} } }));
  }),
  leak('pods of a service are told a secret as a variable', 'shows api values that are not written', (s) => {
    template(s, (of) => (of.spec.containers[0].envFrom = [{ secretRef: { name: 'smoke-token-worker' } }]));
  }),
  {
    name: 'pods of an owner may call its pods at any port',
    plant: (s) => {
      Object.assign(s.resource(A, 'aws_vpc_security_group_egress_rule', 'To-smoke'), {
        from_port: 0,
        to_port: 65535,
      });
    },
    from: A,
    to: A,
    says: 'lets out to',
  },
];
