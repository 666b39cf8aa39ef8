import { accessString } from '../../../constructs/cache/keyspace';
import type { Sender } from '../../../services/load-level/alarms';
import { LEVEL_KEY, STATE_KEY, TTL_SECONDS, updateLevel } from '../../../services/load-level/load-level';
import { settingsIn } from '../../../services/load-level/settings';
import { startValkey, type ValkeyConnection, type ValkeyServer } from '../../support/valkey';

const PREFIX = 'bulkhead-prod-use1a-load-';
const NAMES = ['calls', 'shard-1', 'cache'].flatMap((source) =>
  ['raise-1', 'hold-1', 'raise-2', 'hold-2'].map((kind) => `${PREFIX}${source}-${kind}`),
);

let server: ValkeyServer;
let connection: ValkeyConnection;
let operator: ValkeyConnection;

beforeAll(async () => {
  server = await startValkey({
    'plt-load-level': {
      accessString: accessString({ kind: 'platform', service: 'load-level' }),
      password: 'secret',
    },
  });
  connection = await server.connect('plt-load-level', 'secret');
  operator = await server.connect('operator', 'operator');
});
afterAll(async () => {
  connection.close();
  operator.close();
  await server.close();
});
beforeEach(() => operator.send('FLUSHALL'));

/** One command after the other: the connection pairs no replies. */
let last: Promise<unknown> = Promise.resolve();
function send(...words: string[]): Promise<string> {
  const reply = last.then(() => connection.send(...words));
  last = reply;
  return reply;
}

/** The real server, asked as the function's own user. */
const valkey = {
  get: async (key: string) => {
    const reply = await send('GET', key);
    if (reply.startsWith('-')) throw new Error(reply);
    return reply.startsWith('$-1') ? undefined : reply.slice(reply.indexOf('\r\n') + 2);
  },
  set: async (key: string, value: string, { ttlSeconds }: { ttlSeconds: number }) => {
    const reply = await send('SET', key, value, 'EX', String(ttlSeconds));
    if (reply !== '+OK') throw new Error(reply);
  },
};

/** CloudWatch with these alarms loud, in pages of five. */
const cloudwatch = (states: Readonly<Record<string, string>> = {}, names = NAMES): Sender => ({
  send: ({ input }) => {
    const start = Number(input.NextToken ?? 0);
    const found = names.filter((name) => name.startsWith(input.AlarmNamePrefix ?? ''));
    return Promise.resolve({
      MetricAlarms: found
        .slice(start, start + 5)
        .map((name) => ({ AlarmName: name, StateValue: states[name] ?? 'OK' })),
      ...(start + 5 < found.length && { NextToken: String(start + 5) }),
    });
  },
});

let minute = 0;
const lines: string[] = [];
const update = (sender: Sender, store: typeof valkey = valkey) =>
  updateLevel({
    alarmPrefix: PREFIX,
    holdMinutes: 10,
    cloudwatch: sender,
    valkey: store,
    now: () => minute * 60_000,
    log: (line) => lines.push(line),
  });

beforeEach(() => {
  minute = 0;
  lines.length = 0;
});

test('an alarm on the last page raises the level that authorizers read', async () => {
  await update(cloudwatch({ [`${PREFIX}cache-raise-2`]: 'ALARM' }));
  expect(await valkey.get(LEVEL_KEY)).toBe('2');
});

test('the level ends by itself when nobody writes it any more', async () => {
  await update(cloudwatch());
  for (const key of [LEVEL_KEY, STATE_KEY]) {
    const ttl = Number((await operator.send('TTL', key)).slice(1));
    expect(ttl).toBeGreaterThan(TTL_SECONDS - 10);
    expect(ttl).toBeLessThanOrEqual(TTL_SECONDS);
  }
});

test('a level outlasts its cause by the hold, over many runs', async () => {
  await update(cloudwatch({ [`${PREFIX}calls-raise-1`]: 'ALARM' }));
  const levels: string[] = [];
  for (minute = 1; minute <= 12; minute++) {
    await update(cloudwatch());
    levels.push((await valkey.get(LEVEL_KEY)) ?? '');
  }
  expect(levels.join('')).toBe('111111111100');
});

test('what is remembered was written when the level was: a failure between leaves nothing undone', async () => {
  const broken = {
    ...valkey,
    set: (key: string, value: string, options: { ttlSeconds: number }) =>
      key === LEVEL_KEY ? Promise.reject(new Error('failover')) : valkey.set(key, value, options),
  };
  const loud = cloudwatch({ [`${PREFIX}calls-raise-2`]: 'ALARM' });
  await expect(update(loud, broken)).rejects.toThrow('failover');
  await update(cloudwatch());
  expect(await valkey.get(LEVEL_KEY)).toBe('2');
});

test('without alarms nobody knows: the run fails, and no level is written', async () => {
  await expect(update(cloudwatch({}, []))).rejects.toThrow(
    `no alarm begins with ${PREFIX}: nobody watches the load`,
  );
  const strangers = [
    `${PREFIX}calls-lower-1`,
    `${PREFIX}calls-raise-3`,
    'bulkhead-prod-use1b-load-calls-raise-1',
  ];
  await expect(update(cloudwatch({}, strangers))).rejects.toThrow('nobody watches');
  expect(await valkey.get(LEVEL_KEY)).toBeUndefined();
});

test('pages without end are an error', async () => {
  const endless: Sender = { send: () => Promise.resolve({ MetricAlarms: [], NextToken: 'again' }) };
  await expect(update(endless)).rejects.toThrow('do not end');
});

test('a line tells the level as a metric of the cell, and what changed', async () => {
  await update(
    cloudwatch({ [`${PREFIX}calls-raise-1`]: 'ALARM', [`${PREFIX}cache-hold-2`]: 'INSUFFICIENT_DATA' }),
  );
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      _aws: {
        Timestamp: 0,
        CloudWatchMetrics: [
          {
            Namespace: 'bulkhead/load-level',
            Dimensions: [['cell']],
            Metrics: [{ Name: 'ShedLevel', Unit: 'None' }],
          },
        ],
      },
      cell: 'bulkhead-prod-use1a',
      ShedLevel: 1,
      level: 'warn',
      event: 'load-level-changed',
      before: 0,
      alarms: 1,
      unknown: 1,
    },
  ]);
});

test('its user reaches its own keys and no others', async () => {
  await expect(valkey.set('plt:revocation:{deny}', 'x', { ttlSeconds: 1 })).rejects.toThrow('NOPERM');
  await expect(valkey.get('svc:starter:api:x')).rejects.toThrow('NOPERM');
});

test('settings are what the function was told, and every wrong one is named', () => {
  expect(settingsIn({ ALARM_PREFIX: PREFIX, HOLD_MINUTES: '10' })).toEqual({
    alarmPrefix: PREFIX,
    holdMinutes: 10,
  });
  expect(() => settingsIn({ ALARM_PREFIX: 'x y', HOLD_MINUTES: '0' })).toThrowErrorMatchingInlineSnapshot(`
   "invalid environment:
     - ALARM_PREFIX must be the beginning of names of alarms, with a hyphen at its end, got 'x y'
     - HOLD_MINUTES must be at least 1, got '0'"
  `);
});
