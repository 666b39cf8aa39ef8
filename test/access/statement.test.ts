import { packStatements, policyJson, type Statement } from '../../constructs/access/statement';

const statement = (sid: string, characters = 0): Statement => ({
  sid,
  actions: ['s3:GetObject'],
  resources: [`arn:aws:s3:::${'b'.repeat(characters)}/*`],
});
const sids = (policies: readonly (readonly Statement[])[]): string[] =>
  policies.map((policy) => policy.map(({ sid }) => sid).join(' '));

describe('packing', () => {
  const [a, b, c] = ['A', 'B', 'C'].map((sid) => statement(sid)) as [Statement, Statement, Statement];
  const two = policyJson([a, b]).length;

  it('fills a policy to the very last character', () => {
    expect(sids(packStatements([a, b, c], two))).toEqual(['A B', 'C']);
  });

  it('begins a new policy one character before that', () => {
    expect(sids(packStatements([a, b, c], two - 1))).toEqual(['A', 'B', 'C']);
  });

  it('keeps the order, and is the same every time', () => {
    const all = [statement('Long', 200), a, statement('Longer', 300), b];
    expect(sids(packStatements(all, 500))).toEqual(sids(packStatements(all, 500)));
    expect(packStatements(all, 500).flat()).toEqual(all);
  });

  it('makes no policy of nothing', () => {
    expect(packStatements([], 100)).toEqual([]);
  });
});

test('conditions with the same operator stand together, as IAM wants them', () => {
  const conditions = [
    { test: 'StringEquals', variable: 'aws:RequestTag/cell', values: ['a'] },
    { test: 'Null', variable: 'aws:TokenIssueTime', values: ['false'] },
    { test: 'StringEquals', variable: 'aws:RequestTag/platform', values: ['b'] },
  ];
  const policy = JSON.parse(policyJson([{ ...statement('S'), conditions }])) as {
    Statement: { Condition: unknown }[];
  };
  expect(policy.Statement[0]?.Condition).toEqual({
    StringEquals: { 'aws:RequestTag/cell': ['a'], 'aws:RequestTag/platform': ['b'] },
    Null: { 'aws:TokenIssueTime': ['false'] },
  });
});
