import { EncryptedLogGroup } from '../../constructs/core/encrypted-log-group';
import { synth } from '../support/synth';

const stack = synth((scope) => {
  new EncryptedLogGroup(scope, 'Logs', {
    name: '/aws/eks/one/cluster',
    keyName: ['logs'],
    retentionDays: 90,
  });
});

test('CloudWatch Logs may do with the key what it asks for, for this log group alone', () => {
  const [, logs] = stack.statements('Logs/Key');
  expect(logs).toEqual({
    sid: 'LogsEncrypts',
    effect: 'Allow',
    principals: [{ type: 'Service', identifiers: ['logs.us-east-1.amazonaws.com'] }],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:DescribeKey',
    ],
    resources: ['*'],
    condition: [
      {
        test: 'ArnEquals',
        variable: 'kms:EncryptionContext:aws:logs:arn',
        values: ['arn:aws:logs:us-east-1:222222222222:log-group:/aws/eks/one/cluster'],
      },
    ],
  });
});

test('the log group is encrypted with that key, kept for as long as asked, and never destroyed', () => {
  expect(stack.only('aws_cloudwatch_log_group')).toMatchObject({
    name: '/aws/eks/one/cluster',
    retention_in_days: 90,
    kms_key_id: expect.stringContaining('aws_kms_key.') as string,
    lifecycle: { prevent_destroy: true },
  });
});
