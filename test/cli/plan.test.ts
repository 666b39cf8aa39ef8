import { join } from 'node:path';
import { planCommand } from '../../cli/plan';
import type { ReleasePlan } from '../../constructs/delivery/release-plan';

const ROOT = join(__dirname, '../..');

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs `bulkhead plan`, and gives what it printed and its exit code. */
async function plan(...args: readonly string[]): Promise<{ out: string; err: string; code: unknown }> {
  const printed = { out: '', err: '' };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed.out += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((printed.err += String(text)))),
  ];
  try {
    await planCommand(ROOT).parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { ...printed, code: process.exitCode };
}

describe('bulkhead plan', () => {
  it('prints the way of a release, as a person reads it', async () => {
    const { out, err, code } = await plan('--env', 'dev', '--service', 'api');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
     "api: internal > canary > starter > professional > enterprise

     ring internal: synthetic tenants
       internal-dev1a
         needs     no error budget that burns: starter in dev1a, professional in dev1a
         expand    dev1a: shard-1
         deploy    dev1a: api-internal of tier-starter
         soak      dev1a: 5 minutes, alarms of starter, professional

     ring canary: the same 5 % of the starter tenants every time
       canary-dev1a
         needs     no error budget that burns: starter in dev1a
         deploy    dev1a: api-canary of tier-starter
         soak      dev1a: 5 minutes, alarms of starter

     ring starter: all other starter tenants
       starter-dev1a
         needs     no error budget that burns: starter in dev1a
         deploy    dev1a: api of tier-starter
         soak      dev1a: 5 minutes, alarms of starter

     ring professional: professional tenants
       professional-dev1a
         needs     no error budget that burns: professional in dev1a
         deploy    dev1a: api of tier-professional
         soak      dev1a: 5 minutes, alarms of professional

     ring enterprise: dedicated tenants
       enterprise-anytime-1
         needs     no error budget that burns: enterprise in dev1a
         expand    dev1a: tenant-acme, then tenant-globex
         deploy    dev1a: api of tenant-acme
         deploy    dev1a: api of tenant-globex
         soak      dev1a: 5 minutes, alarms of enterprise

     Every step: smoke test before the new version takes traffic, objectives while it does.
     Every wave: if a step fails, all of it goes back to the release before, and the release stops there.

     contract: once all of it has needed the new schema for 1 day
         check     dev1a: 6 rollouts
       contract-dev1a
         contract  dev1a: shard-1
         contract  dev1a: tenant-acme, then tenant-globex
     "
    `);
  });

  it('prints all plans as JSON', async () => {
    const { out, code } = await plan('--env', 'prod', '--json');
    expect(code).toBe(0);
    const plans = JSON.parse(out) as readonly ReleasePlan[];
    expect(plans.map(({ target, rings }) => [target.service, rings.length])).toEqual([['api', 5]]);
  });

  it('tells what is wrong with what it was asked', async () => {
    expect(await plan('--env', 'dev', '--service', 'apis')).toEqual({
      out: '',
      err: 'no service "apis" is delivered; did you mean "api"?\n',
      code: 2,
    });
    const { out, code } = await plan('--env', 'nowhere', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      error: expect.stringContaining('unknown environment "nowhere"') as unknown,
    });
  });
});
