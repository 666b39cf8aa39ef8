// All adversarial names on platforms of each kind: names.integration.test.ts.

import type { App } from 'cdktf';
import { TIERS, TierStack } from '../../stacks/tier';
import { TenantStack } from '../../stacks/tenant';
import { type NamesOfKind, resourcePatterns } from '../support/owned-names';
import { LONGEST, platformOf, PLATFORMS } from './adversarial';
import { aloneApp, belongings, matches, owned, ownersOf, reached } from './names-suite';

test('a pattern that ends without the sign behind an owner’s name is found', () => {
  const [kind] = PLATFORMS;
  const platform = platformOf(kind, ['acme', 'acme-eu'], [], ['api']);
  const owners = ownersOf(platform);
  const loose = reached(owners, platform, (pattern) => pattern.replace(/[/_]\*$/, '*'));
  expect(loose).toMatchInlineSnapshot(`
   [
     "acme uses arn:aws:secretsmanager:us-east-1:222222222222:secret:ab/dev/abc/tenant-acme-eu/application-AbCdEf",
     "acme uses arn:aws:secretsmanager:us-east-1:222222222222:secret:ab/dev/abc/tenant-acme-eu/machine-credentials-AbCdEf",
     "acme uses arn:aws:secretsmanager:us-east-1:222222222222:secret:ab/dev/abc/tenant-acme-eu/database-AbCdEf",
     "acme uses arn:aws:ssm:us-east-1:222222222222:parameter/ab/dev/abc/tenant-acme-eu",
     "acme uses arn:aws:ssm:us-east-1:222222222222:parameter/ab/dev/abc/tenant-acme-eu/flags",
     "acme uses arn:aws:sqs:us-east-1:222222222222:ab-dev-abc-tenant-acme-eu_jobs",
     "acme uses arn:aws:sqs:us-east-1:222222222222:ab-dev-abc-tenant-acme-eu_acme-eu_dead",
   ]
  `);
  // And as they are they match what they should.
  const acme = owners.filter(({ owner }) => owner === 'acme');
  const patterns = acme.flatMap(({ stack }) => resourcePatterns(stack, 'tenant-acme'));
  const own = acme.flatMap((each) => belongings(each, platform));
  // Not the contract, which is beside the tenant's parameters.
  expect(own.filter((arn) => !patterns.some((pattern) => matches(pattern, arn)))).toEqual([
    'arn:aws:ssm:us-east-1:222222222222:parameter/ab/dev/abc/tenant-acme',
  ]);
});

test('names are the same when all stacks are of one app, and when each is alone', () => {
  const ids = ['acme', 'acme-pods', 'acme-tenancy', LONGEST];
  const platform = platformOf(PLATFORMS[1], ids, [], ['api', 'tenancy']);
  const [cell] = platform.cells;
  if (!cell) throw new Error('there is no cell');
  const build = (app: () => App): NamesOfKind[][] => [
    ...TIERS.map(
      (tier) => owned(tier, cell.id, new TierStack(app(), { platform, cell, tier })).kinds as NamesOfKind[],
    ),
    ...platform.tenants.map(
      (tenant) =>
        owned(tenant.id, cell.id, new TenantStack(app(), { platform, cell, tenant })).kinds as NamesOfKind[],
    ),
  ];
  const one = aloneApp();
  expect(build(() => one)).toEqual(build(aloneApp));
});
