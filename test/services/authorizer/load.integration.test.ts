import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DENY_LIST_KEY } from '../../../services/authorizer/deny-list';
import { encodeCheck } from '../../../services/authorizer/wire';
import { freePort, startValkey, type ValkeyServer } from '../../support/valkey';
import { callOf, checkOf, until } from './fixture';
import { type Program, startProgram } from './program';

const ENTRIES = 100_000;
const MIB = 2 ** 20;

/** What `bench/authorizer-load.js` prints; times in milliseconds. */
interface Load {
  readonly unanswered: number;
  readonly failed: number;
  readonly p50: number;
}

const subject = (number: number): string => `6f4a1b1e-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** How many and how much an authorizer bears. How fast it is on a machine of its own, `npm run bench:authorizer` tells. */
describe(`an authorizer with ${ENTRIES} revocations`, () => {
  let port: number;
  let store: ValkeyServer;
  const programs: Program[] = [];
  const messages = join(mkdtempSync(join(tmpdir(), 'authorizer-load-')), 'messages');
  beforeAll(async () => {
    port = await freePort();
    store = await startValkey({}, { port });
    const operator = await store.connect('operator', 'operator');
    for (let number = 0; number < ENTRIES; number++) {
      await operator.send(
        'XADD',
        DENY_LIST_KEY,
        '*',
        'kind',
        'user',
        'id',
        subject(number),
        'not_before',
        '*',
      );
    }
    operator.close();
    const frames = Array.from({ length: 100 }, (_, number) => {
      const message = encodeCheck(checkOf(callOf({ subject: subject(number * 2000) })));
      const head = Buffer.alloc(9);
      head.writeUInt32BE(message.length + 5);
      head.writeUInt32BE(message.length, 5);
      return Buffer.concat([head, message]);
    });
    writeFileSync(messages, Buffer.concat(frames));
  }, 120_000);
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()));
  }, 30_000);
  afterAll(() => store.close());

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<Program> {
    const program = await startProgram({ environment: { VALKEY_PORT: String(port), ...environment } });
    programs.push(program);
    return program;
  }

  async function load(program: Program, rate: number, seconds: number): Promise<Load> {
    const child = spawn(
      process.execPath,
      ['bench/authorizer-load.js', String(program.grpcPort), String(rate), String(seconds), messages],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(child, 'close');
    return JSON.parse(text) as Load;
  }

  const outcome = async (program: Program, number: number): Promise<string> => {
    const { status, code } = await program.gateway.check(callOf({ subject: subject(number) }));
    return code ?? String(status);
  };
  const memory = (program: Program): Promise<number> => program.metric('process_resident_memory_bytes');

  it('knows every one of them when it is ready, in half of the memory that its pod has', async () => {
    const program = await start();
    await program.ready();
    expect(await program.metric('bulkhead_authorizer_deny_list_entries{kind="user"}')).toBe(ENTRIES);
    for (const number of [0, 1, 4711, ENTRIES - 1])
      expect(await outcome(program, number)).toBe('token_revoked');
    expect(await outcome(program, ENTRIES)).toBe('200');
    expect(await memory(program)).toBeLessThan(256 * MIB);
  }, 60_000);

  it('bears a flood of ten times the load: it takes no more memory than it has, and is itself again afterwards', async () => {
    const program = await start();
    await program.ready();
    await load(program, 2000, 3);
    const flood = await load(program, 20_000, 5);
    expect(await memory(program)).toBeLessThan(512 * MIB);
    expect(flood.failed).toBe(0);
    await until(async () => (await load(program, 500, 2)).p50 < 100, 60_000);
    expect([await outcome(program, 1), await outcome(program, ENTRIES)]).toEqual(['token_revoked', '200']);
    expect(program.process.exitCode).toBeNull();
  }, 180_000);

  it('that has no room for all of them refuses everything', async () => {
    const program = await start({ DENY_LIST_MAX_ENTRIES: String(ENTRIES - 1) });
    await program.ready();
    expect(await outcome(program, ENTRIES)).toBe('deny_list_unknown');
    expect(await program.metric('bulkhead_authorizer_deny_list_overflowing')).toBe(1);
  }, 60_000);
});
