// Prints how long the authorizer takes to answer checks: at 2,000 a second, sent whether answers come or not, from a process
// of its own on the same machine, with 100,000 revocations; then as h2load sees it, if that is installed (Debian:
// nghttp2-client). Needs a valkey-server or redis-server.
//
//   npm run bench:authorizer -- [--rate 2000] [--seconds 20] [--rounds 3] [--entries 100000]
'use strict';

const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildSync } = require('esbuild');
const { fill, frameOf } = require('./authorizer-inputs');
const { machine, printTable, scratchFolder } = require('./measure');

const root = path.join(__dirname, '..');
const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    entries: { type: 'string', default: '100000' },
  },
});
const ENTRIES = Number(flags.entries);
const ROUNDS = Number(flags.rounds);
const scratch = scratchFolder();
const children = [];
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Runs a server until this process ends. */
function serve(program, args, env = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
}

/** The program as pods run it: one minified file. */
function bundle(entry) {
  const outfile = path.join(scratch, `${path.basename(entry, '.ts')}.js`);
  buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  return outfile;
}

const tool = (...names) => names.find((name) => spawnSync('which', [name]).status === 0);

async function startStore() {
  const server = tool('valkey-server', 'redis-server');
  if (!server) throw new Error('neither valkey-server nor redis-server is on the PATH');
  const port = await freePort();
  serve(server, [
    '--port',
    String(port),
    '--save',
    '',
    '--dir',
    scratch,
    '--loglevel',
    'warning',
    '--logfile',
    path.join(scratch, 'store.log'),
  ]);
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return port;
    await sleep(50);
  }
}

function writeFrames() {
  const { encodeCheck } = require(bundle('services/authorizer/wire.ts'));
  const frames = Array.from({ length: 1000 }, (_, number) => frameOf(encodeCheck, number));
  const file = path.join(scratch, 'frames');
  fs.writeFileSync(
    file,
    Buffer.concat(
      frames.flatMap((frame) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(frame.length);
        return [length, frame];
      }),
    ),
  );
  const one = path.join(scratch, 'frame');
  fs.writeFileSync(one, frames[1]);
  return { file, one };
}

async function metricsOf(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return (name) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
}

/** Processor time of a process so far, in seconds. */
function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function load(port, rate, seconds, file) {
  const args = [
    path.join(__dirname, 'authorizer-load.js'),
    String(port),
    String(rate),
    String(seconds),
    file,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  return once(child, 'close').then(() => JSON.parse(text));
}

const mebibytes = (metrics) => (metrics('process_resident_memory_bytes') / 2 ** 20).toFixed(0);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value) => value.toFixed(2);

async function run() {
  const storePort = await startStore();
  await fill(storePort, ENTRIES);
  const { file, one } = writeFrames();
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const program = bundle('services/authorizer/main.ts');
  const began = performance.now();
  // As pods run it: constructs/gateway/authorizer.ts.
  const authorizer = serve(process.execPath, ['--single-threaded-gc', program], {
    CELL: 'use1a',
    ZONE: 'use1a.bulkhead.example',
    TIERS: JSON.stringify({ professional: { fleet: 'shared', limit: 50, shedAtLevel: 2 } }),
    VALKEY_PORT: String(storePort),
    GRPC_PORT: String(grpcPort),
    HTTP_PORT: String(httpPort),
    LISTEN_ADDRESS: '127.0.0.1',
    // The whole list is read again while checks are measured.
    FULL_READ_SECONDS: '20',
  });
  while (
    !(await fetch(`http://127.0.0.1:${httpPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(20);
  const started = performance.now() - began;
  const metrics = await metricsOf(httpPort);
  const reading = metrics('bulkhead_authorizer_read_seconds_sum{kind="full"}');
  console.log(
    `${machine()}, ${os.loadavg()[0].toFixed(1)} other programs running; ready ${started.toFixed(0)} ms after its start, ` +
      `${(reading * 1000).toFixed(0)} ms of it reading ${ENTRIES} revocations; ${mebibytes(metrics)} MiB`,
  );

  await load(grpcPort, flags.rate, 5, file);
  const runs = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const cpu = cpuSeconds(authorizer.pid);
    const result = await load(grpcPort, flags.rate, flags.seconds, file);
    runs.push({
      ...result,
      cpu: (cpuSeconds(authorizer.pid) - cpu) / Number(flags.seconds),
      busy: os.loadavg()[0],
    });
  }
  const columns = ['p50', 'p95', 'p99', 'p999', 'max'];
  const row = (name, of) => [
    name,
    of((each) => each.rate).toFixed(0),
    ...columns.map((column) => ms(of((each) => each[column]))),
    of((each) => each.cpu).toFixed(2),
    String(of((each) => each.unanswered + each.failed)),
    of((each) => each.busy).toFixed(1),
  ];
  printTable([
    ['milliseconds', 'checks/s', 'p50', 'p95', 'p99', 'p99.9', 'longest', 'cores', 'failed', 'load'],
    ...runs.map((each, index) => row(`round ${index + 1}`, (pick) => pick(each))),
    row('median', (pick) => median(runs.map(pick))),
  ]);
  const after = await metricsOf(httpPort);
  console.log(`${mebibytes(after)} MiB after it`);

  if (!tool('h2load')) return console.log('h2load is not installed');
  const common = [
    '-m',
    '10',
    '-t',
    '1',
    '-H',
    'content-type: application/grpc',
    '-H',
    'te: trailers',
    '-d',
    one,
  ];
  const url = `http://127.0.0.1:${grpcPort}/envoy.service.auth.v3.Authorization/Check`;
  const log = path.join(scratch, 'h2load.log');
  // Ten connections of 200 a second each.
  const paced = [
    '-c',
    '10',
    '--rps',
    String(Number(flags.rate) / 10),
    '-D',
    flags.seconds,
    `--log-file=${log}`,
  ];
  execFileSync('h2load', [...paced, ...common, url], { encoding: 'utf8' });
  const took = fs
    .readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([, status]) => status === '200')
    .map(([, , microseconds]) => Number(microseconds) / 1000)
    .sort((a, b) => a - b);
  const at = (share) => ms(took[Math.ceil(share * took.length) - 1]);
  console.log(
    `h2load at ${flags.rate}/s: ${took.length} checks, p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, p99.9 ${at(0.999)} ms`,
  );
  const flat = execFileSync('h2load', ['-c', '10', '-n', '50000', ...common, url], { encoding: 'utf8' });
  console.log(
    `h2load as fast as it goes:\n${flat
      .split('\n')
      .filter((line) => /finished in|requests:|time for request/.test(line))
      .join('\n')}`,
  );
}

run().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
