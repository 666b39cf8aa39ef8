import { createHash } from 'node:crypto';
import {
  PLACEHOLDERS,
  RELEASE_ANNOTATIONS,
  releaseName,
  type Slice,
  templateName,
} from '../../constructs/core/releases';
import { TENANT_SCHEMA, versionSchema } from '../../constructs/core/schema-jobs';
import { Failure } from './output';

interface Container {
  readonly name: string;
  readonly image: string;
}

/** What pods are, as far as this program looks. */
export interface PodSpecTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly Container[];
  };
}

/** A release, as pods are told of it. */
export interface Release {
  readonly service: string;
  readonly slice: Slice;
  readonly release: string;
  /** By its digest. */
  readonly image: string;
  /** Last migration that it needs; empty if none. */
  readonly schema: string;
}

/**
 * Pods of a release: the template of the infrastructure with its placeholders filled in.
 *
 * @param text content of config map `release-<service>`, key `template`
 * @throws Failure when it is no template, or no image of it is the release's
 */
export function fillTemplate(
  text: string,
  { service, slice, release, image, schema }: Release,
): PodSpecTemplate {
  const broken = (why: string): Failure =>
    new Failure(
      `config map ${templateName(service)} ${why}`,
      "deploy the owner's stack again, which makes it; no release changes it.",
    );
  // In JSON, a name with quotes could be more than a value; settings admit none.
  const filled = text
    .replaceAll(PLACEHOLDERS.image, image)
    .replaceAll(PLACEHOLDERS.name, releaseName(service, slice))
    .replaceAll(PLACEHOLDERS.release, release)
    .replaceAll(PLACEHOLDERS.schema, schema)
    // A service without migrations has no version of its own.
    .replaceAll(PLACEHOLDERS.views, schema === '' ? TENANT_SCHEMA : versionSchema(schema));
  const template = parsed(filled);
  if (template === undefined) throw broken('must hold JSON in key template');
  const { containers } = template.spec ?? {};
  if (!Array.isArray(containers)) throw broken('must hold a pod template with containers');
  if (!(containers as readonly Container[]).some((container) => container.image === image))
    throw broken(`must have a container whose image is ${PLACEHOLDERS.image}`);
  return withAnnotations(template as PodSpecTemplate, {
    [RELEASE_ANNOTATIONS.release]: release,
    [RELEASE_ANNOTATIONS.schema]: schema,
  });
}

/** What may be a template, or nothing. */
function parsed(text: string): { readonly spec?: { readonly containers?: unknown } } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A template whose pods, and replica set, are others than those of an earlier attempt. */
export const ofAttempt = (template: PodSpecTemplate, attempt: number): PodSpecTemplate =>
  attempt === 0 ? template : withAnnotations(template, { [RELEASE_ANNOTATIONS.attempt]: String(attempt) });

const withAnnotations = (
  template: PodSpecTemplate,
  more: Readonly<Record<string, string>>,
): PodSpecTemplate => ({
  ...template,
  metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, ...more } },
});

/** What tells two templates apart. */
export const hashOf = (template: PodSpecTemplate): string =>
  createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16);
