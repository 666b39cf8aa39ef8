import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import { NODES_IN_NETWORK } from '../../config/loader/platform-rules';
import type { Platform } from '../../config/platform';
import { planSubnets } from '../../constructs/network/subnet-plan';
import { NetworkStack } from '../../stacks/network';
import { load, PLATFORM, refusal } from '../config/fixture';
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

  it("has a zone for the cell's names", () => {
    const named = synthNetwork('dev', (platform) => ({ ...platform, dns: { domain: 'example.com' } }));
    expect(named.only('aws_route53_zone')['name']).toBe('dev1a.example.com');
    expect(named.only('aws_ssm_parameter')['insecure_value']).toContain('"zoneName" = "dev1a.example.com"');
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

  const withNodes = (prefix: number, max: number) => (platform: Platform) => ({
    ...platform,
    cells: platform.cells.map((cell) => ({
      ...cell,
      network: { ...cell.network, cidr: `10.64.0.0/${String(prefix)}` },
      cluster: { ...cell.cluster, systemNodes: { ...cell.cluster.systemNodes, max } },
    })),
  });

  it('refuses a network that cannot hold the system nodes twice and thirty more', () => {
    expect(() => synthNetwork('dev', withNodes(18, 27))).not.toThrow();
    expect(() => synthNetwork('dev', withNodes(18, 28))).toThrow('cidr must have room for 86 nodes');
  });

  it.each([
    [18, 27],
    [17, 69],
    [16, 100],
  ])('has room in a /%i for %i system nodes, the most that config allows there', (prefix, most) => {
    const text = PLATFORM.replace('10.17.0.0/16', `10.64.0.0/${String(prefix)}`);
    const withMax = (max: number) => ({
      'prod/platform.yaml': text.replace(/max: 6(?=[^6]*$)/, `max: ${String(max)}`),
    });
    expect(load(withMax(most)).cells[1]?.cluster.systemNodes.max).toBe(most);
    expect(refusal(withMax(most + 1))).toMatch(/must have room for|must be between 1 and 100/);
    expect(() => synthNetwork('dev', withNodes(prefix, most))).not.toThrow();
  });

  it('plans as many nodes in a network as config counts with', () => {
    expect(NODES_IN_NETWORK.map(({ prefix }) => prefix)).toEqual([18, 17, 16]);
    for (const { prefix, nodes } of NODES_IN_NETWORK) {
      expect(planSubnets(`10.64.0.0/${String(prefix)}`).capacity.nodes).toBe(nodes);
    }
  });
});
