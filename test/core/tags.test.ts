import { Construct, RootConstruct } from 'constructs';
import { ownershipTags } from '../../constructs/core/tags';

const scope = new Construct(new RootConstruct(), 'use1a-network');
const owner = { platform: 'bulkhead', environment: 'prod', costCentre: 'platform-engineering' };

test('every key is always there, so that a cost report can group by it', () => {
  expect(ownershipTags(scope, owner)).toEqual({
    platform: 'bulkhead',
    environment: 'prod',
    cell: 'shared',
    tier: 'shared',
    tenant: 'shared',
    'cost-centre': 'platform-engineering',
    'managed-by': 'cdktf',
  });
});

test('a dedicated tenant is named with its cell and tier', () => {
  const tags = ownershipTags(scope, { ...owner, cell: 'use1a', tier: 'enterprise', tenant: 'acme' });
  expect(tags).toMatchObject({ cell: 'use1a', tier: 'enterprise', tenant: 'acme' });
});

test('all values that AWS would refuse are named at once', () => {
  const long = 'x'.repeat(257);
  expect(() => ownershipTags(scope, { ...owner, tenant: 'acme;drop', costCentre: long })).toThrow(
    /'tenant' must be 1 to 256 letters.*got 'acme;drop'\n.*'cost-centre' must be/,
  );
});

test('a value of 256 characters passes', () => {
  expect(ownershipTags(scope, { ...owner, costCentre: 'x'.repeat(256) })['cost-centre']).toHaveLength(256);
});
