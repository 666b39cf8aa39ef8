import { Construct, RootConstruct } from 'constructs';
import fc from 'fast-check';
import { NAME_RULES, type NameKind, nameWithin, physicalName } from '../../constructs/core/naming';
import { setPlacement } from '../../constructs/core/placement';
import { TEST_PLACEMENT } from '../support/synth';

function scopeIn(placement = TEST_PLACEMENT, root = new RootConstruct()): Construct {
  const stack = new Construct(root, `stack-${placement.region}`);
  setPlacement(stack, placement);
  return stack;
}

describe('nameWithin', () => {
  test('keeps a name that just fits', () => {
    expect(nameWithin(9, ['acme', 'data'])).toBe('acme-data');
  });

  test('ends a name that is one too long in a hash of the whole', () => {
    expect(nameWithin(16, ['acme', 'datastores-x'])).toMatchInlineSnapshot(`"acme-da-29eba14c"`);
  });

  test('never leaves two hyphens before the hash', () => {
    expect(nameWithin(14, ['acme', 'a-b-c-d-e-f-g-h'])).not.toContain('--');
  });

  test('keeps names apart that differ only beyond the limit', () => {
    const long = 'a'.repeat(80);
    expect(nameWithin(64, [`${long}1`])).not.toBe(nameWithin(64, [`${long}2`]));
  });

  test.each([
    ['a', 'acme', 'datastores-x'],
    ['a hyphen before the hash', 'acme', 'da', 'tastores-x'],
  ])('gives nobody what a longer name was shortened to: %s', (_, ...parts) => {
    const shortened = nameWithin(16, parts);
    expect(nameWithin(16, [shortened])).not.toBe(shortened);
    expect(nameWithin(18, [shortened])).toBe(shortened);
  });
});

describe('physicalName', () => {
  test('starts with platform, environment and cell', () => {
    expect(physicalName(scopeIn(), 'iamRole', 'nodes')).toBe('bulkhead-prod-use1a-nodes');
  });

  test('adds account and region to a bucket, whose name all of AWS shares', () => {
    expect(physicalName(scopeIn(), 's3Bucket', 'logs')).toBe(
      'bulkhead-prod-use1a-logs-222222222222-us-east-1',
    );
  });

  test('refuses to give one name to two resources', () => {
    const stack = scopeIn();
    physicalName(new Construct(stack, 'First'), 'sqsQueue', 'events');
    expect(() => physicalName(new Construct(stack, 'Second'), 'sqsQueue', 'events'))
      .toThrowErrorMatchingInlineSnapshot(`
     "[stack-us-east-1/Second] invalid name:
       - sqsQueue name 'bulkhead-prod-use1a-events' is already taken by stack-us-east-1/First; give one of the two another name"
    `);
  });

  test('gives one name to resources of two kinds, and to cells of two regions', () => {
    const root = new RootConstruct();
    const stack = scopeIn(TEST_PLACEMENT, root);
    const elsewhere = scopeIn({ ...TEST_PLACEMENT, region: 'us-west-2' }, root);
    const names = [
      physicalName(stack, 'sqsQueue', 'events'),
      physicalName(stack, 'eventRule', 'events'),
      physicalName(elsewhere, 'sqsQueue', 'events'),
    ];
    expect(new Set(names)).toEqual(new Set(['bulkhead-prod-use1a-events']));
  });

  test('refuses a name twice in one account where the service knows no regions', () => {
    const root = new RootConstruct();
    const stack = scopeIn(TEST_PLACEMENT, root);
    const elsewhere = scopeIn({ ...TEST_PLACEMENT, region: 'us-west-2' }, root);
    physicalName(stack, 'iamRole', 'nodes');
    expect(() => physicalName(elsewhere, 'iamRole', 'nodes')).toThrow(
      "iamRole name 'bulkhead-prod-use1a-nodes' is already taken",
    );
  });

  test('refuses characters that the service refuses', () => {
    expect(() => physicalName(scopeIn(), 'rdsCluster', 'Acme_1')).toThrowErrorMatchingInlineSnapshot(`
     "[stack-us-east-1] invalid name:
       - rdsCluster name must match ^[a-z][a-z0-9]*(-[a-z0-9]+)*$, got 'bulkhead-prod-use1a-Acme_1'"
    `);
  });

  test('keeps to the rule of every service, however long the parts', () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9]{0,30}(-[a-z0-9]{1,40}){0,8}$/);
    const kinds = Object.keys(NAME_RULES) as NameKind[];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), id, (kind, part) => {
        const name = physicalName(scopeIn(), kind, part);
        expect(name.length).toBeLessThanOrEqual(NAME_RULES[kind].max);
        expect(name).toMatch(NAME_RULES[kind].pattern);
      }),
    );
  });
});
