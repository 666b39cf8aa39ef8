import fc from 'fast-check';
import { Address4 } from 'ip-address';
import { networkOf, planSubnets, type SubnetPlan } from '../../constructs/network/subnet-plan';

/** Any network that may be planned: a /16 to /18 of 10.0.0.0/8. */
const networks = fc
  .record({ prefix: fc.integer({ min: 16, max: 18 }), index: fc.integer({ min: 0, max: 255 }) })
  .map(
    ({ prefix, index }) =>
      `${Address4.fromInteger(0x0a000000 + index * 2 ** 16).correctForm()}/${String(prefix)}`,
  );

const range = (cidr: string): [bigint, bigint] => {
  const block = new Address4(cidr);
  return [block.startAddress().bigInt(), block.endAddress().bigInt()];
};
const inside = (inner: string, outer: string): boolean => new Address4(inner).isInSubnet(new Address4(outer));
const overlap = (one: string, other: string): boolean => inside(one, other) || inside(other, one);
const subnets = ({ zones }: SubnetPlan): string[] =>
  zones.flatMap(({ public: open, private: own, isolated }) => [open, own, isolated]);
const pairs = (blocks: readonly string[]): [string, string][] =>
  blocks.flatMap((one, index) => blocks.slice(index + 1).map((other): [string, string] => [one, other]));

describe('planSubnets', () => {
  it('divides a /16 as the ADR says', () => {
    const plan = planSubnets('10.16.0.0/16');

    expect(plan.zones.map((zone) => [zone.public, zone.private, zone.isolated])).toEqual([
      ['10.16.192.0/22', '10.16.0.0/18', '10.16.208.0/22'],
      ['10.16.196.0/22', '10.16.64.0/18', '10.16.212.0/22'],
      ['10.16.200.0/22', '10.16.128.0/18', '10.16.216.0/22'],
    ]);
    expect(plan.spare).toEqual(['10.16.204.0/22', '10.16.220.0/22', '10.16.224.0/19']);
  });

  it.each([
    ['10.0.0.0/16', { prefixesPerZone: 896, addressesPerZone: 2043, nodes: 336, pods: 36_960 }],
    ['10.0.0.0/17', { prefixesPerZone: 448, addressesPerZone: 1019, nodes: 168, pods: 18_480 }],
    ['10.0.192.0/18', { prefixesPerZone: 224, addressesPerZone: 507, nodes: 84, pods: 9_240 }],
  ])('knows what %s holds', (cidr, capacity) => {
    expect(planSubnets(cidr).capacity).toEqual(capacity);
  });

  it('gives every address of the network to one subnet or to what is spare', () => {
    fc.assert(
      fc.property(networks, (cidr) => {
        const plan = planSubnets(cidr);
        const blocks = [...subnets(plan), ...plan.spare];
        expect(pairs(blocks).filter(([one, other]) => overlap(one, other))).toEqual([]);
        expect(blocks.filter((block) => !inside(block, cidr))).toEqual([]);
        const size = (block: string): number => 2 ** (32 - new Address4(block).subnetMask);
        expect(blocks.reduce((sum, block) => sum + size(block), 0)).toBe(size(cidr));
      }),
    );
  });

  it('keeps pods within their private subnet and off the addresses that AWS keeps', () => {
    fc.assert(
      fc.property(networks, (cidr) => {
        const plan = planSubnets(cidr);
        for (const { private: own, pods } of plan.zones) {
          const [first, last] = range(own);
          expect(pairs(pods).filter(([one, other]) => overlap(one, other))).toEqual([]);
          for (const block of pods) {
            expect(inside(block, own)).toBe(true);
            expect(range(block)[0]).toBeGreaterThan(first + 3n);
            expect(range(block)[1]).toBeLessThan(last);
          }
          const prefixes = pods.reduce((sum, block) => sum + 2 ** (28 - new Address4(block).subnetMask), 0);
          expect(prefixes).toBe(plan.capacity.prefixesPerZone);
        }
      }),
    );
  });

  it('makes the same plan each time', () => {
    fc.assert(
      fc.property(networks, (cidr) => {
        expect(planSubnets(cidr)).toEqual(planSubnets(cidr));
      }),
    );
  });

  it.each([
    '10.0.0.0/15',
    '10.0.0.0/19',
    '10.0.0.1/16',
    '10.0.64.0/17',
    '10.0.0.0',
    'fd00::/16',
    '',
    '10.0.0.0/16/16',
  ])('refuses %p', (cidr) => {
    expect(networkOf(cidr)).toBeUndefined();
    expect(() => planSubnets(cidr)).toThrow(
      new RangeError(`cidr must be an IPv4 network of size /16 to /18, got '${cidr}'`),
    );
  });
});
