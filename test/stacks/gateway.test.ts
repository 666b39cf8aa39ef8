import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Platform } from '../../config/platform';
import { SELECTIVE } from '../../constructs/core/contract';
import { GatewayStack } from '../../stacks/gateway';
import { planStacks } from '../../stacks/plan';
import { generatedObjects } from '../support/kubernetes-schemas';
import { synthStack, type Synthesized, type SynthesizedStack } from '../support/synth';

jest.mock('../../constructs/core/program-bundle', () => ({ bundleOf: () => Buffer.from('program') }));

const platformOf = (environment: string): Platform => loadPlatform(join(__dirname, '../..'), environment);

function stackOf(platform: Platform): GatewayStack {
  const [cell] = platform.cells;
  if (!cell) throw new Error('no cell');
  return new GatewayStack(Testing.app({ context: { [SELECTIVE]: true } }), { platform, cell });
}

const PROD = platformOf('prod');
const made = stackOf(PROD);
const objects = generatedObjects(made);
const prod: SynthesizedStack = synthStack(made);

const variables = (stack: SynthesizedStack): Record<string, string> =>
  Object.fromEntries(
    (
      stack.only('kubernetes_deployment_v1', 'shared')['spec'].template.spec.container[0].env as {
        name: string;
        value: string;
      }[]
    ).map(({ name, value }) => [name, value]),
  );
const release = (name: string): Synthesized => {
  const found = prod.resources('helm_release').find((one) => one['name'] === name);
  if (!found) throw new Error(`no release ${name}`);
  return found;
};
/** Everything that a resource waits for, by the addresses that it names, and what those wait for in turn. */
function waitsFor(resource: Synthesized, seen = new Set<string>()): Set<string> {
  const types = Object.keys(prod.inventory());
  const named = [...JSON.stringify(resource).matchAll(/\b([a-z0-9_]+)\.([A-Za-z0-9_-]+)/g)];
  for (const [address, type = ''] of named) {
    if (!types.includes(type) || seen.has(address) || address === resource.address) continue;
    const next = prod.resources(type).find((one) => one.address === address);
    if (!next) continue;
    seen.add(address);
    waitsFor(next, seen);
  }
  return seen;
}

