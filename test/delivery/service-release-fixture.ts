import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import type { TerraformStack } from 'cdktf';
import type { KubernetesObject } from '../../constructs/core/chart';
import { PLACEHOLDERS } from '../../constructs/core/releases';
import {
  ServiceRelease,
  type ServiceReleaseProps,
} from '../../constructs/delivery/service-release/service-release';
import { CONTAINERS } from '../compute/fixture';
import type { SentObject } from '../support/kubernetes-objects';
import { synth } from '../support/synth';

export const RELEASE: ServiceReleaseProps = {
  namespace: 'tier-starter',
  service: 'api',
  slices: [
    { slice: 'internal', replicas: 1 },
    { slice: 'canary', replicas: 2 },
    { slice: 'main', replicas: 4 },
  ],
  placement: { nodePool: 'tier-starter', priorityClass: 'tier-starter' },
  containers: CONTAINERS,
  environment: { TIER: 'starter', CELL: 'use1a' },
  smoke: { program: 'smoke-0123456789ab', checks: [{ path: '/health', status: 200 }] },
  objectives: { availabilityPercent: 99.5, p95Milliseconds: 800 },
  metrics: { workspaceId: 'ws-1' },
  requestTimeoutSeconds: 30,
  dependsOn: [],
};

/** Makes a release in a stack of its own, and gives back its objects. */
export function release(
  props: Partial<ServiceReleaseProps> = {},
  inside: (scope: TerraformStack) => Partial<ServiceReleaseProps> = () => ({}),
): readonly SentObject[] {
  let objects: readonly KubernetesObject[] = [];
  synth((scope) => {
    new HelmProvider(scope, 'helm', {});
    ({ objects } = new ServiceRelease(scope, 'Release', { ...RELEASE, ...props, ...inside(scope) }));
  });
  return objects as readonly SentObject[];
}

/** The one object of a kind and name. */
export function one(objects: readonly SentObject[], kind: string, name: string): SentObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  const [first] = found;
  if (found.length !== 1 || !first) throw new Error(`expected one ${kind} ${name}, found ${found.length}`);
  return first;
}

/** The pod template that a release makes of what it finds in the config map. */
export function filledTemplate(objects: readonly SentObject[], name: string): SentObject {
  const { data } = one(objects, 'ConfigMap', 'release-api');
  const values = {
    [PLACEHOLDERS.image]: `111111111111.dkr.ecr.us-east-1.amazonaws.com/bulkhead/api@sha256:${'0'.repeat(64)}`,
    [PLACEHOLDERS.release]: '42',
    [PLACEHOLDERS.schema]: '0007',
    [PLACEHOLDERS.views]: 'app_0007',
    [PLACEHOLDERS.name]: name,
  };
  const text = Object.entries(values).reduce(
    (filled, [placeholder, value]) => filled.replaceAll(placeholder, value),
    String(data.template),
  );
  return {
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { name, namespace: 'tier-starter' },
    template: JSON.parse(text) as unknown,
  };
}
