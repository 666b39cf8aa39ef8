// Sends checks to an authorizer at a fixed rate, whether answers come or not, and prints as JSON how long they took from the
// moment at which each was due. Run by `bench/authorizer.js` as a process of its own.
//
// It writes frames of HTTP/2 (RFC 9113) that were made before, for Node's own client costs more than the server that is
// measured.
//
//   node bench/authorizer-load.js <port> <checks a second> <seconds> <file with messages of gRPC, each after its length>
'use strict';

const fs = require('node:fs');
const net = require('node:net');

/** Connections, as from a few gateways. */
const CONNECTIONS = 4;
/** Bytes that may be on their way to the server at first (RFC 9113, 6.9.2); it says when there may be more. */
const WINDOW = 65_535;

/** Waited for in vain, for a tenth of a millisecond. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

function frame(type, flags, stream, payload) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A number of 32 bits. */
function word(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A header that no table remembers (RFC 7541, 6.2.2), whose name and value are short. */
function literal(name, value) {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

const REQUEST_HEADERS = Buffer.concat([
  literal(':method', 'POST'),
  literal(':scheme', 'http'),
  literal(':path', '/envoy.service.auth.v3.Authorization/Check'),
  literal(':authority', 'authorizer'),
  literal('content-type', 'application/grpc'),
  literal('te', 'trailers'),
]);

function readMessages(file) {
  const bytes = fs.readFileSync(file);
  const messages = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    messages.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return messages;
}

/** One connection to the server. Tells `done` of each check that ended, and whether it was answered. */
class Connection {
  constructor(socket, messages, done) {
    this.socket = socket;
    this.done = done;
    this.window = WINDOW;
    this.nextStream = 1;
    /** When the check of each stream was due, and whether it has an answer. */
    this.open = new Map();
    this.waiting = [];
    this.received = Buffer.alloc(0);
    this.requests = messages.map((message) =>
      Buffer.concat([frame(HEADERS, END_HEADERS, 0, REQUEST_HEADERS), frame(DATA, END_STREAM, 0, message)]),
    );
    this.sizes = messages.map(({ length }) => length);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.read(chunk));
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
    socket.write(frame(WINDOW_UPDATE, 0, 0, word(2 ** 30)));
  }

  send(number, due) {
    const index = number % this.requests.length;
    if (this.window < this.sizes[index]) {
      this.waiting.push([number, due]);
      return;
    }
    this.window -= this.sizes[index];
    const stream = this.nextStream;
    this.nextStream += 2;
    this.open.set(stream, { due, answered: false });
    const bytes = Buffer.from(this.requests[index]);
    bytes.writeUInt32BE(stream, 5);
    bytes.writeUInt32BE(stream, 9 + REQUEST_HEADERS.length + 5);
    this.socket.write(bytes);
  }

  read(chunk) {
    const bytes = this.received.length > 0 ? Buffer.concat([this.received, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= 9) {
      const length = bytes.readUIntBE(at, 3);
      if (bytes.length - at < 9 + length) break;
      this.take(
        bytes[at + 3],
        bytes[at + 4],
        bytes.readUInt32BE(at + 5),
        bytes.subarray(at + 9, at + 9 + length),
      );
      at += 9 + length;
    }
    this.received = bytes.subarray(at);
  }

  take(type, flags, stream, payload) {
    if (type === SETTINGS && !(flags & ACK)) this.socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    if (type === PING && !(flags & ACK)) this.socket.write(frame(PING, ACK, 0, payload));
    if (type === WINDOW_UPDATE && stream === 0) {
      this.window += payload.readUInt32BE(0);
      for (const [number, due] of this.waiting.splice(0)) this.send(number, due);
    }
    const check = this.open.get(stream);
    if (!check) return;
    // An error of gRPC has no message: five bytes come before each.
    if (type === DATA && payload.length > 5) check.answered = true;
    const ended = (type === DATA || type === HEADERS) && flags & END_STREAM;
    if (!ended && type !== RST_STREAM) return;
    this.open.delete(stream);
    this.done(check.due, check.answered);
  }
}

async function run() {
  const [port, rate, seconds, file] = process.argv.slice(2);
  const messages = readMessages(file);
  const interval = 1000 / Number(rate);
  const total = Math.round(Number(rate) * Number(seconds));
  const took = new Float64Array(total);
  let done = 0;
  let failed = 0;
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = net.connect(Number(port), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      return new Connection(socket, messages, (due, answered) => {
        took[done++] = performance.now() - due;
        if (!answered) failed++;
      });
    }),
  );

  const began = performance.now();
  let sent = 0;
  await new Promise((resolve) => {
    // Timers are a millisecond coarse, which would be most of what is measured, and turning without a pause takes a core from
    // who is measured.
    const turn = () => {
      const now = performance.now();
      for (; sent < total && began + sent * interval <= now; sent++) {
        connections[sent % CONNECTIONS].send(sent, began + sent * interval);
      }
      Atomics.wait(PAUSE, 0, 0, 0.1);
      if (sent < total) setImmediate(turn);
      else resolve();
    };
    turn();
  });
  const sending = (performance.now() - began) / 1000;
  const patience = performance.now() + 10_000;
  while (done < total && performance.now() < patience) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }

  const sorted = took.subarray(0, done).sort();
  const at = (share) => sorted[Math.min(done - 1, Math.ceil(share * done) - 1)];
  process.stdout.write(
    `${JSON.stringify({
      rate: total / sending,
      unanswered: total - done,
      failed,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      p999: at(0.999),
      max: sorted[done - 1],
    })}\n`,
    () => process.exit(0),
  );
}

run();
