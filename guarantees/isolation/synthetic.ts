import type { StackPlace } from './facts';
import { pathOfCell } from './owners';

/**
 * Tenants that the platform itself is, one a tier and cell, by which releases are tried out. They have neither data nor a
 * stack. Config refuses customers' ids that begin like theirs, so their names reach nobody, now or later.
 */
const BEGINNING = 'tenant-smoke-';

/** Whether something has the name of such a tenant, of whichever cell. */
export const isSynthetic = (namespace: string): boolean => namespace.startsWith(BEGINNING);

/** Whether something has the name of such a tenant of one cell: `tenant-smoke-starter-use1a`. */
export const isSyntheticOf = ({ cell }: StackPlace, namespace: string): boolean =>
  cell !== '' && new RegExp(`^${BEGINNING}[a-z]+-${cell}$`).test(namespace);

/** The one secret that such a tenant has: `bulkhead/prod/use1a/tenant-smoke-starter-use1a/machine-credentials`. */
export function isSyntheticSecret(place: StackPlace, name: string): boolean {
  const path = `${pathOfCell(place)}/`;
  const [namespace = '', secret, ...more] = name.startsWith(path) ? name.slice(path.length).split('/') : [];
  return isSyntheticOf(place, namespace) && secret === 'machine-credentials' && more.length === 0;
}

/** Whether a pattern of names reaches such tenants alone: their beginning is spelt out in it. */
export const reachesSyntheticOnly = (pattern: string): boolean =>
  new RegExp(`^[^*?]*/${BEGINNING}`).test(pattern);

/** Such tenants, in words for a finding. */
export const SYNTHETIC_TENANTS = 'the synthetic tenants, who try out releases';
