import type { ReleaseObservation } from '../../constructs/core/contract-gate';
import { RELEASE_ANNOTATIONS, releaseName, SLICES } from '../../constructs/core/releases';
import { WORKLOAD_LABELS } from '../../constructs/core/workload-labels';
import type { KubeObject, Kubernetes } from './kubernetes';
import { generationOf, type PodTemplate } from './pod-template-record';
import { judge, type Rollout } from './rollout';

/**
 * What runs in a cell: each rollout of the service in all namespaces of owners. Rollouts of other services count too, if their
 * release named a migration that it needs.
 *
 * Namespaces are asked of the cluster and not of the config: an owner that is no longer in the config may still run.
 */
export async function observe(
  kubernetes: Kubernetes,
  { cell, service }: { readonly cell: string; readonly service: string },
): Promise<readonly ReleaseObservation[]> {
  const namespaces = await kubernetes.list<KubeObject>('Namespace', undefined, WORKLOAD_LABELS.tier);
  const found: ReleaseObservation[] = [];
  for (const { metadata } of namespaces) {
    const [rollouts, templates] = await Promise.all([
      kubernetes.list<Rollout>('Rollout', metadata.name),
      kubernetes.list<PodTemplate>('PodTemplate', metadata.name),
    ]);
    const byName = new Map(templates.map((template) => [template.metadata.name, template]));
    for (const rollout of rollouts) {
      const { name } = rollout.metadata;
      const seen = observationOf(rollout, byName.get(name));
      const slice = SLICES.find((one) => releaseName(service, one) === name);
      if (slice) found.push({ cell, owner: metadata.name, slice, ...seen });
      else if (seen.schema !== undefined)
        found.push({ cell, owner: `${metadata.name}, ${name}`, slice: 'main', ...seen });
    }
  }
  return found;
}

function observationOf(
  rollout: Rollout,
  template: PodTemplate | undefined,
): Pick<ReleaseObservation, 'release' | 'schema' | 'since'> {
  const annotations = template?.metadata.annotations;
  if (!template || !annotations) return {};
  const isSettled = judge(rollout, generationOf(template)).kind === 'healthy';
  const schema = annotations[RELEASE_ANNOTATIONS.schema];
  return {
    release: annotations[RELEASE_ANNOTATIONS.release],
    schema: schema === '' ? undefined : schema,
    // Until all traffic goes to what the template says, something else may run.
    since: isSettled ? annotations[RELEASE_ANNOTATIONS.schemaSince] : undefined,
  };
}
