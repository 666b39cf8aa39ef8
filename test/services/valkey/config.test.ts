import { valkeyConfig } from '../../../services/valkey/config';

const IAM = {
  VALKEY_USER: 'bulkhead-prod-use1a-plt-authorizer',
  VALKEY_GROUP: 'bulkhead-prod-use1a',
  AWS_REGION: 'us-east-1',
};

describe('the environment of a client of the cache', () => {
  it('is a server of this machine by default', () => {
    expect(valkeyConfig({})).toEqual({ host: '127.0.0.1', port: 6379, tls: false, cluster: false });
  });

  it('is a cluster with a user of IAM where it says so', () => {
    expect(
      valkeyConfig({
        VALKEY_HOST: 'cache.example',
        VALKEY_PORT: '6380',
        VALKEY_TLS: 'true',
        VALKEY_CLUSTER: 'true',
        ...IAM,
      }),
    ).toEqual({
      host: 'cache.example',
      port: 6380,
      tls: true,
      cluster: true,
      iam: { userId: IAM.VALKEY_USER, replicationGroupId: IAM.VALKEY_GROUP, region: 'us-east-1' },
    });
  });

  it('logs nobody in for a region alone, which Lambda always sets', () => {
    expect(valkeyConfig({ AWS_REGION: 'us-east-1' })).not.toHaveProperty('iam');
  });

  it('is told all that is wrong with it at once', () => {
    expect(() =>
      valkeyConfig({ VALKEY_PORT: '0', VALKEY_CLUSTER: '1', VALKEY_USER: 'a', VALKEY_TLS: 'false' }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "invalid environment:
       - VALKEY_PORT must be at least 1, got '0'
       - VALKEY_CLUSTER must be true or false, got '1'
       - VALKEY_GROUP must be set, for VALKEY_USER is
       - AWS_REGION must be set, for VALKEY_USER is
       - VALKEY_TLS must be true, for tokens of VALKEY_USER must not be read"
    `);
    expect(() => valkeyConfig({ VALKEY_GROUP: 'group' })).toThrow(
      'VALKEY_USER must be set, for VALKEY_GROUP is',
    );
  });
});
