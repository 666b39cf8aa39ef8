import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Platform } from '../../config/platform';
import { NetworkStack } from '../../stacks/network';
import { synthStack, type SynthesizedStack } from '../support/synth';

const platformOf = (environment: string): Platform => loadPlatform(join(__dirname, '../..'), environment);

/** Synthesizes the network of an environment's first cell, with part of its config replaced. */
function synthNetwork(
  environment: string,
  change: (platform: Platform) => Platform = (same) => same,
): SynthesizedStack {
  const platform = change(platformOf(environment));
  const [cell] = platform.cells;
  if (!cell) throw new Error(`${environment} has no cell`);
  return synthStack(new NetworkStack(Testing.app(), { platform, cell }));
}

const countOf = (stack: SynthesizedStack, type: string): number => stack.resources(type).length;

describe('NetworkStack', () => {
  it('spends on three NAT gateways and on interface endpoints in prod', () => {
    const stack = synthNetwork('prod');
    expect(countOf(stack, 'aws_nat_gateway')).toBe(3);
    expect(countOf(stack, 'aws_vpc_endpoint')).toBeGreaterThan(2);
  });

  it('spends on one NAT gateway and on no interface endpoints in dev', () => {
    const stack = synthNetwork('dev');
    expect(countOf(stack, 'aws_nat_gateway')).toBe(1);
    expect(
      stack.resources('aws_vpc_endpoint').filter((endpoint) => endpoint['vpc_endpoint_type'] === 'Interface'),
    ).toEqual([]);
  });

  it('keeps flow logs as long as config says', () => {
    const [cell] = platformOf('dev').cells;
    expect(synthNetwork('dev').only('aws_cloudwatch_log_group')['retention_in_days']).toBe(
      cell?.network.flowLogRetentionDays,
    );
  });

  it('publishes the network under the name that the cluster stack reads', () => {
    const stack = synthNetwork('dev');
    expect(stack.only('aws_ssm_parameter')).toMatchObject({
      name: '/bulkhead/dev/dev1a/network',
      insecure_value: expect.stringContaining('privateSubnetIds') as string,
    });
  });

  it('trusts the cell and the home account and no others', () => {
    const stack = synthNetwork('prod', (platform) => ({
      ...platform,
      account: '999999999999',
      cells: platform.cells.map((cell) => ({ ...cell, account: '000000000000' })),
    }));
    const [tables] = stack.statements('GatewayEndpoints/DynamoDbPolicy');
    for (const { values } of tables?.['condition'] as { values: string[] }[]) {
      expect(values).toEqual(['000000000000', '999999999999']);
    }
  });

  it('refuses a network that cannot hold the system nodes twice and thirty more', () => {
    const withNodes = (max: number) => (platform: Platform) => ({
      ...platform,
      cells: platform.cells.map((cell) => ({
        ...cell,
        network: { ...cell.network, cidr: '10.64.0.0/18' },
        cluster: { ...cell.cluster, systemNodes: { ...cell.cluster.systemNodes, max } },
      })),
    });
    expect(() => synthNetwork('dev', withNodes(27))).not.toThrow();
    expect(() => synthNetwork('dev', withNodes(28))).toThrow('cidr must have room for 86 nodes');
  });
});
