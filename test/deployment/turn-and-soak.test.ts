import { driftOf, driftText } from '../../deployment/drift';
import type { StackResult } from '../../deployment/events';
import { type Alarm, soak, type SoakOptions } from '../../deployment/soak';
import type { ResourceChange } from '../../review/plan';
import { planRisk } from '../../review/plan-risk';
import { change, plan } from '../review/fixture';

const alarm = (state: Alarm['state']): Alarm => ({ name: 'burn-starter', state, reason: 'too many errors' });

/** Watches one alarm through states, a minute each; an error is a look that fails. */
async function watch(states: readonly (Alarm['state'] | Error)[], more: Partial<SoakOptions> = {}) {
  const said: string[] = [];
  let at = 0;
  const result = await soak({
    alarms: ['burn-starter'],
    minutes: states.length - 1,
    look: () => {
      const state = states[at++];
      if (state instanceof Error) return Promise.reject(state);
      return Promise.resolve(state ? [alarm(state)] : []);
    },
    wait: () => Promise.resolve(),
    say: (text) => said.push(text),
    ...more,
  });
  return { result, said, looks: at };
}

describe('a soak', () => {
  it('looks each minute to the end, and is well when alarms are quiet or know nothing yet', async () => {
    const { result, looks } = await watch(['OK', 'INSUFFICIENT_DATA', 'OK']);
    expect([result, looks]).toEqual([undefined, 3]);
  });

  it('ends with the first alarm, and says why it went off', async () => {
    const { result, looks } = await watch(['OK', 'ALARM', 'OK']);
    expect([result, looks]).toEqual(['burn-starter: too many errors', 2]);
  });

  it('bears not knowing for a while, and not for long', async () => {
    const away = new Error('away');
    expect((await watch([away, away, away, away, 'OK'])).result).toBeUndefined();
    expect((await watch([away, away, away, away, away, 'OK'])).result).toBe(
      'alarms could not be asked for in 5 minutes',
    );
  });

  it('watches nothing that does not exist, unless the cell may not be there yet', async () => {
    const nothing = { look: () => Promise.resolve([]) };
    await expect(watch(['OK'], nothing)).rejects.toThrow('there is no alarm burn-starter');
    expect((await watch(['OK'], { ...nothing, mayBeMissing: true })).result).toBeUndefined();
  });
});

describe('drift', () => {
  const planned = (stack: string, ...changes: readonly ResourceChange[]): StackResult => ({
    ...{ stack, status: 'planned', seconds: 1, done: [], failures: [] },
    risk: planRisk(stack, plan(...changes)),
  });

  it('is told by stack and resource, in words for what is there now', () => {
    const stacks = [
      planned('use1a-network', change('aws_route', {}, {}), change('aws_vpc', null, {})),
      planned('use1a-cache'),
      {
        stack: 'use1a-data',
        status: 'failed',
        seconds: 1,
        done: [],
        failures: [{ summary: 'AccessDenied', detail: '' }],
      },
    ] as const;
    expect(driftText(driftOf(stacks))).toMatchInlineSnapshot(`
     "1 of 3 stacks are not as they were deployed.

     use1a-network:
       aws_route.it is changed
       aws_vpc.it is gone

     Could not be looked at:
       use1a-data: AccessDenied

     Nothing was changed. The next deployment of these stacks puts them back; what should stay must be written into the configuration before."
    `);
  });

  it('names some of many', () => {
    const many = Array.from({ length: 25 }, (_, index) =>
      change('aws_route', {}, {}, { name: `r${String(index)}` }),
    );
    expect(driftText(driftOf([planned('use1a-network', ...many)]))).toContain('  and 5 more');
  });
});
