import { StateBucket, type StateBucketProps } from '../../constructs/state/state-bucket';
import { synth, type SynthesizedStack } from '../support/synth';

const PROPS: StateBucketProps = {
  name: 'bulkhead-prod-state-111111111111-us-east-1',
  keyAlias: 'alias/bulkhead-prod-state',
  oldVersionRetentionDays: 90,
};
const PLACEMENT = { platform: 'bulkhead', environment: 'prod', account: '111111111111', region: 'us-east-1' };
const build = (props: Partial<StateBucketProps> = {}): SynthesizedStack =>
  synth((stack) => new StateBucket(stack, 'State', { ...PROPS, ...props }), PLACEMENT);

const stack = build();
const STATE = 'State/State/';
const LOGS = 'State/AccessLogs/';

describe.each([
  ['state', STATE],
  ['access logs', LOGS],
])('the bucket of %s', (_, within) => {
  it('keeps its data when the stack is destroyed', () => {
    expect(stack.only('aws_s3_bucket', within)['lifecycle']).toEqual({ prevent_destroy: true });
  });

  it('is closed to the public in all four ways, and knows no ACLs', () => {
    expect(stack.only('aws_s3_bucket_public_access_block', within)).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(stack.only('aws_s3_bucket_ownership_controls', within)['rule']).toEqual({
      object_ownership: 'BucketOwnerEnforced',
    });
  });

  it('keeps versions', () => {
    expect(stack.only('aws_s3_bucket_versioning', within)['versioning_configuration']).toEqual({
      status: 'Enabled',
    });
  });

  it('refuses plain HTTP and TLS before 1.2 to everybody', () => {
    const refusals = stack
      .statements(`${within}Statements`)
      .filter(({ sid }) => /Http|Tls/.test(String(sid)));
    expect(
      refusals.map(({ effect, principals, actions, condition }) => ({
        effect,
        principals,
        actions,
        condition,
      })),
    ).toEqual([
      {
        effect: 'Deny',
        principals: [{ type: '*', identifiers: ['*'] }],
        actions: ['s3:*'],
        condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
      },
      {
        effect: 'Deny',
        principals: [{ type: '*', identifiers: ['*'] }],
        actions: ['s3:*'],
        condition: [{ test: 'NumericLessThan', variable: 's3:TlsVersion', values: ['1.2'] }],
      },
    ]);
  });
});

describe('state', () => {
  it('is encrypted with a key of its own that rotates', () => {
    const [rule] = stack.only('aws_s3_bucket_server_side_encryption_configuration', STATE)[
      'rule'
    ] as unknown[];
    const key = stack.only('aws_kms_key');
    expect(rule).toEqual({
      apply_server_side_encryption_by_default: {
        sse_algorithm: 'aws:kms',
        kms_master_key_id: `\${${key.address}.arn}`,
      },
      bucket_key_enabled: true,
    });
    expect(key).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
  });

  it('refuses uploads under other encryption, another key, the default key or a key of the caller', () => {
    const refusals = stack
      .statements(`${STATE}Statements`)
      .filter(({ actions }) => String(actions) === 's3:PutObject');
    expect(refusals.map(({ sid, effect }) => [sid, effect] as unknown)).toEqual([
      ['RefuseOtherEncryption', 'Deny'],
      ['RefuseOtherKeys', 'Deny'],
      ['RefuseDefaultKey', 'Deny'],
      ['RefuseCustomerKeys', 'Deny'],
    ]);
    const key = stack.only('aws_kms_key');
    expect(refusals[1]?.['condition']).toContainEqual({
      test: 'StringNotEquals',
      variable: 's3:x-amz-server-side-encryption-aws-kms-key-id',
      // Backends name the key by its alias.
      values: [`\${${key.address}.arn}`, 'alias/bulkhead-prod-state'],
    });
  });

  it('keeps old versions as long as config says, and drops abandoned uploads and leftovers of locks', () => {
    const { rule } = build({ oldVersionRetentionDays: 30 }).only(
      'aws_s3_bucket_lifecycle_configuration',
      'State/Lifecycle',
    );
    expect(rule).toMatchObject([
      {
        status: 'Enabled',
        noncurrent_version_expiration: [{ noncurrent_days: 30 }],
        expiration: [{ expired_object_delete_marker: true }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
      },
    ]);
  });

  it('never expires in its current version', () => {
    const { rule } = stack.only('aws_s3_bucket_lifecycle_configuration', 'State/Lifecycle');
    expect(rule[0].expiration[0]).not.toHaveProperty('days');
  });
});

describe('access logs', () => {
  it('are delivered to their own bucket by S3 alone, and for this bucket alone', () => {
    const [source, target] = [STATE, LOGS].map((within) => stack.only('aws_s3_bucket', within).address);
    expect(stack.only('aws_s3_bucket_logging')).toMatchObject({
      bucket: `\${${String(source)}.bucket}`,
      target_bucket: `\${${String(target)}.bucket}`,
      target_prefix: 'state/',
    });
    const allowed = stack.statements(`${LOGS}Statements`).filter(({ effect }) => effect !== 'Deny');
    expect(allowed).toMatchObject([
      {
        actions: ['s3:PutObject'],
        principals: [{ type: 'Service', identifiers: ['logging.s3.amazonaws.com'] }],
        condition: [
          { variable: 'aws:SourceArn', values: [`\${${String(source)}.arn}`] },
          { variable: 'aws:SourceAccount', values: ['111111111111'] },
        ],
      },
    ]);
  });

  it('are encrypted with keys of S3, the only ones that delivery of access logs supports', () => {
    const { rule } = stack.only('aws_s3_bucket_server_side_encryption_configuration', LOGS);
    expect(rule).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' } }]);
  });

  it('are kept for a year', () => {
    const { rule } = stack.only('aws_s3_bucket_lifecycle_configuration', 'State/AccessLogsLifecycle');
    expect(rule).toMatchObject([{ expiration: [{ days: 365 }] }]);
  });
});

describe('retention', () => {
  it.each([1, 3650])('may be %d days', (days) => {
    expect(() => build({ oldVersionRetentionDays: days, accessLogRetentionDays: days })).not.toThrow();
  });

  it.each([0, 3651, 1.5, Number.NaN])('may not be %d days, and both mistakes are told at once', (days) => {
    expect(() => build({ oldVersionRetentionDays: days, accessLogRetentionDays: days })).toThrow(
      [
        '[test/State] invalid StateBucket props:',
        `  - oldVersionRetentionDays must be a whole number between 1 and 3650, got ${String(days)}`,
        `  - accessLogRetentionDays must be a whole number between 1 and 3650, got ${String(days)}`,
      ].join('\n'),
    );
  });
});
