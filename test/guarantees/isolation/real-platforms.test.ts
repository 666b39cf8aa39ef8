import { CONTROLS } from '../../../guarantees/isolation';
import { isolation } from '../../../guarantees/isolation';
import { expectKept } from './expect-kept';
import { SynthesizedPlatform } from './scratch';

const platforms = new Map<string, SynthesizedPlatform>();

/** An environment as it is: read once, for every test that looks at it. */
function platformOf(environment: string): SynthesizedPlatform {
  const platform = platforms.get(environment) ?? new SynthesizedPlatform({ environment });
  platforms.set(environment, platform);
  return platform;
}

describe.each(['dev', 'prod'])('the platform as it is, %s', (environment) => {
  let platform: SynthesizedPlatform;
  beforeAll(() => {
    platform = platformOf(environment);
  }, 60_000);

  it('gives no finding', () => {
    const { findings, verdicts } = isolation([...platform.facts.values()], { complete: true });
    expect(findings).toEqual([]);
    expect(verdicts.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  });

  it('fills the matrix: every cell of an owner whose pods may run holds the address of what gives it', () => {
    const { matrix } = isolation([...platform.facts.values()], { complete: true });
    const tiers = matrix.filter(({ owner }) => owner.kind === 'tier').map(({ owner }) => owner.id);
    expect([...new Set(tiers)].sort()).toEqual(['enterprise', 'professional', 'starter']);
    for (const { owner, cells } of matrix) {
      const outcome = owner.stack.endsWith('-tier-enterprise') ? 'not-applicable' : 'kept';
      expect(cells.map((cell) => [cell.control, cell.outcome])).toEqual(
        CONTROLS.map(({ name }) => [name, outcome]),
      );
      for (const cell of cells) {
        if (cell.outcome === 'kept') expect(cell.address).toMatch(/^[a-z0-9]+-[a-z0-9-]+:[a-z0-9_]+\.\S+/);
      }
    }
  });

  it('finds nothing in a stack alone, of which contracts of others are known by name only', () => {
    for (const facts of platform.facts.values()) {
      const { findings, verdicts, matrix } = isolation([facts], { complete: false });
      expect(findings).toEqual([]);
      expect(verdicts.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
      expect(matrix).toHaveLength(/-(tenant|tier)-/.test(facts.name) ? 1 : 0);
    }
  });

  it('says what stacks say as plain data, which can be copied and stored', () => {
    for (const facts of platform.facts.values()) {
      expect(structuredClone(facts)).toEqual(facts);
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

describe.each([
  ['dev', 'lifecycle: offboarding\n'],
  ['prod', 'lifecycle: offboarding\n'],
  ['dev', 'nodePool: own\n'],
])('a tenant of %s with %j', (environment, settings) => {
  it('is synthesized, and keeps all guarantees among the other stacks', () => {
    const others = platformOf(environment);
    const own = new SynthesizedPlatform({ environment, settings, stacks: ['*-tenant-acme'] });
    expect([...own.facts.keys()]).toEqual([expect.stringMatching(/-tenant-acme$/)]);
    expectKept([...new Map([...others.facts, ...own.facts]).values()], settings);
  }, 60_000);
});
