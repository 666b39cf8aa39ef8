import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolation, type IsolationReport } from '../../../guarantees/isolation';
import { factsOf, type StackFacts, type TerraformJson } from '../../../guarantees/isolation/facts';
import { A, EU, G } from './leaks/leak';
import { SynthesizedPlatform } from './scratch';

/** Ids that begin like one another, or like the names of an owner's resources, or that are as short or as long as may be. */
const AWKWARD = [
  'a1',
  'acme-1',
  'acme-database',
  'acme-proxy',
  'pods',
  'tenant-acme',
  'globex-tenant-acme',
  'x-tier-starter',
  'abcdefghijabcdefghijabcdefghija',
];

let platform: SynthesizedPlatform;
beforeAll(() => {
  platform = new SynthesizedPlatform({ environment: 'dev', tenants: ['acme-eu', ...AWKWARD] });
}, 60_000);

/** Facts of a platform with so many dedicated tenants, all set up like acme. */
function withTenants(count: number): readonly StackFacts[] {
  const acme = JSON.stringify(platform.facts.get(A));
  const tenants = Array.from(
    { length: count },
    (_, index) => JSON.parse(acme.replaceAll('acme', `t${index}`)) as StackFacts,
  );
  return [...[...platform.facts.values()].filter(({ name }) => !name.includes('-tenant-')), ...tenants];
}

/** What a check says, and how many milliseconds of processor time it takes. */
function measured(facts: readonly StackFacts[]): { readonly report: IsolationReport; readonly ms: number } {
  const before = process.cpuUsage();
  const report = isolation(facts, { complete: true });
  return { report, ms: process.cpuUsage(before).user / 1000 };
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
    const [few, many] = [withTenants(100), withTenants(1000)];
    const hundred = Math.min(...[1, 2, 3].map(() => measured(few).ms));
    const { report, ms } = measured(many);
    // A noisy machine is measured again.
    const thousand = ms < 15 * hundred ? ms : Math.min(measured(many).ms, measured(many).ms);
    const tenants = report.matrix.filter(({ owner }) => owner.kind === 'tenant');
    expect(report.findings).toEqual([]);
    expect(tenants).toHaveLength(1000);
    expect(tenants.every(({ cells }) => cells.every(({ outcome }) => outcome === 'kept'))).toBe(true);
    expect(thousand / hundred).toBeLessThan(15);
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
      (text: string) =>
        text.replace(
          /"tenant-acme"(?=\s*\],\s*"variable": "aws:RequestTag\/kubernetes-namespace")/,
          '"tenant-globex"',
        ),
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
