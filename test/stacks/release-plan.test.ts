import { releasePlanOf, releasePlansOf } from '../../stacks/release-plan';
import { testPlatform } from './fixture';

const tenant = (id: string, changes: object = {}): object => ({
  ...{ id, name: id, tier: 'enterprise', cell: 'use1a', contact: `oncall@${id}.example` },
  ...changes,
});

const repository = 'bulkhead/api';
const DELIVERY = {
  connection:
    'arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000',
  repository: 'bulkhead/platform',
};

describe('the release plans of a platform', () => {
  const platform = testPlatform(
    {
      delivery: {
        ...DELIVERY,
        ...{ internalTenants: ['demo'], canaryPercent: 10, cellsPerWave: 2, tenantsPerWave: 3 },
        ...{ soakMinutes: 20, contractAfterDays: 9 },
        services: { web: { repository }, api: { repository, schema: true } },
      },
      load: {
        tenants: { starter: 8000, professional: 0, enterprise: 3 },
        callsPerMonth: 1,
        peakCallsPerSecond: 1,
      },
      tiers: {
        starter: { services: ['api'] },
        professional: { services: ['web'] },
        enterprise: { services: ['api', 'web'] },
      },
    },
    [
      tenant('acme', { maintenanceWindow: { day: 'sat', hourUtc: 2 } }),
      tenant('globex'),
      tenant('initech', { lifecycle: 'offboarding' }),
    ],
  );

  it('are one for each service that is delivered', () => {
    expect(
      releasePlansOf(platform).map(({ target, rings }) => [target.service, ...rings.map(({ name }) => name)]),
    ).toEqual([
      ['api', 'internal', 'canary', 'starter', 'enterprise'],
      ['web', 'professional', 'enterprise'],
    ]);
  });

  it('say what config says, in all cells with all their shards, without tenants that leave', () => {
    expect(releasePlanOf(platform, 'api').target).toEqual({
      service: 'api',
      schema: true,
      cells: ['euw1a', 'euw1b', 'home1', 'use1a'].map((id) => ({ id, shards: ['shard-1', 'shard-2'] })),
      tiers: ['starter', 'enterprise'],
      tenants: [
        { id: 'acme', cell: 'use1a', maintenanceWindow: { day: 'sat', hourUtc: 2, hours: 4 } },
        { id: 'globex', cell: 'use1a' },
      ],
      ...{ internalTenants: ['demo'], canaryPercent: 10, cellsPerWave: 2, tenantsPerWave: 3 },
      ...{ soakMinutes: 20, contractAfterDays: 9 },
    });
  });

  it('are not of services that nobody delivers', () => {
    expect(() => releasePlanOf(platform, 'wep')).toThrow(
      'no service "wep" is delivered; did you mean "web"?',
    );
  });
});
