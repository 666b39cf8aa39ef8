import * as z from 'zod/mini';

/** Words that would collide with a namespace, a tier or a stack where a tenant id stands. */
const RESERVED_TENANT_IDS: readonly string[] = [
  ...['starter', 'professional', 'enterprise', 'tenant', 'tenants'],
  ...[
    'bootstrap',
    'registry',
    'network',
    'cluster',
    'addons',
    'cache',
    'identity',
    'gateway',
    'observability',
  ],
  ...['resilience', 'delivery', 'default', 'platform', 'shared', 'system'],
  // Names in a cell's zone that are not a tenant's.
  ...['api', 'app', 'auth', 'www'],
];

const isWellFormed = (id: string): boolean =>
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) && id.length >= 2 && id.length <= 31;

/** Beginnings of ids that are the platform's own: `smoke-` is that of the synthetic tenants, who try out releases. */
const RESERVED_PREFIXES = ['kube-', 'smoke-'] as const;

const isFree = (id: string): boolean =>
  !RESERVED_TENANT_IDS.includes(id) && !RESERVED_PREFIXES.some((prefix) => id.startsWith(prefix));

export const tenantId = z.string().check(
  z.refine(
    isWellFormed,
    'must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter',
  ),
  z.refine(isFree, `must not be a reserved word (${RESERVED_TENANT_IDS.join(', ')}, kube-*, smoke-*)`),
  z.meta({
    pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
    minLength: 2,
    maxLength: 31,
    description:
      "Tenant id; must equal the file's name. Part of physical names: cannot be changed once deployed.",
  }),
);

/** Whether a text can be a tenant's id, and so the name of its file. The name of every file is asked for every synth. */
export const isTenantId = (text: string): boolean => isWellFormed(text) && isFree(text);
