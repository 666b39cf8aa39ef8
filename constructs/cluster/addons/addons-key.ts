import type { Construct } from 'constructs';
import { EncryptionKey } from '../../core/encryption-key';
import { placementOf } from '../../core/placement';

/**
 * The key of pod logs and metrics. Managed Prometheus uses it by a grant of whoever makes the workspace; CloudWatch Logs
 * needs to be named.
 *
 * @param logGroups names of the log groups that may use it
 */
export function addonsKey(scope: Construct, id: string, logGroups: readonly string[]): EncryptionKey {
  const { account, region } = placementOf(scope);
  return new EncryptionKey(scope, id, {
    name: ['addons'],
    description: 'Pod logs and metrics of the cell',
    statements: [
      {
        sid: 'CloudWatchLogs',
        principals: [{ type: 'Service', identifiers: [`logs.${region}.amazonaws.com`] }],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:DescribeKey',
        ],
        // In a key policy `*` is this key and no other.
        resources: ['*'],
        condition: [
          {
            test: 'ArnEquals',
            variable: 'kms:EncryptionContext:aws:logs:arn',
            values: logGroups.map((name) => `arn:aws:logs:${region}:${account}:log-group:${name}`),
          },
        ],
      },
    ],
  });
}
