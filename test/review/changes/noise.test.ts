import * as fc from 'fast-check';
import { readTree, review } from '../../../review';
import { cutBytes } from '../../../review/changes/cut';
import { StackFile } from '../../../review/changes/stack-file';
import { changes, type Config, removePlatforms, resources, reviewed, written } from './platform';

afterEach(removePlatforms);

/** Names of lists that are sets, and of others. */
const SETS = ['security_group_ids', 'subnet_ids', 'ingress', 'policy_types'];
const LISTS = ['command', 'stage', 'container'];

const text = fc.constantFrom('a', 'b', '10.0.0.0/8', 'ümlaut', '${aws_x.Y.arn}', '{"b":[1],"a":{}}', '');
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const { block } = fc.letrec<{ block: Config; value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 2 }, scalar, tie('block'), fc.array(scalar, { maxLength: 3 })),
  block: fc.dictionary(
    fc.constantFrom('name', 'tags', 'spec', 'port', ...SETS, ...LISTS),
    fc.oneof(tie('value'), fc.array(tie('block'), { maxLength: 3 })),
    { maxKeys: 4 },
  ),
}));
const address = fc.constantFrom(
  'aws_x.A',
  'aws_x.B',
  'aws_lb.C',
  'kubernetes_network_policy_v1.D',
  'aws_iam_role.E-1',
);
const config = fc.dictionary(address, block, { maxKeys: 5 }).map(resources);
const platform = fc.dictionary(fc.constantFrom('a', 'b', 'c-data-shard-1'), config, { maxKeys: 3 });

/** A value whose names and sets are in another order. */
function shuffled(value: unknown, order: fc.Stream<number>, name = ''): unknown {
  const random = (): number => Number(order.next().value);
  const mixed = <T>(items: readonly T[]): readonly T[] =>
    items
      .map((item) => [random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  if (Array.isArray(value)) {
    const items = value.map((item) => shuffled(item, order));
    return SETS.includes(name) ? mixed(items) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    mixed(Object.entries(value)).map(([key, part]) => [key, shuffled(part, order, key)]),
  );
}

const stacksOf = (configs: Readonly<Record<string, Config>>) =>
  Object.fromEntries(Object.entries(configs).map(([name, of]) => [name, { config: of }]));

describe('any platform', () => {
  it('is nothing beside itself, however it is printed', async () => {
    await fc.assert(
      fc.asyncProperty(platform, async (configs) => {
        const stacks = stacksOf(configs);
        const found = await review(
          readTree(written(stacks)),
          readTree(written(stacks, (value) => JSON.stringify(value))),
        );
        expect(found).toMatchObject({
          risk: 'none',
          stacks: [],
          affected: [],
          unchanged: Object.keys(stacks).length,
        });
      }),
      { numRuns: 20 },
    );
  });

  it('is nothing beside itself with its names and sets in another order', async () => {
    await fc.assert(
      fc.asyncProperty(platform, fc.infiniteStream(fc.double({ noNaN: true })), async (configs, order) => {
        const found = await reviewed(
          stacksOf(configs),
          stacksOf(shuffled(configs, order) as Readonly<Record<string, Config>>),
        );
        expect(found).toMatchObject({ risk: 'none', stacks: [] });
      }),
      { numRuns: 20 },
    );
  });

  it('is another one if one setting is', async () => {
    await fc.assert(
      fc.asyncProperty(config, block, async (of, values) => {
        const before = { resource: { ...(of['resource'] as Config), aws_sns_topic: { It: values } } };
        const after = {
          resource: {
            ...(of['resource'] as Config),
            aws_sns_topic: { It: { ...values, display_name: 'other' } },
          },
        };
        expect((await changes(before, after)).map(({ fate, address: at }) => `${fate} ${at}`)).toEqual([
          'change aws_sns_topic.It',
        ]);
      }),
      { numRuns: 10 },
    );
  });
});

describe('what is no noise', () => {
  const pod = (command: readonly string[]) =>
    resources({
      'kubernetes_job_v1.It': { spec: { template: { spec: { container: [{ name: 'c', command }] } } } },
    });

  it('is the order of a command', async () => {
    expect((await changes(pod(['a', 'b']), pod(['b', 'a'])))[0]?.attributes).toEqual([
      { path: 'spec.template.spec.container[c].command (order)', before: 'a, b', after: 'b, a' },
    ]);
  });

  it('is the digest of an image', async () => {
    const image = (digit: string) => resources({ 'aws_x.It': { image: `api@sha256:${digit.repeat(64)}` } });
    expect(await changes(image('a'), image('b'))).toHaveLength(1);
  });
});

describe('noise', () => {
  it('is counted', async () => {
    const group = (...ids: readonly string[]) =>
      resources({ 'aws_lb.It': { '//': { at: ids[0] }, security_groups: ids } });
    const { noise, unchanged } = await reviewed(
      { a: { config: group('x', 'y') } },
      { a: { config: group('y', 'x') } },
    );
    expect({ noise, unchanged }).toEqual({ noise: 1, unchanged: 1 });
  });
});

describe('a file that is cut', () => {
  const parts = (printed: string) => {
    const file = StackFile.of(Buffer.from(printed), 'cdk.tf.json');
    const elements = [...file.addresses()].sort().map((at) => [at, file.element(at)]);
    return [elements, [...file.sections()].sort().map((name) => [name, file.section(name)])];
  };
  const whole = fc.record({
    '//': fc.record({ stackName: text }),
    resource: fc.dictionary(
      fc.constantFrom('aws_x', 'aws_y'),
      fc.dictionary(fc.constantFrom('A', 'B-1'), block, { maxKeys: 2 }),
    ),
    data: fc.dictionary(
      fc.constantFrom('aws_x'),
      fc.dictionary(fc.constantFrom('A', 'B-1'), block, { maxKeys: 2 }),
    ),
    moved: fc.array(fc.record({ from: text }), { maxLength: 2 }),
    terraform: block,
  });

  it('has the parts that it has when it is parsed', () => {
    fc.assert(
      fc.property(whole, (value) => {
        const printed = JSON.stringify(value, undefined, 2);
        expect(cutBytes(Buffer.from(printed))).toBeDefined();
        expect(parts(printed)).toEqual(parts(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
  });

  it('may have empty lists and objects over two lines, as the framework prints them', () => {
    const printed =
      '{\n  "//": {\n    "outputs": {\n    }\n  },\n  "resource": {\n    "aws_x": {\n      "A": {\n        "l": [\n        ]\n      }\n    },\n    "aws_y": {\n    }\n  },\n  "terraform": {\n  }\n}';
    expect(cutBytes(Buffer.from(printed))?.elements.size).toBe(1);
    expect(parts(printed)).toEqual(parts(JSON.stringify(JSON.parse(printed))));
  });
});
