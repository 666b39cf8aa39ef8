import { type Platform, resolvePlatform } from '../../config/platform';
import { platformSchema } from '../../config/schema/platform';
import { tenantSchema } from '../../config/schema/tenant';
import type { Placement } from '../../constructs/core/placement';

const cell = (region: string, cidr: string, account?: string): object => ({
  ...(account !== undefined && { account }),
  region,
  zones: ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
  network: { cidr },
  cluster: {
    kubernetesVersion: '1.36',
    administrators: ['arn:aws:iam::111111111111:role/platform-admin'],
    systemNodes: { instanceTypes: ['m7g.large'], min: 2, max: 4 },
  },
});

/** A platform with two cells in accounts of their own and one that shares the home account, and these tenants. */
export const testPlatform = (
  settings: Readonly<Record<string, unknown>> = {},
  tenants: readonly object[] = [],
): Platform =>
  resolvePlatform(
    platformSchema.parse({
      platform: 'bulkhead',
      environment: 'prod',
      account: '111111111111',
      region: 'us-east-1',
      costCentre: 'platform',
      deployers: ['arn:aws:iam::999999999999:role/ci/deploy'],
      state: { backend: 's3', oldVersionRetentionDays: 90 },
      registry: { replicaRegions: ['eu-west-1'] },
      dns: { domain: 'bulkhead.example' },
      delivery: {
        connection:
          'arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000',
        repository: 'bulkhead/platform',
        services: { api: { repository: 'bulkhead/api', schema: true } },
      },
      load: {
        tenants: { starter: 1, professional: 1, enterprise: 0 },
        callsPerMonth: 1,
        peakCallsPerSecond: 1,
      },
      cells: {
        home1: cell('us-east-1', '10.0.0.0/16'),
        use1a: cell('us-east-1', '10.1.0.0/16', '222222222222'),
        euw1a: cell('eu-west-1', '10.2.0.0/16', '333333333333'),
        euw1b: cell('eu-west-1', '10.3.0.0/16', '333333333333'),
      },
      ...settings,
    }),
    tenants.map((tenant) => tenantSchema.parse(tenant)),
  );

export const HOME: Placement = {
  platform: 'bulkhead',
  environment: 'prod',
  account: '111111111111',
  region: 'us-east-1',
};

export const USE1A: Placement = { ...HOME, cell: 'use1a', account: '222222222222' };
