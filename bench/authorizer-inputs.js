// What the authorizer is measured with: a deny-list, and checks.
'use strict';

const net = require('node:net');

const KEY = 'plt:revocation:{deny}';

/**
 * Fills the deny-list as fast as the store takes it.
 *
 * @param {number} port of the store
 * @param {number} entries how many
 */
async function fill(port, entries) {
  const socket = net.connect(port, '127.0.0.1');
  let replies = 0;
  socket.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) replies++;
  });
  const kinds = ['token', 'sign-in', 'user', 'tenant'];
  const text = (words) =>
    `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
  for (let number = 0; number < entries; number++) {
    const id = `6f4a1b1e-0000-4000-8000-${String(number).padStart(12, '0')}`;
    socket.write(text(['XADD', KEY, '*', 'kind', kinds[number % 4], 'id', id, 'not_before', '*']));
  }
  // A reply is two lines.
  while (replies < 2 * entries) await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
}

/** A check as a gateway sends it, in a frame of gRPC. */
function frameOf(encodeCheck, number) {
  const tenant = `customer-${number % 97}`;
  const headers = {
    'x-bulkhead-tenant': tenant,
    'x-bulkhead-tier': 'professional',
    'x-bulkhead-cell': 'use1a',
    'x-bulkhead-shard': '1',
    'x-bulkhead-bucket': '17',
    'x-bulkhead-subject': `0b0a3a4c-6f0f-4d5e-9d63-${String(number).padStart(12, '0')}`,
    'x-bulkhead-client': '4p1v9a3k2m8q6r5t7y0u1i2o3p',
    'x-bulkhead-scope': 'api/read api/write',
    // One in fifty is revoked.
    'x-bulkhead-token-id': `6f4a1b1e-0000-4000-8000-${String(number % 50 === 0 ? 4 * number : 900_000_000 + number).padStart(12, '0')}`,
    'x-bulkhead-origin-token-id': `7f4a1b1e-0000-4000-8000-${String(number).padStart(12, '0')}`,
    'x-bulkhead-issued-at': '1795000000',
    'x-bulkhead-expires-at': '1795003600',
  };
  const message = encodeCheck({
    attributes: {
      request: {
        http: {
          method: 'GET',
          headers,
          path: `/api/v1/tenants/${tenant}/endpoints/${number}?fields=name,state`,
          host: 'shared.use1a.bulkhead.example',
        },
      },
      context_extensions: { fleet: 'shared', cell: 'use1a' },
    },
  });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

module.exports = { fill, frameOf };
