import type { StackManifest } from 'cdktf';
import { publishedTwice, unpublished } from '../constructs/core/contract';
import { takenTwice } from '../constructs/core/naming';
import { invalidAt } from '../constructs/core/validation';
import type { StackRecord } from './stack';

/**
 * What is wrong among stacks that are right by themselves: a contract that none or two of them publish, a physical name
 * that two of them give.
 *
 * @param complete whether the records are of all stacks of the platform; otherwise publishers may be missing
 */
export function problemsAcross(records: readonly StackRecord[], complete: boolean): readonly string[] {
  return [...contractProblems(records, complete), ...nameProblems(records)];
}

/** The manifest's entries, in the order of the records, each with the stacks that it depends on. */
export function manifestsOf(records: readonly StackRecord[]): readonly StackManifest[] {
  const publishers = publishersOf(records);
  return records.flatMap(({ written, exchanged }) => {
    const dependencies = exchanged.read.flatMap(({ name }) => publishers.get(name) ?? []);
    return written ? [{ ...written.manifest, dependencies: [...new Set(dependencies)] }] : [];
  });
}

const publishersOf = (records: readonly StackRecord[]): ReadonlyMap<string, string> =>
  new Map(records.flatMap(({ name, exchanged }) => exchanged.published.map((contract) => [contract, name])));

function contractProblems(records: readonly StackRecord[], complete: boolean): readonly string[] {
  const seen = new Map<string, string>();
  const publishers = publishersOf(records);
  return records.flatMap(({ name, exchanged }) => {
    const unfound = exchanged.read.filter((read) => !seen.has(read.name));
    const missing = unfound.filter((read) => complete && !publishers.has(read.name));
    const late = unfound.filter((read) => publishers.has(read.name));
    const twice = exchanged.published.filter((contract) => seen.has(contract));
    const problems = [
      ...missing.map((read) => unpublished(name, read.name, read.expected)),
      // Stacks that read from one another in a circle could never be deployed.
      ...late.map(
        (read) =>
          `[${name}] reads contract ${read.name} of ${publishers.get(read.name) ?? ''}, which is not planned before it`,
      ),
      ...twice.map(
        (contract) =>
          invalidAt(name, 'contract', [publishedTwice(contract, seen.get(contract) ?? '')]).message,
      ),
    ];
    for (const contract of exchanged.published) seen.set(contract, name);
    return problems;
  });
}

function nameProblems(records: readonly StackRecord[]): readonly string[] {
  const taken = new Map<string, string>();
  return records.flatMap(({ names }) =>
    names.flatMap(([key, path]) => {
      const owner = taken.get(key);
      if (owner !== undefined) return [invalidAt(path, 'name', [takenTwice(key, owner)]).message];
      taken.set(key, path);
      return [];
    }),
  );
}
