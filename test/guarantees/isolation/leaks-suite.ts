import { CONTROLS, findingText } from '../../../guarantees/isolation';
import { DATA_LEAKS } from './leaks/data';
import { DELIVERY_LEAKS } from './leaks/delivery';
import { GAPS } from './leaks/gaps';
import { IDENTITY_GAPS, IDENTITY_LEAKS } from './leaks/identity';
import { IAM_LEAKS } from './leaks/iam';
import { KUBERNETES_LEAKS } from './leaks/kubernetes';
import type { Leak } from './leaks/leak';
import { FENCE_GAPS, FENCE_LEAKS } from './leaks/fences';
import { OPERATIONS_LEAKS } from './leaks/operations';
import { PLATFORM_LEAKS } from './leaks/platform';
import { RELEASE_LEAKS } from './leaks/releases';
import { ROLE_LEAKS } from './leaks/roles';
import { ROUTE_GAPS, ROUTE_LEAKS } from './leaks/routes';
import { SCHEMA_LEAKS } from './leaks/schema';
import { STORE_GAPS, STORE_LEAKS } from './leaks/stores';
import { TOKEN_GAPS } from './leaks/tokens';
import { SynthesizedPlatform } from './scratch';

const FAMILIES: readonly (readonly [string, readonly Leak[]])[] = [
  ['what roles may do and who may take them', IAM_LEAKS],
  ['conditions, computed names, policies that stand apart and boundaries', ROLE_LEAKS],
  ['keys, secrets, databases, cache and names', DATA_LEAKS],
  ['what databases and caches are made from and ask for', STORE_LEAKS],
  ['network policies, objects, roles of the cluster and nodes', KUBERNETES_LEAKS],
  ['what the platform’s own stacks make, and what they name', PLATFORM_LEAKS],
  ['nodes, ways into the cluster, providers and sections', FENCE_LEAKS],
  ['routes and gateways', ROUTE_LEAKS],
  ['what releases are made of, and their smoke tests', RELEASE_LEAKS],
  ['user pools, their clients and what functions do for all', IDENTITY_LEAKS],
  ['what releases services, and what starts it', DELIVERY_LEAKS],
  ['what changes schemas', SCHEMA_LEAKS],
  ['what operates on tenants', OPERATIONS_LEAKS],
];

const ALL_GAPS = [GAPS, STORE_GAPS, FENCE_GAPS, ROUTE_GAPS, IDENTITY_GAPS, TOKEN_GAPS].flat();

/**
 * Plants each leak of a selection in a platform, and asks that isolation finds and names it.
 *
 * @param isChosen which of a family are planted, by their places in it
 */
export function describePlantedLeaks(isChosen: (index: number) => boolean): void {
  let platform: SynthesizedPlatform;
  beforeAll(() => {
    platform = new SynthesizedPlatform({ environment: 'dev', tenants: ['acme-eu'] });
  }, 60_000);

  it('nothing is planted yet', () => {
    expect(platform.scratch().report().findings).toEqual([]);
  });

  describe.each(FAMILIES)('a leak by %s is found and named', (_, leaks) => {
    it.each(leaks.filter((_leak, index) => isChosen(index)).map((leak) => [leak.name, leak] as const))(
      '%s',
      (_name, { plant, from, to, says }) => {
        const scratch = platform.scratch();
        plant(scratch);
        const { findings, verdicts } = scratch.report();
        const [found] = findings.filter(
          (finding) =>
            finding.from.includes(from) && finding.to.includes(to) && findingText(finding).includes(says),
        );
        // Shows what was found instead.
        if (!found) expect(findings.map(findingText)).toContain(`${from} reaches ${to}: … ${says} …`);
        else {
          expect(findingText(found)).not.toContain('\n');
          expect(verdicts).toContainEqual(
            expect.objectContaining({
              outcome: 'broken',
              subject: `${found.from} reaches ${found.to}`,
              evidence: findingText(found),
            }),
          );
        }
      },
    );
  });

  describe('a control that nothing gives any more is an empty cell', () => {
    it.each(
      ALL_GAPS.filter((_gap, index) => isChosen(index)).map((gap) => [gap.control, gap.name, gap] as const),
    )('%s: %s', (_control, _name, gap) => {
      const scratch = platform.scratch();
      gap.plant(scratch);
      const { matrix, verdicts } = scratch.report();
      const row = matrix.find(({ owner }) => owner.stack === gap.stack);
      expect(row?.cells.find(({ control }) => control === gap.control)).toEqual({
        control: gap.control,
        outcome: 'broken',
        why: expect.stringContaining(gap.says) as string,
        remedy: expect.any(String) as string,
      });
      expect(verdicts).toContainEqual({
        guarantee: 'isolation',
        subject: `${gap.stack}: ${gap.control}`,
        outcome: 'broken',
        evidence: expect.stringContaining(gap.says) as string,
      });
    });

    it('each control has gaps here', () => {
      expect([...new Set(ALL_GAPS.map(({ control }) => control))].sort()).toEqual(
        CONTROLS.map(({ name }) => name).sort(),
      );
    });
  });
}
