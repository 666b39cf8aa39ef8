import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isValues } from '../values';

/** What a synth said of the platform's promises, as far as it is compared. Plain data of any platform. */
export interface Promises {
  readonly verdicts: readonly PromiseVerdict[];
  /** Controls that keep owners apart, and the owners that have exactly these. */
  readonly isolation: readonly { readonly controls: readonly string[]; readonly owners: readonly string[] }[];
  readonly promises: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
}

export interface PromiseVerdict {
  readonly guarantee: string;
  readonly subject: string;
  readonly outcome: string;
  readonly measures?: readonly PromiseMeasure[];
}

export interface PromiseMeasure {
  readonly used: number;
  readonly limit: number;
  readonly unit: string;
}

/** What a folder says, or why it says nothing. */
export type Said = { readonly promises: Promises; readonly text: string } | { readonly silent: string };

const FILE = 'guarantees.json';

export function promisesIn(folder: string): Said {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch {
    return { silent: `has no ${FILE}: it was synthesized before synths wrote one` };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isValues(value) && value['complete'] === false) {
      return { silent: 'is a synth of some stacks only, which says nothing of the whole platform' };
    }
    if (isPromises(value)) return { promises: value, text };
  } catch {
    // Told below.
  }
  return { silent: `has a ${FILE} that cannot be read: synthesize it again` };
}

const isPromises = (value: unknown): value is Promises =>
  isValues(value) &&
  value['format'] === 1 &&
  Array.isArray(value['verdicts']) &&
  Array.isArray(value['isolation']) &&
  isValues(value['promises']);
