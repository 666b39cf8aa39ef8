import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Credentials } from '../../lifecycle/surroundings/aws/credentials';
import { AwsTokens } from '../../lifecycle/surroundings/aws/tokens';
import type { Registry } from '../../lifecycle/registry';
import { testPlatform } from '../stacks/fixture';

const PLACE = { cell: 'use1a', shard: 'data-shard-1' };

/** Tokens of a platform whose cell has published where its cache is, or nothing. */
const tokens = (cache: Readonly<Record<string, string>> | undefined): AwsTokens =>
  new AwsTokens({
    // Not asked for what is revoked.
    registry: {} as Registry,
    stacks: {
      contract: ({ cell, stack }) => Promise.resolve(`${cell ?? ''}-${stack}` === 'use1a-cache' ? cache : {}),
    },
    platform: () => testPlatform(),
    credentials: {
      of: () => () => Promise.reject(new Error('not asked for before the connection is encrypted')),
    } as unknown as Credentials,
    now: Date.now,
  });

test('a cell without a cache says what to deploy', async () => {
  await expect(tokens(undefined).revoke('acme', PLACE)).rejects.toMatchObject({
    message: 'use1a-cache is not deployed: there is no list of what is revoked',
    next: ['npx bulkhead deploy --env prod --stacks use1a-cache'],
  });
});

test('a cache that does not answer here is told, with where it does; nobody is taken to be revoked', async () => {
  // Speaks no TLS: the connection ends as one that is not let in.
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const cache = {
    endpoint: '127.0.0.1',
    port: String(port),
    replicationGroupId: 'bulkhead-prod-use1a-cache',
  };
  await expect(tokens(cache).revoke('acme', PLACE)).rejects.toMatchObject({
    message: expect.stringContaining(
      'the cache of use1a did not take it, so tokens may not be revoked: ',
    ) as string,
    next: ['it answers in the VPC of use1a only: the same command with --in-cell runs there'],
  });
  await new Promise((done) => server.close(done));
});
