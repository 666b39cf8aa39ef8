import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promiseChanges } from '../../review/promises';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-promises-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

function side(label: string, content: unknown): { readonly folder: string; readonly label: string } {
  const folder = mkdtempSync(join(scratch, 'side-'));
  if (content !== undefined) writeFileSync(join(folder, 'guarantees.json'), JSON.stringify(content));
  return { folder, label };
}

const said = (more: object = {}) => ({
  format: 1,
  complete: true,
  verdicts: [],
  isolation: [],
  promises: {},
  ...more,
});
const quota = (used: number, outcome = 'kept', subject = 'use1a: user pool') => ({
  guarantee: 'quota',
  subject,
  outcome,
  measures: [{ used, limit: 50, unit: 'app clients' }],
});

const told = (before: unknown, after: unknown): readonly string[] =>
  promiseChanges(side('base', before), side('head', after)).map(
    ({ level, guarantee, subject, text }) => `${level} ${guarantee}, ${subject}: ${text}`,
  );

it('tells how much of a quota is used, with its share, and worries from 80 % on', () => {
  const of = (used: number) => said({ verdicts: [quota(used)] });
  expect(told(of(12), of(14))).toEqual([
    'none quota, use1a: user pool: app clients: 12 of 50 before, 14 of 50 now (28 %)',
  ]);
  expect(told(of(39), of(40))).toEqual([
    'low quota, use1a: user pool: app clients: 39 of 50 before, 40 of 50 now (80 %)',
  ]);
  expect(told(of(50), of(45))).toEqual([
    'none quota, use1a: user pool: app clients: 50 of 50 before, 45 of 50 now (90 %)',
  ]);
  expect(told(of(50), of(51))[0]).toMatch(/^high quota/);
  expect(told(of(12), of(12))).toEqual([]);
});

it('tells what is broken, mended, or no longer looked at', () => {
  const of = (outcome: string) => said({ verdicts: [quota(1, outcome)] });
  expect(told(of('kept'), of('broken'))).toEqual(['high quota, use1a: user pool: is broken']);
  expect(told(of('broken'), of('kept'))).toEqual(['none quota, use1a: user pool: is kept again']);
  expect(told(of('kept'), of('not-applicable'))).toEqual([
    'low quota, use1a: user pool: was kept, and is not applicable',
  ]);
  expect(told(of('kept'), said())).toEqual([
    'none quota, use1a: user pool: is no longer part of the platform',
  ]);
});

it('tells what keeps an owner apart no more', () => {
  const of = (...controls: readonly string[]) =>
    said({ isolation: [{ controls, owners: ['use1a-tenant-acme'] }] });
  expect(told(of('database', 'network policy'), of('database'))).toEqual([
    'high isolation, use1a-tenant-acme: network policy: kept it apart from others, and does no more',
  ]);
  expect(told(of('database'), said())).toEqual([]);
});

it('tells of promises that are smaller, whichever way they are counted', () => {
  const of = (availabilityPercent: number, rpoMinutes: number, shedAtLoad: number | 'never') =>
    said({ promises: { starter: { availabilityPercent, rpoMinutes, shedAtLoad } } });
  expect(told(of(99.9, 15, 'never'), of(99.5, 60, 0.9))).toEqual([
    'high promise, tier starter: availabilityPercent: 99.9 before, 99.5 now',
    'high promise, tier starter: rpoMinutes: 15 before, 60 now',
    'high promise, tier starter: shedAtLoad: never before, 0.9 now',
  ]);
  expect(told(of(99.5, 60, 0.9), of(99.9, 15, 'never')).every((text) => text.startsWith('none'))).toBe(true);
});

it.each([
  ['is not there', undefined, 'head has no guarantees.json'],
  ['is of some stacks only', { format: 1, complete: false }, 'head is a synth of some stacks only'],
  ['cannot be read', { format: 2 }, 'head has a guarantees.json that cannot be read'],
])('says so and goes on when a file %s', (_, content, expected) => {
  expect(told(said(), content)).toEqual([
    expect.stringContaining(`none all, promises: are not compared: ${expected}`),
  ]);
});
