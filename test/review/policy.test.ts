import { covers, widenings } from '../../review/policy';
import { change, policy, told } from './fixture';

const read = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' };

describe('a policy is wider', () => {
  it.each([
    [
      'with another action',
      policy(read),
      policy({ ...read, Action: ['s3:GetObject', 's3:PutObject'] }),
      ['allows s3:PutObject on arn:aws:s3:::a/*'],
    ],
    [
      'with another resource',
      policy(read),
      policy({ ...read, Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] }),
      ['allows s3:GetObject on arn:aws:s3:::b/*'],
    ],
    [
      'with a pattern for names',
      policy(read),
      policy({ ...read, Action: 's3:Get*' }),
      ['allows s3:Get* on arn:aws:s3:::a/*'],
    ],
    [
      'without a condition',
      policy({ ...read, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      policy(read),
      [
        'under weaker conditions, allows s3:GetObject on arn:aws:s3:::a/*: before only with Bool aws:SecureTransport true, now always',
      ],
    ],
    [
      'with more values in a condition',
      policy({ ...read, Condition: { StringEquals: { 'aws:RequestedRegion': 'a' } } }),
      policy({ ...read, Condition: { StringEquals: { 'aws:RequestedRegion': ['a', 'b'] } } }),
      [
        'under weaker conditions, allows s3:GetObject on arn:aws:s3:::a/*: before only with StringEquals aws:RequestedRegion a, now with StringEquals aws:RequestedRegion a or b',
      ],
    ],
    [
      'with fewer values in a condition that excludes',
      policy({ ...read, Condition: { StringNotEquals: { k: ['a', 'b'] } } }),
      policy({ ...read, Condition: { StringNotEquals: { k: 'a' } } }),
      [
        'under weaker conditions, allows s3:GetObject on arn:aws:s3:::a/*: before only with StringNotEquals k a or b, now with StringNotEquals k a',
      ],
    ],
    [
      'without what refused',
      policy(read, { ...read, Effect: 'Deny', Action: 's3:*' }),
      policy(read),
      ['no longer refuses s3:* on arn:aws:s3:::a/*'],
    ],
    [
      'with a condition on what refused',
      policy({ ...read, Effect: 'Deny' }),
      policy({ ...read, Effect: 'Deny', Condition: { Bool: { k: 'true' } } }),
      ['no longer refuses s3:GetObject on arn:aws:s3:::a/*, but with Bool k true: before always'],
    ],
    [
      'for another principal',
      policy({ Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }),
      policy({ Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::1:root' } }),
      ['allows sts:AssumeRole to arn:aws:iam::1:root'],
    ],
    [
      'for everybody',
      policy({ ...read, Principal: { AWS: 'arn:aws:iam::1:root' } }),
      policy({ ...read, Principal: '*' }),
      ['allows s3:GetObject on arn:aws:s3:::a/* to *'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(widenings(before, after)).toEqual(expected);
  });
});

describe('a policy is no wider', () => {
  it.each([
    [
      'in another order and letter case',
      policy({ Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' }),
      policy({ Resource: ['*'], Action: ['S3:putobject', 's3:GetObject'] }),
    ],
    [
      'divided into statements',
      policy({ Action: ['a:X', 'a:Y'], Resource: ['1', '2'] }),
      policy({ Action: 'a:X', Resource: ['1', '2'] }, { Action: 'a:Y', Resource: ['2', '1'] }),
    ],
    ['with other names of statements', policy({ ...read, Sid: 'A' }), policy({ ...read, Sid: 'B' })],
    [
      'within a pattern',
      policy({ Action: 's3:*', Resource: 'arn:aws:s3:::*' }),
      policy({ Action: 's3:Get*', Resource: 'arn:aws:s3:::a/*' }),
    ],
    ['with another condition besides', policy(read), policy({ ...read, Condition: { Bool: { k: 'true' } } })],
    [
      'with fewer values in a condition',
      policy({ ...read, Condition: { StringEquals: { k: ['a', 'b'] } } }),
      policy({ ...read, Condition: { StringEquals: { k: 'a' } } }),
    ],
    ['with less', policy(read, { Action: 'a:B', Resource: '*' }), policy(read)],
    ['with more refused', policy(read), policy(read, { ...read, Effect: 'Deny', Action: 's3:*' })],
  ])('%s', (_, before, after) => {
    expect(widenings(before, after)).toEqual([]);
  });
});

describe('what a policy says with “Not”', () => {
  const not = (effect: string, ...actions: readonly string[]) =>
    policy({ Effect: effect, NotAction: actions, Resource: '*' });

  it('is wider the fewer it leaves out, and refuses less the more', () => {
    expect(widenings(not('Allow', 'a:B', 'a:C'), not('Allow', 'a:B'))).toEqual(['allows all but a:B on *']);
    expect(widenings(not('Allow', 'a:B'), not('Allow', 'a:B', 'a:C'))).toEqual([]);
    expect(widenings(not('Deny', 'a:B'), not('Deny', 'a:B', 'a:C'))).toEqual([
      'no longer refuses all but a:B on *',
    ]);
    expect(widenings(not('Deny', 'a:B', 'a:C'), not('Deny', 'a:B'))).toEqual([]);
  });

  it('is compared with what is said without', () => {
    const all = policy({ Action: '*', Resource: '*' });
    expect(widenings(all, not('Allow', 'iam:*'))).toEqual([]);
    expect(widenings(not('Allow', 'iam:*'), all)).toEqual(['allows * on *']);
    const both = policy({ NotAction: 'iam:*', Resource: '*' }, { Action: 'iam:*', Resource: '*' });
    expect(widenings(both, all)).toEqual([]);
    const others = policy(
      { Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', NotAction: 's3:Get*', Resource: '*' },
    );
    expect(widenings(policy({ Action: 's3:Get*', Resource: '*' }), others)).toEqual([]);
  });
});

describe('a policy whose conditions are of other kinds', () => {
  const under = (condition: object) => policy({ ...read, Condition: condition });

  it.each([
    ['a number may be more', { NumericLessThan: { n: '10' } }, { NumericLessThanEquals: { n: '10' } }],
    [
      'a day may be later',
      { DateLessThan: { d: '2026-01-01T00:00:00Z' } },
      { DateLessThan: { d: '2026-01-02T00:00:00Z' } },
    ],
    ['a network is wider', { IpAddress: { ip: '2001:db8::/48' } }, { IpAddress: { ip: '2001:db8::/32' } }],
    [
      'an address is left out no more',
      { NotIpAddress: { ip: ['10.0.0.0/8', '192.0.2.1'] } },
      { NotIpAddress: { ip: '10.0.0.0/8' } },
    ],
    ['case means nothing any more', { StringEquals: { k: 'a' } }, { StringEqualsIgnoreCase: { k: 'A' } }],
    [
      'a star reaches over colons',
      { ArnLike: { a: 'arn:aws:s3:*:1:b' } },
      { StringLike: { a: 'arn:aws:s3:*:1:b' } },
    ],
    [
      'any of several is enough',
      { 'ForAllValues:StringEquals': { k: ['a'] } },
      { 'ForAllValues:StringEquals': { k: ['a', 'b'] } },
    ],
    ['there may be no such key', { Null: { k: 'false' } }, { Null: { k: ['true', 'false'] } }],
    ['an operator that nobody knows', { Foo: { k: 'a' } }, { Foo: { k: ['a', 'b'] } }],
  ])('%s', (_, before, after) => {
    expect(widenings(under(before), under(after))).toHaveLength(1);
    expect(widenings(under(after), under(after))).toEqual([]);
  });

  it('knows the same moment in two forms, and keys and values in another order', () => {
    expect(
      widenings(
        under({ DateLessThan: { d: '2026-01-01T00:00:00Z' } }),
        under({ DateLessThan: { d: '1767225600' } }),
      ),
    ).toEqual([]);
    expect(
      widenings(
        under({ StringEquals: { 'aws:PrincipalTag/A': ['x', 'y'] } }),
        under({ StringEquals: { 'AWS:principaltag/a': ['y', 'x'] } }),
      ),
    ).toEqual([]);
  });
});

it('takes a reference to what only a deployment knows for itself, and nothing else', () => {
  const of = (...resources: readonly string[]) => policy({ Action: 's3:GetObject', Resource: resources });
  const one = '${aws_s3_bucket.a.arn}/*';
  expect(widenings(of('*'), of(one))).toEqual([]);
  expect(widenings(of(one), of('${aws_s3_bucket.a.arn}/x/*'))).toEqual([]);
  expect(widenings(of(one), of('${aws_s3_bucket.b.arn}/*'))).toHaveLength(1);
  expect(widenings(of('${aws_s3_bucket.?.arn}/*'), of(one))).toHaveLength(1);
});

it('stays quick with patterns that others get lost in', () => {
  const stars = (letter: string) =>
    policy({ Action: `a:${`*${letter}`.repeat(40)}`, Resource: '*?'.repeat(40) });
  const begin = process.cpuUsage();
  expect(widenings(stars('x'), stars('y'))).not.toEqual([]);
  // Of the processor's time, for others may use it too.
  expect(process.cpuUsage(begin).user / 1e6).toBeLessThan(3);
});

it.each([
  ['s3:*', 's3:Get*', true],
  ['s3:Get*', 's3:*', false],
  ['a?c', 'abc', true],
  ['a?c', 'a*c', false],
  ['a.c', 'abc', false],
  ['*', 'anything', true],
])('%s covers %s: %p', (pattern, other, expected) => {
  expect(covers(pattern, other)).toBe(expected);
});

describe('in a plan', () => {
  it('is found in whichever attribute holds it', () => {
    const wider = policy({ ...read, Action: 's3:*' });
    expect(told(change('aws_iam_role_policy', { policy: policy(read) }, { policy: wider }))).toEqual([
      'high identity: policy allows s3:* on arn:aws:s3:::a/*',
    ]);
    const trust = (service: string) => policy({ Action: 'sts:AssumeRole', Principal: { Service: service } });
    expect(
      told(change('aws_iam_role', { assume_role_policy: trust('a') }, { assume_role_policy: trust('b') })),
    ).toEqual(['high identity: assume_role_policy allows sts:AssumeRole to Service b']);
  });

  it('may be wider where only an apply tells', () => {
    expect(told(change('aws_kms_key', { policy: policy(read) }, {}, { unknown: { policy: true } }))).toEqual([
      'high identity: policy is known only when it is applied, and may be wider',
    ]);
  });

  it('is looked at when it is taken away', () => {
    expect(told(change('aws_vpc_endpoint', { policy: policy(read) }, { policy: null }))).toEqual([
      'high identity: policy is gone: what it refused, nothing does now',
    ]);
  });

  it('is looked at when it is new, if it gives to what was there or gives everything', () => {
    const grant = { role: 'api', policy: policy(read) };
    expect(told(change('aws_iam_role_policy', null, grant))).toEqual([
      'low identity: is new: it gives what may have been there before something more: allows s3:GetObject on arn:aws:s3:::a/*',
    ]);
    expect(
      told(change('aws_iam_role', null, { name: 'api' }), change('aws_iam_role_policy', null, grant)),
    ).toEqual([]);
    expect(
      told(
        change('aws_iam_role', null, { name: 'api' }),
        change('aws_iam_role_policy', null, {
          role: 'api',
          policy: policy({ Action: 's3:*', Resource: '*' }),
        }),
      ),
    ).toEqual(['high identity: policy allows a whole service on everything']);
    expect(
      told(
        change('aws_iam_role_policy_attachment', null, {
          role: 'api',
          policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        }),
      ),
    ).toEqual(['high identity: gives arn:aws:iam::aws:policy/AdministratorAccess']);
  });

  it('counts roles of Kubernetes', () => {
    const role = (...verbs: readonly string[]) => ({
      rule: [{ api_groups: [''], resources: ['pods'], verbs }],
    });
    expect(told(change('kubernetes_role_v1', role('get', 'list'), role('list', 'get')))).toEqual([]);
    expect(told(change('kubernetes_role_v1', role('get'), role('get', 'delete')))).toEqual([
      'high identity: allows delete pods',
    ]);
  });
});
