import * as z from 'zod/mini';
import { explainIssues } from '../config/loader/explain';
import { parseSource, type Source } from '../config/loader/parse';
import { formatProblem, type Problem } from '../config/loader/problem';
import { cellId } from '../config/schema/cell';
import { distinct, region } from '../config/schema/common';
import { tenantSchema } from '../config/schema/tenant';
import { tenantId } from '../config/schema/tenant-id';
import { API_SCOPES } from '../constructs/core/tenant-token';
import { LifecycleError } from './mistake';

const placeShape = {
  region: z
    .optional(region)
    .check(z.describe('Region whose cells may be chosen. Default: any; not with cell.')),
};

const scopesShape = {
  scopes: z
    .optional(z.array(z.enum(Object.values(API_SCOPES))).check(distinct))
    .check(z.describe("What the tenant's people and machines may ask of the API. Default: all there is.")),
};

const pooledSchema = z.strictObject({
  id: tenantId,
  tier: z.enum(['starter', 'professional']),
  name: z.optional(tenantSchema.shape.name),
  contact: z.optional(tenantSchema.shape.contact),
  cell: z
    .optional(cellId)
    .check(z.describe('Cell that the tenant is to live in. Default: one that has room, explained.')),
  shard: z
    .optional(z.string().check(z.regex(/^data-shard-[1-9]\d{0,2}$/, 'must be a shard, such as data-shard-1')))
    .check(z.describe('Shard of that cell. Default: the one with most room; only with cell.')),
  rateLimitPerSecond: tenantSchema.shape.rateLimitPerSecond,
  ...placeShape,
  ...scopesShape,
});

/** All that a tenant's file may say but how it leaves. Name and contact may be left out where its file says them already. */
const dedicatedSchema = z.strictObject({
  ...z.omit(tenantSchema, { lifecycle: true }).shape,
  tier: z.literal('enterprise'),
  name: z.optional(tenantSchema.shape.name),
  contact: z.optional(tenantSchema.shape.contact),
  cell: z
    .optional(cellId)
    .check(z.describe('Cell that the tenant is to live in. Default: one that has room, explained.')),
  ...placeShape,
  ...scopesShape,
});

/** For a request that does not say a tier, or none that there is. */
const anySchema = z.looseObject({ id: tenantId, tier: z.enum(['starter', 'professional', 'enterprise']) });

/** What a tenant is asked for with, as it was asked: what is left out is not filled in. */
export type PooledRequest = Readonly<z.input<typeof pooledSchema>>;
export type DedicatedRequest = Readonly<z.input<typeof dedicatedSchema>>;
export type OnboardingRequest = PooledRequest | DedicatedRequest;

export const isPooled = (request: OnboardingRequest): request is PooledRequest =>
  request.tier !== 'enterprise';

/**
 * The request in a text: JSON, or YAML.
 *
 * @param options what options of the command say, by key of the request. They must not contradict the text
 * @throws LifecycleError with everything that is wrong, each with line and column where a file says it
 */
export function readRequest(
  { file, text }: Source,
  options: Readonly<Record<string, unknown>> = {},
): OnboardingRequest {
  const { document, problems } = parseSource({ file, text });
  if (document === undefined) throw refused(file, problems);
  const data: unknown = document.data;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw refused(file, [
      { file, line: 1, column: 1, path: '', message: 'must be an object, such as { "id": "acme" }' },
    ]);
  }
  const said = new Map<string, unknown>(Object.entries(data));
  const contradictions = Object.entries(options)
    .filter(([key, value]) => value !== undefined && said.has(key) && !same(said.get(key), value))
    .map(([key, value]) =>
      document.problem([key], `must be what the command says, ${JSON.stringify(value)}, or be left out`),
    );
  const added = Object.entries(options).filter(([key, value]) => value !== undefined && !said.has(key));
  // Of what the text does not say, no line could be told.
  const whole =
    added.length === 0 ? document : parseSource(asSource({ ...data, ...Object.fromEntries(added) })).document;
  const all = [...problems, ...contradictions, ...(whole ? problemsOf(whole) : [])];
  if (whole === undefined || all.length > 0) throw refused(file, all);
  return whole.data as OnboardingRequest;
}

/** The request in an object, such as what options of the command or an event say. @throws LifecycleError with everything that is wrong */
export function checkRequest(request: Readonly<Record<string, unknown>>): OnboardingRequest {
  const { document, problems } = parseSource(asSource(request));
  const all = document ? problemsOf(document) : problems;
  if (document === undefined || all.length > 0) throw refused(undefined, all);
  return document.data as OnboardingRequest;
}

type Document = NonNullable<ReturnType<typeof parseSource>['document']>;

/** JSON is YAML, so the explanations of config serve here too. */
const asSource = (request: object): Source => ({
  file: '',
  text: JSON.stringify(request, (_, value: unknown) => (value === null ? undefined : value)),
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const isPooledTier = (tier: unknown): boolean => tier === 'starter' || tier === 'professional';

function problemsOf(document: Document): readonly Problem[] {
  const tier = document.at(['tier']);
  if (tier !== 'enterprise' && !isPooledTier(tier)) return explainIssues(document, anySchema);
  const has = (key: string): boolean => document.at([key]) !== undefined;
  return [
    ...explainIssues(document, isPooledTier(tier) ? pooledSchema : dedicatedSchema),
    ...(has('shard') && !has('cell')
      ? [document.problem(['shard'], 'must stand with cell: shards of different cells have the same names')]
      : []),
    ...(has('region') && has('cell')
      ? [document.problem(['region'], 'must not stand with cell, which is in one region')]
      : []),
  ];
}

/** Problems of a text that nobody has written, such as that of options, have no file and no line. */
function refused(file: string | undefined, problems: readonly Problem[]): LifecycleError {
  const told = problems.map((problem) =>
    problem.file === ''
      ? `  - ${[problem.path, problem.message].filter(Boolean).join(' ')}`
      : formatProblem(problem),
  );
  const count = told.length === 1 ? '1 problem' : `${String(told.length)} problems`;
  return new LifecycleError(
    [`the request${file === undefined ? '' : ` in ${file}`} cannot be met: ${count}`, ...told].join('\n'),
  );
}
