import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolation, type IsolationReport } from '../../../guarantees/isolation';
import { factsOf, type StackFacts, type TerraformJson } from '../../../guarantees/isolation/facts';
import { A, EU, G } from './leaks/leak';
import { SynthesizedPlatform } from './scratch';

/** Ids that begin like one another, or like the names of an owner's resources, or that are as short or as long as may be. */
const AWKWARD = ['a1', 'acme-1', 'acme-database', 'acme-proxy', 'pods', 'abcdefghijabcdefghijabcdefghija'];

let platform: SynthesizedPlatform;
beforeAll(() => {
  platform = new SynthesizedPlatform('dev', ['acme-eu', ...AWKWARD]);
}, 60_000);
afterAll(() => {
  platform.remove();
});

/** Facts of a tenant that is set up like acme. */
const like = (facts: StackFacts, id: string): StackFacts =>
  JSON.parse(JSON.stringify(facts).replaceAll('acme', id)) as StackFacts;

/** Facts of a platform with so many dedicated tenants. */
function withTenants(count: number): readonly StackFacts[] {
  const acme = platform.facts.get(A);
  if (!acme) throw new Error('acme is missing');
  const platformStacks = [...platform.facts.values()].filter(({ name }) => !name.includes('-tenant-'));
  return [...platformStacks, ...Array.from({ length: count }, (_, index) => like(acme, `t${index}`))];
}

/** What a check says, and how many milliseconds of processor time it takes: the best of some runs. */
function measured(
  facts: readonly StackFacts[],
  runs: number,
): { readonly report: IsolationReport; readonly ms: number } {
  let best = Number.POSITIVE_INFINITY;
  let report: IsolationReport | undefined;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    report = isolation(facts, { complete: true });
    best = Math.min(best, process.cpuUsage(before).user / 1000);
  }
  if (!report) throw new Error('no run');
  return { report, ms: best };
}

describe('tenants whose ids are easily mistaken for others', () => {
  it('reach nobody, together and each alone', () => {
    const all = [...platform.facts.values()];
    expect(isolation(all, { complete: true }).verdicts.filter(({ outcome }) => outcome === 'broken')).toEqual(
      [],
    );
    for (const facts of all.filter(({ name }) => name.includes('-tenant-'))) {
      const { verdicts } = isolation([facts], { complete: false });
      expect(verdicts.map(({ outcome }) => outcome)).toEqual(['kept']);
    }
  });
});

describe('a thousand dedicated tenants', () => {
  it('have a row each, and cost what a hundred cost, times ten', () => {
    const hundred = measured(withTenants(100), 5);
    const thousand = measured(withTenants(1000), 2);
    const { matrix, findings } = thousand.report;
    const tenants = matrix.filter(({ owner }) => owner.kind === 'tenant');
    expect(findings).toEqual([]);
    expect(tenants).toHaveLength(1000);
    expect(tenants.every(({ cells }) => cells.every(({ outcome }) => outcome === 'kept'))).toBe(true);
    expect(thousand.ms / hundred.ms).toBeLessThan(15);
  }, 60_000);
});

describe('one tenant alone', () => {
  /** Facts of acme's stack with something changed. */
  function alone(change: (text: string) => string): readonly StackFacts[] {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-alone-'));
    try {
      cpSync(platform.stackFolder(A), folder, { recursive: true });
      const file = join(folder, 'cdk.tf.json');
      const text = readFileSync(file, 'utf8');
      expect(change(text)).not.toBe(text);
      writeFileSync(file, change(text));
      expect(readdirSync(folder)).toContain('assets');
      return [factsOf({ name: A, json: JSON.parse(change(text)) as TerraformJson, folder })];
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('has its row, with contracts and stacks that are not there as addresses', () => {
    const acme = platform.facts.get(A);
    const { matrix, findings } = isolation(acme ? [acme] : [], { complete: false });
    expect(findings).toEqual([]);
    expect(matrix.map(({ owner }) => owner.stack)).toEqual([A]);
    expect(matrix[0]?.cells.find(({ control }) => control === 'node pool')).toMatchObject({
      outcome: 'kept',
      address: expect.stringMatching(/^(contract|stack) \S*tier-enterprise$/) as string,
    });
  });

  it.each([
    [
      'a wildcard',
      (text: string) => text.replace('&{aws:PrincipalTag/kubernetes-namespace}/*', 'tenant-acme*'),
      'a tenant that could come, such as acme-x',
    ],
    [
      'the namespace of another in the trust policy',
      (text: string) => text.replace('"tenant-acme"', '"tenant-globex"'),
      G,
    ],
    ['keys of another', (text: string) => text.replace('~ten:acme:*', '~ten:acme-eu:*'), EU],
    [
      'the contract of another',
      (text: string) => text.replaceAll('/bulkhead/dev/dev1a/cache', '/bulkhead/dev/dev1a/tenant-globex'),
      G,
    ],
  ])('shows %s', (_, change, reached) => {
    const { findings } = isolation(alone(change), { complete: false });
    expect(findings.map(({ from, to }) => [from, to]).flat()).toContain(reached);
  });
});
