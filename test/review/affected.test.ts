import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTree, review } from '../../review';
import { ownedBy, removePlatforms, resources, reviewed, type Stacks, written } from './changes/platform';

afterAll(removePlatforms);

const OWNERS: Readonly<Record<string, object>> = {
  registry: { cell: 'shared', tier: 'shared', tenant: 'shared' },
  'use1a-network': { cell: 'use1a', tier: 'shared', tenant: 'shared' },
  'use1a-data-shard-1': { cell: 'use1a', tier: 'shared', tenant: 'shared' },
  'use1a-tier-starter': { cell: 'use1a', tier: 'starter', tenant: 'shared' },
  'use1a-tenant-acme': { cell: 'use1a', tier: 'enterprise', tenant: 'acme' },
  'use1a-tenant-globex': { cell: 'use1a', tier: 'enterprise', tenant: 'globex' },
  'usw2a-tenant-initech': { cell: 'usw2a', tier: 'enterprise', tenant: 'initech' },
};

/** The platform with a setting of each stack's topic. */
const platform = (setting: (stack: string) => object): Stacks =>
  Object.fromEntries(
    Object.entries(OWNERS).map(([name, tags]) => [
      name,
      {
        config: { ...ownedBy({ ...tags }), ...resources({ 'aws_sqs_queue.It': { name, ...setting(name) } }) },
      },
    ]),
  );

describe('who is affected', () => {
  it('are tenants before tiers before everybody, each with their stacks', async () => {
    const { affected } = await reviewed(
      platform(() => ({})),
      platform(() => ({ delay_seconds: 1 })),
    );
    expect(affected.map(({ text, stacks }) => `${text} (${stacks.join(', ')})`)).toEqual([
      'tenant acme in use1a (use1a-tenant-acme)',
      'tenant globex in use1a (use1a-tenant-globex)',
      'tenant initech in usw2a (usw2a-tenant-initech)',
      'tier starter in use1a (use1a-tier-starter)',
      'pooled tenants on data-shard-1 in use1a (use1a-data-shard-1)',
      'everybody in use1a: acme, globex, and all that are pooled (use1a-network)',
      'the platform (registry)',
    ]);
  });

  it('are those with the worst findings first', async () => {
    const { affected } = await reviewed(
      platform(() => ({})),
      platform((stack) => (stack === 'registry' ? { fifo_queue: true } : { delay_seconds: 1 })),
    );
    expect(affected[0]).toMatchObject({ text: 'the platform', risk: 'high', who: {} });
    expect(affected[1]).toMatchObject({
      risk: 'none',
      who: { cell: 'use1a', tier: 'enterprise', tenant: 'acme' },
    });
  });

  it('are told by name up to a few', async () => {
    const tenants = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`use1a-tenant-t${String(index)}`, { config: {} }]),
    );
    const network = (name: string): Stacks => ({
      ...tenants,
      'use1a-network': {
        config: { ...ownedBy({ cell: 'use1a' }), ...resources({ 'aws_sqs_queue.It': { name } }) },
      },
    });
    const { affected } = await reviewed(network('a'), network('b'));
    expect(affected[0]?.text).toBe(
      'everybody in use1a: t0, t1, t2, t3, t4 and 4 more, and all that are pooled',
    );
    expect(affected[0]?.dedicated).toHaveLength(9);
  });
});

describe('a review', () => {
  it('has stacks in the order in which they are deployed', async () => {
    const stacks = (name: string): Stacks => ({
      z: { config: resources({ 'aws_sqs_queue.It': { name } }), dependencies: ['b'] },
      b: { config: resources({ 'aws_sqs_queue.It': { name } }) },
    });
    const { stacks: found } = await reviewed(stacks('a'), stacks('b'));
    expect(found.map(({ stack }) => stack)).toEqual(['b', 'z']);
  });

  it('is the same whoever helps', async () => {
    const [base, head] = [platform(() => ({})), platform(() => ({ delay_seconds: 1 }))].map((stacks) =>
      readTree(written(stacks)),
    );
    if (!base || !head) throw new Error('two platforms');
    expect(await review(base, head)).toEqual(await review(base, head, { progress: () => undefined }));
  });

  it('names every stack that cannot be read', async () => {
    const folder = written({ a: { config: {} }, b: { config: {} }, c: { config: {} } });
    for (const name of ['a', 'b']) writeFileSync(join(folder, 'stacks', name, 'cdk.tf.json'), '{');
    const base = readTree(written({ a: { config: {} }, b: { config: {} } }));
    await expect(review(base, readTree(folder))).rejects.toThrow(
      /a\/cdk\.tf\.json is no JSON .*\n.*b\/cdk\.tf\.json is no JSON .*: synthesize the platform again/,
    );
  });
});

describe('a folder that is no platform', () => {
  it('is told by what it lacks', () => {
    expect(() => readTree('/nonexistent')).toThrow(
      '/nonexistent is no synthesized platform (it has no manifest.json): npm run synth, or name a folder such as cdktf.out/prod',
    );
    const folder = written({});
    writeFileSync(join(folder, 'manifest.json'), '[]');
    expect(() => readTree(folder)).toThrow(/manifest\.json is no manifest of stacks/);
  });
});
