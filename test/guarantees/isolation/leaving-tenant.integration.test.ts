import { expectKept } from './expect-kept';
import { SynthesizedPlatform } from './scratch';

describe('a tenant of dev that leaves its own nodes', () => {
  const settings = 'lifecycle: offboarding\nnodePool: own\n';

  it('is synthesized with all other stacks, keeps all guarantees, and changes none of them but releases', () => {
    const [before, after] = [{}, { settings }].map(
      (more) => new SynthesizedPlatform({ environment: 'dev', ...more }).facts,
    );
    expectKept([...(after?.values() ?? [])], settings);
    const changed = [...(after ?? [])].filter(
      ([name, facts]) => JSON.stringify(facts) !== JSON.stringify(before?.get(name)),
    );
    // Releases no longer go to a tenant that leaves.
    expect(changed.map(([name]) => name).sort()).toEqual(['delivery', 'dev1a-tenant-acme']);
  }, 60_000);
});
