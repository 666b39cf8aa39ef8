import * as fc from 'fast-check';
import { covers, widenings } from '../../review/policy';
import { change, policy, told } from './fixture';

const read = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' };

describe('a policy is wider', () => {
  it.each([
    [
      'with another action',
      policy(read),
      policy({ ...read, Action: ['s3:GetObject', 's3:PutObject'] }),
      ['allows s3:putobject on arn:aws:s3:::a/*'],
    ],
    [
      'with another resource',
      policy(read),
      policy({ ...read, Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] }),
      ['allows s3:getobject on arn:aws:s3:::b/*'],
    ],
    [
      'with a pattern for names',
      policy(read),
      policy({ ...read, Action: 's3:Get*' }),
      ['allows s3:get* on arn:aws:s3:::a/*'],
    ],
    [
      'without a condition',
      policy({ ...read, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      policy(read),
      ['under weaker conditions, allows s3:getobject on arn:aws:s3:::a/*'],
    ],
    [
      'with more values in a condition',
      policy({ ...read, Condition: { StringEquals: { 'aws:RequestedRegion': 'a' } } }),
      policy({ ...read, Condition: { StringEquals: { 'aws:RequestedRegion': ['a', 'b'] } } }),
      ['under weaker conditions, allows s3:getobject on arn:aws:s3:::a/*'],
    ],
    [
      'with fewer values in a condition that excludes',
      policy({ ...read, Condition: { StringNotEquals: { k: ['a', 'b'] } } }),
      policy({ ...read, Condition: { StringNotEquals: { k: 'a' } } }),
      ['under weaker conditions, allows s3:getobject on arn:aws:s3:::a/*'],
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
      ['no longer refuses s3:getobject on arn:aws:s3:::a/*'],
    ],
    [
      'for another principal',
      policy({ Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }),
      policy({ Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::1:root' } }),
      ['allows sts:assumerole to arn:aws:iam::1:root'],
    ],
    [
      'for everybody',
      policy({ ...read, Principal: { AWS: 'arn:aws:iam::1:root' } }),
      policy({ ...read, Principal: '*' }),
      ['allows s3:getobject on arn:aws:s3:::a/* to *'],
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

it('calls what is said with “Not” wider when it changes in any way', () => {
  const not = (action: string) => policy({ Effect: 'Deny', NotAction: action, Resource: '*' });
  expect(widenings(not('a:B'), not('a:B'))).toEqual([]);
  expect(widenings(not('a:B'), not('a:C'))).toHaveLength(2);
});

it('finds every action, resource or principal that is added to any policy, and nothing in a policy beside itself', () => {
  const name = fc.stringMatching(/^[a-z]{1,6}:[A-Za-z]{1,6}\*?$/);
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    Resource: fc.uniqueArray(fc.stringMatching(/^arn:[a-z]{1,4}:[a-z]{1,4}\*?$/), {
      minLength: 1,
      maxLength: 3,
    }),
  });
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), fc.nat(), (statements, at) => {
      const before = policy(...statements);
      expect(widenings(before, policy(...[...statements].reverse()))).toEqual([]);
      const grown = policy(...statements, { Action: 'new:Action', Resource: `arn:new${String(at)}` });
      expect(widenings(before, grown)).toHaveLength(1);
      expect(widenings(grown, before)).toEqual([]);
    }),
    { numRuns: 100 },
  );
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
    ).toEqual(['high identity: assume_role_policy allows sts:assumerole to Service b']);
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
      'low identity: is new: it gives what may have been there before something more',
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
      'high identity: has a new rule: {"api_groups":[""],"resources":["pods"],"verbs":["delete","get"]}',
    ]);
  });
});
