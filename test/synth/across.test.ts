import type { StackManifest } from 'cdktf';
import { manifestsOf, problemsAcross } from '../../synth/across';
import type { StackRecord } from '../../synth/stack';

interface Sketch {
  readonly published?: readonly string[];
  readonly read?: readonly string[];
  readonly names?: readonly (readonly [string, string])[];
}

const records = (stacks: Readonly<Record<string, Sketch>>): readonly StackRecord[] =>
  Object.entries(stacks).map(([name, { published = [], read = [], names = [] }]) => ({
    name,
    problems: [],
    exchanged: {
      published,
      read: read.map((contract) => ({ name: contract, expected: `${contract}-stack` })),
    },
    names,
    written: {
      manifest: { name, dependencies: [] as string[] } as unknown as StackManifest,
      facts: {} as never,
    },
  }));

test('stacks that publish before others read are right', () => {
  const stacks = records({ network: { published: ['vpc'] }, cluster: { read: ['vpc'] } });
  expect(problemsAcross(stacks, true)).toEqual([]);
});

test('a contract that no stack publishes is named with its reader and the stack that should', () => {
  const stacks = records({ network: {}, cluster: { read: ['vpc'] } });
  expect(problemsAcross(stacks, true)).toEqual([
    '[cluster] reads contract vpc, which no stack publishes; expected one named vpc-stack',
  ]);
  expect(problemsAcross(stacks, false)).toEqual([]);
});

test('a stack that is planned before one it reads from is named: the two could never be deployed in order', () => {
  const stacks = records({
    cluster: { read: ['vpc'], published: ['eks'] },
    network: { published: ['vpc'], read: ['eks'] },
  });
  expect(problemsAcross(stacks, true)).toEqual([
    '[cluster] reads contract vpc of network, which is not planned before it',
  ]);
});

test('a contract that two stacks publish is named with both', () => {
  const stacks = records({ network: { published: ['vpc'] }, other: { published: ['vpc'] } });
  expect(problemsAcross(stacks, false)).toEqual([
    '[other] invalid contract:\n  - vpc is already published by network',
  ]);
});

test('a physical name that two stacks give is named with both, however few stacks are built', () => {
  const stacks = records({
    a: {
      names: [
        ['iamRole:222222222222:api', 'a/Role'],
        ['logGroup:1/us:x:y', 'a/Logs'],
      ],
    },
    b: {
      names: [
        ['iamRole:333333333333:api', 'b/Role'],
        ['logGroup:1/us:x:y', 'b/Logs'],
      ],
    },
  });
  expect(problemsAcross(stacks, false)).toEqual([
    "[b/Logs] invalid name:\n  - logGroup name 'x:y' is already taken by a/Logs; give one of the two another name",
  ]);
});

test('a stack depends on the stacks it reads from, in the order of its reading and each once', () => {
  const stacks = records({
    network: { published: ['vpc', 'zone'] },
    cluster: { published: ['eks'], read: ['vpc'] },
    addons: { read: ['eks', 'vpc', 'zone', 'elsewhere'] },
  });
  expect(manifestsOf(stacks).map(({ name, dependencies }) => [name, dependencies])).toEqual([
    ['network', []],
    ['cluster', ['network']],
    ['addons', ['cluster', 'network']],
  ]);
});
