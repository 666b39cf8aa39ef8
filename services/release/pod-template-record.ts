import { RELEASE_ANNOTATIONS } from '../../constructs/core/releases';
import { type Attempt, readAttempts, writeAttempts } from './attempts';
import type { KubeObject } from './kubernetes';
import type { PodSpecTemplate } from './pod-template';
import { judge, type Rollout } from './rollout';
import { readStable, STABLE_ANNOTATION, type StableVersion } from './stable-version';

/** The pod template that a rollout follows. Its annotations say what became of the last releases. */
export interface PodTemplate extends KubeObject {
  readonly template: PodSpecTemplate;
}

/** A release with its pods. */
export interface Version {
  readonly release: string;
  /** Migration that it needs; empty if none. */
  readonly schema: string;
  readonly template: PodSpecTemplate;
}

/** What a pod template is to say. */
export interface Change {
  readonly version: Version;
  /** The last one is of the version. */
  readonly attempts: readonly Attempt[];
  /** Since when it is proven, in ISO 8601. */
  readonly provenAt?: string | undefined;
  /** What the rollout can go back to. @default - what was kept */
  readonly stable?: StableVersion | undefined;
}

/** Generation of a pod template, which counts changes of its template alone: `podTemplateStrategy`, Kubernetes. */
export const generationOf = ({ metadata }: PodTemplate): number => metadata.generation ?? 0;

const annotationOf = (found: PodTemplate | undefined, annotation: string): string | undefined =>
  found?.metadata.annotations?.[annotation];

export const attemptsOf = (found: PodTemplate | undefined): readonly Attempt[] =>
  readAttempts(annotationOf(found, RELEASE_ANNOTATIONS.attempts));

export const releaseOf = (found: PodTemplate | undefined): string =>
  annotationOf(found, RELEASE_ANNOTATIONS.release) ?? 'nothing';

/** Whether it is written down since when its release has all traffic. */
export const isReleased = (found: PodTemplate | undefined): boolean =>
  annotationOf(found, RELEASE_ANNOTATIONS.releasedAt) !== undefined;

/** What was kept for going back. */
export const stableOf = (found: PodTemplate): StableVersion | undefined =>
  readStable(annotationOf(found, STABLE_ANNOTATION));

/** What to go back to from what replaces this one: this one, if the rollout is content with it. */
export function stableFrom(found: PodTemplate | undefined, rollout: Rollout): StableVersion | undefined {
  const attempt = attemptsOf(found).at(-1);
  const hash = rollout.status?.currentPodHash;
  if (!found || !attempt || hash === undefined) return undefined;
  if (judge(rollout, generationOf(found)).kind !== 'healthy') return undefined;
  const schema = annotationOf(found, RELEASE_ANNOTATIONS.schema) ?? '';
  return { hash, attempt, schema, template: found.template };
}

/** The pod template that says so, to be written over what was found only. */
export function podTemplateOf(
  name: string,
  found: PodTemplate | undefined,
  { version, attempts, provenAt, stable }: Change,
): PodTemplate {
  const { release, schema, template } = version;
  const annotation = (key: string, value: string | undefined): Readonly<Record<string, string>> =>
    value === undefined ? {} : { [key]: value };
  const kept = (key: string, isSame: boolean): Readonly<Record<string, string>> =>
    annotation(key, (isSame ? annotationOf(found, key) : undefined) ?? provenAt);
  const { release: releaseKey, schema: schemaKey, releasedAt, schemaSince } = RELEASE_ANNOTATIONS;
  return {
    metadata: {
      name,
      ...(found?.metadata.resourceVersion !== undefined && {
        resourceVersion: found.metadata.resourceVersion,
      }),
      annotations: {
        [releaseKey]: release,
        [schemaKey]: schema,
        ...kept(releasedAt, annotationOf(found, releaseKey) === release),
        ...kept(schemaSince, annotationOf(found, schemaKey) === schema),
        [RELEASE_ANNOTATIONS.attempts]: writeAttempts(attempts),
        ...annotation(
          STABLE_ANNOTATION,
          stable ? JSON.stringify(stable) : annotationOf(found, STABLE_ANNOTATION),
        ),
      },
    },
    template,
  };
}
