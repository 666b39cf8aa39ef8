import { authorizerConfig } from '../../../services/authorizer/config';
import { ENVIRONMENT } from './fixture';

describe('the environment of an authorizer', () => {
  it('needs a cell, its zone and its tiers, and has defaults for the rest', () => {
    const { CELL, ZONE, TIERS } = ENVIRONMENT;
    expect(authorizerConfig({ CELL, ZONE, TIERS, HTTP_PORT: '' })).toEqual({
      cell: 'use1a',
      zone: 'use1a.bulkhead.example',
      tiers: new Map(Object.entries(JSON.parse(TIERS) as object)),
      maxAgeMs: 60_000,
      maxEntries: 500_000,
      clockSkewSeconds: 5,
      shedToPercent: 10,
      pollMs: 1000,
      fullReadMs: 300_000,
      listenAddress: '0.0.0.0',
      grpcPort: 9001,
      httpPort: 9090,
      drainMs: 5000,
      valkey: { host: '127.0.0.1', port: 6379, tls: false, cluster: false },
    });
  });

  it('is told all that is wrong with it at once', () => {
    expect(() =>
      authorizerConfig({
        ZONE: 'Use1a.example.',
        TIERS: '{"gold":{"fleet":"golden","limit":0},"x":{}}',
        DENY_LIST_MAX_AGE_SECONDS: '4',
        SHED_TO_PERCENT: '101',
        GRPC_PORT: 'grpc',
        VALKEY_TLS: 'yes',
        VALKEY_USER: 'authorizer',
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "invalid environment:
       - VALKEY_TLS must be true or false, got 'yes'
       - CELL must be set
       - ZONE must be a domain name in lower case, got 'Use1a.example.'
       - TIERS.gold.fleet must be one of shared, enterprise
       - TIERS.gold.limit must be at least 1
       - TIERS.x must be the name of a tier
       - DENY_LIST_MAX_AGE_SECONDS must be at least 5, got '4'
       - SHED_TO_PERCENT must be at most 100, got '101'
       - GRPC_PORT must be a whole number, 0-65535, got 'grpc'
       - VALKEY_GROUP must be set, for VALKEY_USER is
       - AWS_REGION must be set, for VALKEY_USER is
       - VALKEY_TLS must be true, for tokens of VALKEY_USER must not be read"
    `);
  });

  it.each([
    ['{', 'TIERS must be JSON'],
    ['{}', 'TIERS must name a tier'],
    ['[]', 'TIERS'],
    [
      '{"big":{"fleet":"enterprise","limit":5,"shedAtLevel":1}}',
      'TIERS must not shed a tier of the enterprise fleet',
    ],
    ['{"big":{"fleet":"shared","limit":5,"shedAtLevel":3}}', 'TIERS.big.shedAtLevel must be 1 or 2'],
    ['{"big":{"fleet":"shared","limit":1.5}}', 'TIERS.big.limit'],
    ['{"big":{"fleet":"shared","limit":5,"shedAtLevl":1}}', 'shedAtLevl'],
    ['{"__proto__":{"fleet":"shared","limit":5}}', 'TIERS'],
  ])('does not take the tiers %s', (TIERS, message) => {
    expect(() => authorizerConfig({ ...ENVIRONMENT, TIERS })).toThrow(message);
  });

  it.each([
    ['DENY_LIST_MAX_AGE_SECONDS', '5', '3600', '3601'],
    ['CLOCK_SKEW_SECONDS', '0', '300', '301'],
    ['SHED_TO_PERCENT', '0', '100', '101'],
    ['DENY_LIST_MAX_ENTRIES', '1', '5000000', '5000001'],
    ['GRPC_PORT', '0', '65535', '65536'],
  ])('takes for %s %s and %s, not %s', (name, least, most, tooMuch) => {
    for (const value of [least, most])
      expect(() => authorizerConfig({ ...ENVIRONMENT, [name]: value })).not.toThrow();
    expect(() => authorizerConfig({ ...ENVIRONMENT, [name]: tooMuch })).toThrow(
      `${name} must be at most ${most}`,
    );
  });
});