describe('the stack of gateways', () => {
  it('comes after what it stands on and before what stands behind it', () => {
    const names = planStacks(PROD).map(({ name }) => name);
    const at = (kind: string): number => names.indexOf(`use1a-${kind}`);
    for (const earlier of ['network', 'cluster', 'addons', 'cache', 'identity'])
      expect(at(earlier)).toBeLessThan(at('gateway'));
    expect(at('gateway')).toBeLessThan(at('tier-starter'));
  });

  it('has an entry, a listener and proxies for each fleet', () => {
    expect(
      prod
        .resources('aws_lb')
        .map(({ name }) => String(name))
        .sort(),
    ).toEqual(['bulkhead-prod-use1a-enterprise', 'bulkhead-prod-use1a-shared']);
    const kinds = ['GatewayClass', 'Gateway', 'EnvoyProxy', 'SecurityPolicy', 'TargetGroupBinding'];
    for (const kind of kinds) expect(objects.filter((object) => object.kind === kind)).toHaveLength(2);
  });

  it('binds load balancers to the Services that proxies have', () => {
    const services = objects.flatMap((object) =>
      object.kind === 'EnvoyProxy'
        ? [
            (
              object as unknown as {
                spec: { provider: { kubernetes: { envoyService: { name: string } } } };
              }
            ).spec.provider.kubernetes.envoyService.name,
          ]
        : [],
    );
    const bound = objects.flatMap((object) =>
      object.kind === 'TargetGroupBinding'
        ? [(object as unknown as { spec: { serviceRef: { name: string } } }).spec.serviceRef.name]
        : [],
    );
    expect(bound.sort()).toEqual(services.sort());
  });

  it('admits nobody to a fleet before what its policies name is there', () => {
    for (const fleet of ['shared', 'enterprise']) {
      const waits = [...waitsFor(release(`gateway-${fleet}`))];
      expect(waits).toEqual(
        expect.arrayContaining([
          release('envoy-gateway').address,
          prod.only('kubernetes_deployment_v1', 'shared').address,
          prod.only('kubernetes_service_v1', 'shared').address,
          prod.only('kubernetes_job_v1').address,
          ...prod.resources('kubernetes_network_policy_v1').map(({ address }) => address),
        ]),
      );
    }
  });

  it('starts pods with their interfaces and credentials', () => {
    for (const starting of [release('envoy-gateway'), prod.only('kubernetes_deployment_v1', 'shared')]) {
      const waits = [...waitsFor(starting)];
      expect(waits).toContain(release('gateway-cache-clients').address);
      expect(waits.filter((address) => address.startsWith('aws_eks_pod_identity'))).toHaveLength(1);
    }
  });

  it('tells authorizers every tier of the catalogue, with what it promises', () => {
    expect(JSON.parse(variables(prod)['TIERS'] ?? '')).toEqual({
      starter: { fleet: 'shared', limit: 10, shedAtLevel: 1 },
      professional: { fleet: 'shared', limit: 50, shedAtLevel: 2 },
      enterprise: { fleet: 'enterprise', limit: 500 },
    });
    expect(variables(prod)).toMatchObject({ CELL: 'use1a', ZONE: `use1a.${PROD.dns.domain}` });
  });

  it('never sheds a tier that config does not shed', () => {
    const { starter } = PROD.tiers;
    const tiers = {
      ...PROD.tiers,
      starter: { ...starter, promises: { ...starter.promises, shedAtLoad: 0.8 } },
      professional: {
        ...PROD.tiers.professional,
        promises: { ...PROD.tiers.professional.promises, shedAtLoad: 'never' as const },
      },
    };
    const told = JSON.parse(variables(synthStack(stackOf({ ...PROD, tiers })))['TIERS'] ?? '') as object;
    expect(told).toMatchObject({ starter: { shedAtLevel: 1 }, professional: { fleet: 'shared' } });
    expect(told).not.toHaveProperty('professional.shedAtLevel');
  });

  it('gives each of its programs one user of the cache and no other', () => {
    const users = prod
      .data('aws_iam_policy_document')
      .flatMap(({ path, statement }) =>
        (statement as { actions: string[]; resources: string[] }[])
          .filter(({ actions }) => actions.includes('elasticache:Connect'))
          .map(({ resources }) => [path.split('/')[1], resources[1]]),
      );
    const user = (name: string): string =>
      `arn:aws:elasticache:us-east-1:${PROD.cells[0]?.account ?? ''}:user:bulkhead-prod-use1a-plt-${name}`;
    expect(Object.fromEntries(users)).toEqual({
      ControlPlane: user('ratelimit'),
      Authorizer: user('authorizer'),
      LoadLevelGrant: user('load-level'),
    });
  });

  it('lets no role do anything to all resources but look', () => {
    const wide = prod
      .data('aws_iam_policy_document')
      .flatMap(({ statement }) =>
        (statement as { effect?: string; actions: string[]; resources?: string[] }[])
          .filter(({ effect, resources = [] }) => effect !== 'Deny' && resources.includes('*'))
          .flatMap(({ actions }) => actions),
      );
    // Alarms are listed; the others stand in policies of keys, in which a star is the key itself; and interfaces of the
    // function in the network have no names before they are made.
    const others = wide.filter((action) => !/^(kms|xray):|:(Describe|Get|List)/.test(action));
    expect(others.filter((action) => !action.startsWith('ec2:'))).toEqual([]);
  });

  it('publishes where gateways are, and nothing secret', () => {
    const contract = prod.only('aws_ssm_parameter');
    expect(contract['name']).toBe('/bulkhead/prod/use1a/gateway');
    for (const field of ['sharedHostname', 'enterpriseHostname', 'accessLogGroup', 'loadLevelFunctionArn'])
      expect(contract['insecure_value']).toContain(`"${field}"`);
    expect(JSON.stringify(prod.json)).not.toMatch(/PRIVATE KEY|client_secret/);
  });

  it('is smaller in dev, and as strict', () => {
    const dev = synthStack(stackOf(platformOf('dev')));
    expect(Number(dev.only('kubernetes_deployment_v1', 'shared')['spec'].replicas)).toBe(2);
    expect(dev.inventory()['kubernetes_network_policy_v1']).toBe(
      prod.inventory()['kubernetes_network_policy_v1'],
    );
  });
});
