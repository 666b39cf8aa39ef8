import { accessString, DISABLED_ACCESS_STRING } from '../../constructs/cache/keyspace';
import { startValkey, type ValkeyConnection, type ValkeyServer } from '../support/valkey';

const PASSWORD = 'only-for-this-test';
const user = (text: string) => ({ accessString: text, password: PASSWORD });

/** The strings that go to ElastiCache, in a real server. The attacker is tenant `acme`; `acme-eu` is the victim. */
describe('the access strings of the cache', () => {
  let server: ValkeyServer;
  let acme: ValkeyConnection;
  let victim: ValkeyConnection;
  let operator: ValkeyConnection;
  beforeAll(async () => {
    server = await startValkey({
      default: user(DISABLED_ACCESS_STRING),
      acme: user(accessString({ kind: 'tenant', tenantId: 'acme' })),
      victim: user(accessString({ kind: 'tenant', tenantId: 'acme-eu' })),
      reader: user(accessString({ kind: 'tenant', tenantId: 'acme' }, { own: 'read' })),
      authorizer: user(
        accessString(
          { kind: 'platform', service: 'authorizer' },
          { reads: [{ kind: 'platform', service: 'revocation' }] },
        ),
      ),
      revocation: user(accessString({ kind: 'platform', service: 'revocation' })),
      api: user(accessString({ kind: 'service', tier: 'acme', service: 'api' })),
    });
    acme = await server.connect('acme', PASSWORD);
    victim = await server.connect('victim', PASSWORD);
    operator = await server.connect('operator', 'operator');
    await victim.send('SET', 'ten:acme-eu:cache:secret', 'secret');
    await victim.send('HSET', 'ten:acme-eu:idem:1', 'field', 'secret');
  }, 60_000);
  afterAll(async () => {
    for (const opened of [acme, victim, operator]) opened.close();
    await server.close();
  });

  it.each([
    ['SET', 'ten:acme:cache:a', '1', 'EX', '60'],
    ['GET', 'ten:acme:cache:a'],
    ['INCRBY', 'ten:acme:rl:1', '5'],
    ['EXPIRE', 'ten:acme:rl:1', '60'],
    ['HSET', 'ten:acme:idem:{acme}:1', 'state', 'done'],
    ['HGETALL', 'ten:acme:idem:{acme}:1'],
    ['SADD', 'ten:acme:set', 'member'],
    ['ZADD', 'ten:acme:zset', '1', 'member'],
    ['MGET', 'ten:acme:cache:a', 'ten:acme:cache:b'],
    ['DEL', 'ten:acme:cache:a'],
    ['PING'],
    ['CLIENT', 'SETNAME', 'api'],
    ['COMMAND', 'COUNT'],
  ])('let an owner use its own prefix: %s %s', async (...words) => {
    expect(await acme.send(...words)).not.toMatch(/^-/);
  });

  it('let an owner make several commands one', async () => {
    expect(await acme.send('MULTI')).toBe('+OK');
    await acme.send('INCR', 'ten:acme:rl:2');
    await acme.send('EXPIRE', 'ten:acme:rl:2', '60');
    expect(await acme.send('EXEC')).toBe('*2\r\n:1\r\n:1');
  });

  it.each([
    ['GET', 'ten:acme-eu:cache:secret'],
    ['SET', 'ten:acme-eu:cache:secret', 'forged'],
    ['DEL', 'ten:acme-eu:cache:secret'],
    ['EXISTS', 'ten:acme-eu:cache:secret'],
    ['TYPE', 'ten:acme-eu:cache:secret'],
    ['TTL', 'ten:acme-eu:cache:secret'],
    ['EXPIRE', 'ten:acme-eu:cache:secret', '1'],
    ['HGETALL', 'ten:acme-eu:idem:1'],
    ['HSCAN', 'ten:acme-eu:idem:1', '0'],
    ['MGET', 'ten:acme:cache:a', 'ten:acme-eu:cache:secret'],
    ['MSET', 'ten:acme:cache:a', '1', 'ten:acme-eu:cache:secret', 'forged'],
    ['WATCH', 'ten:acme-eu:cache:secret'],
    ['GET', 'svc:acme:api:cache:a'],
    ['GET', 'ten:acme'],
    ['SET', 'ten:acmee:x', '1'],
    ['SET', 'anything', '1'],
    ['SET', 'ten:*', '1'],
    ['COPY', 'ten:acme-eu:cache:secret', 'ten:acme:stolen'],
    ['RENAME', 'ten:acme-eu:cache:secret', 'ten:acme:stolen'],
    ['DUMP', 'ten:acme-eu:cache:secret'],
    ['OBJECT', 'ENCODING', 'ten:acme-eu:cache:secret'],
    ['MEMORY', 'USAGE', 'ten:acme-eu:cache:secret'],
    ['SUNIONSTORE', 'ten:acme:stolen', 'ten:acme-eu:set'],
    ['SORT', 'ten:acme:set', 'BY', 'ten:acme-eu:*'],
    ['SORT_RO', 'ten:acme:set', 'GET', 'ten:acme-eu:cache:*'],
    ['EVAL', "return redis.call('GET', 'ten:acme-eu:cache:secret')", '0'],
    ['EVALSHA', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', '0'],
    ['FUNCTION', 'LOAD', '#!lua name=x\nredis.register_function("f", function() end)'],
    ['SCRIPT', 'FLUSH'],
  ])('keep an owner from other prefixes: %s %s', async (...words) => {
    expect(await acme.send(...words)).toMatch(/^-NOPERM/);
  });

  it.each([
    ['KEYS', '*'],
    ['KEYS', 'ten:acme:*'],
    ['SCAN', '0'],
    ['SCAN', '0', 'MATCH', 'ten:acme:*'],
    ['RANDOMKEY'],
    ['DBSIZE'],
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['SWAPDB', '0', '1'],
    ['MOVE', 'ten:acme:cache:a', '1'],
    ['CONFIG', 'GET', '*'],
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['ACL', 'LIST'],
    ['ACL', 'WHOAMI'],
    ['ACL', 'SETUSER', 'acme', '~*'],
    ['INFO'],
    ['MONITOR'],
    ['CLIENT', 'LIST'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['CLIENT', 'PAUSE', '1000'],
    ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
    ['PUBLISH', 'news', 'x'],
    ['SUBSCRIBE', 'news'],
    ['PSUBSCRIBE', '*'],
    ['SSUBSCRIBE', 'news'],
    ['PUBSUB', 'CHANNELS'],
    ['SLOWLOG', 'GET'],
    ['LATENCY', 'LATEST'],
    ['SAVE'],
    ['BGSAVE'],
    ['SHUTDOWN', 'NOSAVE'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['CLUSTER', 'GETKEYSINSLOT', '0', '100'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '0'],
    ['CLUSTER', 'RESET'],
    ['CLUSTER', 'FAILOVER'],
    ['MIGRATE', 'host', '6379', 'ten:acme-eu:cache:secret', '0', '1'],
    ['MODULE', 'LIST'],
    ['SYNC'],
    ['BLPOP', 'ten:acme:list', '0'],
    ['WAIT', '1', '0'],
  ])('refuse what looks or reaches beyond an owner: %s %s', async (...words) => {
    expect(await acme.send(...words)).toMatch(/^-NOPERM/);
  });

  it('let a reader read and nothing else', async () => {
    const reader = await server.connect('reader', PASSWORD);
    await acme.send('SET', 'ten:acme:cache:r', '1');
    expect(await reader.send('GET', 'ten:acme:cache:r')).toBe('$1\r\n1');
    for (const words of [
      ['SET', 'ten:acme:cache:r', '2'],
      ['DEL', 'ten:acme:cache:r'],
      ['GETDEL', 'ten:acme:cache:r'],
      ['GET', 'ten:acme-eu:cache:secret'],
    ]) {
      expect(await reader.send(...words)).toMatch(/^-NOPERM/);
    }
    reader.close();
  });

  it('let the authorizer read what is revoked, and neither write that nor read anything else', async () => {
    const revocation = await server.connect('revocation', PASSWORD);
    const authorizer = await server.connect('authorizer', PASSWORD);
    expect(await revocation.send('XADD', 'plt:revocation:{deny}', '*', 'kind', 'user')).toMatch(/^\$/);
    expect(await authorizer.send('XRANGE', 'plt:revocation:{deny}', '-', '+')).toContain('user');
    expect(await authorizer.send('XLEN', 'plt:revocation:{deny}')).toBe(':1');
    for (const words of [
      ['XADD', 'plt:revocation:{deny}', '*', 'kind', 'user'],
      ['XTRIM', 'plt:revocation:{deny}', 'MAXLEN', '0'],
      ['DEL', 'plt:revocation:{deny}'],
      ['EXPIRE', 'plt:revocation:{deny}', '1'],
      ['XRANGE', 'plt:load-level:level', '-', '+'],
      ['GET', 'ten:acme-eu:cache:secret'],
    ]) {
      expect(await authorizer.send(...words)).toMatch(/^-NOPERM/);
    }
    for (const opened of [revocation, authorizer]) opened.close();
  });

  it.each([
    ['XADD', 'plt:revocation:{deny}', 'MINID', '0', '*', 'kind', 'user'],
    ['XRANGE', 'plt:revocation:{deny}', '-', '+'],
    ['XTRIM', 'plt:revocation:{deny}', 'MAXLEN', '0'],
    ['GET', 'plt:load-level:level'],
    ['SET', 'plt:load-level:level', '2'],
    ['XREAD', 'STREAMS', 'plt:revocation:{deny}', '0'],
  ])('keep tenants from what the platform has there: %s %s', async (...words) => {
    expect(await acme.send(...words)).toMatch(/^-NOPERM/);
  });

  it('let nobody in as the default user', async () => {
    await expect(server.connect('default', PASSWORD)).rejects.toThrow('WRONGPASS');
  });

  it('leave the victim as it was', async () => {
    expect(await victim.send('GET', 'ten:acme-eu:cache:secret')).toBe('$6\r\nsecret');
    expect(await victim.send('TTL', 'ten:acme-eu:cache:secret')).toBe(':-1');
  });

  it('fail these tests if a category is granted', async () => {
    await operator.send('ACL', 'SETUSER', 'acme', '+@read');
    expect(await acme.send('SCAN', '0')).toContain('ten:acme-eu:cache:secret');
    await operator.send('ACL', 'SETUSER', 'acme', '-@read');
  });
});
