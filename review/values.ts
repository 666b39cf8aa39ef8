import type { Values } from './plan';

/**
 * Blocks of a resource, however they are written. A plan has a list for every kind of block; a configuration in JSON has an
 * object for a block that may be there once, a list for others ("Nested Block Mapping", JSON Configuration Syntax, Terraform).
 * Whoever reads a block reads it by this, and so reads both.
 */
export function blocks(value: unknown): readonly Values[] {
  const all: readonly unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  return all.filter(isValues);
}

/** The only block of its kind; nothing in it if there is none. */
export const block = (value: unknown): Values => blocks(value)[0] ?? {};

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
