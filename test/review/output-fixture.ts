import type { Affected, Review, ReviewFinding, StackReview } from '../../review/report';

const NOTHING = { create: 0, change: 0, replace: 0, destroy: 0, move: 0, forget: 0 };

const finding = (stack: string, level: 'low' | 'high', more: Partial<ReviewFinding> = {}): ReviewFinding => ({
  ...{ stack, level, kind: 'data', address: 'aws_rds_cluster.Database' },
  what: 'is replaced, and with it its data',
  ...more,
});

/** A stack of a dedicated tenant whose database is replaced. */
export function tenantStack(tenant: string, more: Partial<StackReview> = {}): StackReview {
  const stack = `dev1a-tenant-${tenant}`;
  return {
    stack,
    owner: { cell: 'dev1a', tier: 'enterprise', tenant },
    fate: 'changed',
    risk: 'high',
    findings: [finding(stack, 'high', { advice: "if it is the same one: moveTo('Database')" })],
    counts: { ...NOTHING, change: 1, replace: 1 },
    changes: [
      {
        address: 'aws_rds_cluster.Database',
        type: 'aws_rds_cluster',
        fate: 'replace',
        attributes: [{ path: 'cluster_identifier', before: 'old', after: 'new' }],
      },
      {
        address: 'aws_kms_key.Key',
        type: 'aws_kms_key',
        fate: 'change',
        attributes: [{ path: 'deletion_window_in_days', after: '30' }],
      },
    ],
    ...more,
  };
}

const NETWORK: StackReview = {
  ...{ stack: 'dev1a-network', owner: { cell: 'dev1a' }, fate: 'changed', risk: 'none', findings: [] },
  counts: { ...NOTHING, create: 1 },
  changes: [{ address: 'aws_subnet.New', type: 'aws_subnet', fate: 'create', attributes: [] }],
};

/** A review of some stacks, in which each has an owner of its own. */
export function reviewOf(stacks: readonly StackReview[], more: Partial<Review> = {}): Review {
  const affected = stacks.map(({ stack, owner, risk, findings }): Affected => ({
    text: owner.tenant === undefined ? `everybody in ${owner.cell ?? ''}` : `tenant ${owner.tenant} in dev1a`,
    ...{ who: owner, risk, dedicated: [], stacks: [stack], findings },
  }));
  return {
    base: { label: 'main', commit: '1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b', environment: 'dev' },
    head: { label: 'the working tree', environment: 'dev' },
    risk: stacks.some(({ risk }) => risk === 'high') ? 'high' : 'none',
    ...{ affected, stacks, promises: [], unchanged: 14, noise: 5 },
    ...more,
  };
}

/** What a usual change looks like. */
export const USUAL: Review = reviewOf([tenantStack('acme'), tenantStack('globex'), NETWORK], {
  promises: [
    {
      ...{ level: 'low', guarantee: 'quota', subject: 'dev1a: NLBs per region' },
      text: '12 of 50 before, 14 of 50 now',
    },
  ],
});

/** Words of others that would do something in a terminal, in Markdown or in a browser. */
export const HOSTILE: readonly string[] = [
  '<script>window.hacked = 1</script>',
  '"><img src=x onerror="window.hacked = 1">',
  "'; window.hacked = 1; //",
  '</code></pre></details></style></script><h1>Approved</h1>',
  '`` ` ``` @octocat #1 octocat/hello#2 https://evil.example/?a=b www.evil.example',
  '| a | b |\n# Approved\n<!-- bulkhead review -->',
  '![x](https://evil.example/x.png) [click](javascript:alert(1))',
  '\u001b]8;;https://evil.example\u0007\u001b[2J\u001b[31mred\u202egnihton',
  '${{ secrets.GITHUB_TOKEN }} {{ .Values }}',
  '&lt;b&gt; &amp; \u0000 \ud800',
];

/** A review in which everything that comes from config or Terraform is hostile. */
export function hostile(): Review {
  const stacks = HOSTILE.map((text) => {
    const stack = tenantStack(text);
    return {
      ...stack,
      findings: [finding(stack.stack, 'high', { address: text, what: text, advice: text })],
      changes: [
        {
          ...{ address: text, type: 'aws_kms_key', fate: 'move' as const, from: text },
          attributes: [{ path: text, before: text, after: `${text}!` }],
        },
      ],
    };
  });
  const review = reviewOf(stacks, {
    promises: HOSTILE.map((text) => ({ level: 'high', guarantee: text, subject: text, text })),
  });
  const [first = ''] = HOSTILE;
  return {
    ...review,
    base: { label: first, environment: first },
    head: { label: HOSTILE.join(' '), environment: first },
  };
}
