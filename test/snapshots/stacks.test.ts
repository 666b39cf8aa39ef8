import { synthesizedStacks } from '../support/synthesized';
import { summary } from './summary';

/** One stack of each kind, in the order in which they are deployed. Shards, cells and tenants are alike. */
const KINDS: Readonly<Record<string, string>> = {
  bootstrap: 'bootstrap',
  registry: 'registry',
  delivery: 'delivery',
  onboarding: 'onboarding',
  network: 'use1a-network',
  cluster: 'use1a-cluster',
  'cell-delivery': 'use1a-delivery',
  addons: 'use1a-addons',
  data: 'use1a-data',
  'data-shard': 'use1a-data-shard-1',
  cache: 'use1a-cache',
  identity: 'use1a-identity',
  gateway: 'use1a-gateway',
  'tier-starter': 'use1a-tier-starter',
  'tier-professional': 'use1a-tier-professional',
  'tier-enterprise': 'use1a-tier-enterprise',
  tenant: 'use1a-tenant-acme',
};

/** What another cell's stack, another shard's and another tenant's are called in a list of kinds. */
const kindOf = (name: string): string =>
  name
    .replace(/^us\w+-tenant-.*/, 'use1a-tenant-acme')
    .replace(/-data-shard-\d+$/, '-data-shard-1')
    .replace(/^us\w+?-/, 'use1a-');

// What a reviewer reads of production. A change of it is explained in the commit.
describe('a stack of each kind', () => {
  const stacks = synthesizedStacks('prod');
  const summaries = Object.entries(KINDS).map(([kind, name]) => {
    const found = stacks.find((stack) => stack.name === name);
    return [kind, summary(found?.stack.json ?? {})] as const;
  });

  it.each(summaries)('%s', (_, text) => {
    expect(text).toMatchSnapshot();
  });

  it('is told in so few lines that they are read', () => {
    const lines = summaries.map(([, text]) => text.split('\n').length);
    expect(Math.max(...lines)).toBeLessThanOrEqual(70);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(520);
  });

  it('is there of every kind that production has', () => {
    expect([...new Set(stacks.map(({ name }) => kindOf(name)))].sort()).toEqual(Object.values(KINDS).sort());
  });
});

describe('a summary', () => {
  const key = { deletion_window_in_days: 30, description: 'of no interest' };

  it('counts what is alike, and tells what is not apart', () => {
    const template = {
      resource: {
        aws_kms_key: { one: key, other: key, third: { ...key, lifecycle: { prevent_destroy: true } } },
        aws_kms_alias: { one: {} },
      },
    };
    expect(summary(template)).toBe(
      [
        'aws_kms_key ×2: deletion_window_in_days 30',
        'aws_kms_key: deletion_window_in_days 30, kept from destruction',
        'and aws_kms_alias 1',
      ].join('\n'),
    );
  });

  it('says how many actions of a service are allowed, and when all are', () => {
    const statement = [
      { actions: ['kms:Decrypt', 'kms:Encrypt', 's3:*'] },
      { effect: 'Deny', actions: ['iam:*'] },
    ];
    expect(summary({ data: { aws_iam_policy_document: { it: { statement } } } })).toBe('allows kms 2, s3 *');
  });

  it('goes into blocks, lists and labels', () => {
    const template = {
      resource: {
        helm: {
          it: {
            metadata: [{ labels: { 'a.b/level': 'strict' } }],
            rule: [{ port: 1 }, { port: 2 }],
            name: '${aws_vpc.it.id}-x',
          },
        },
      },
    };
    expect(summary(template, { helm: ['metadata.labels.a.b/level', 'rule.port', 'name', 'nothing'] })).toBe(
      'helm: level strict, rule.port 1 2, name …-x',
    );
  });
});
