import type { Construct } from 'constructs';
import { logsMayEncrypt } from '../../core/encrypted-log-group';
import { EncryptionKey } from '../../core/encryption-key';

/**
 * The key of pod logs and metrics. Managed Prometheus uses it by a grant of whoever makes the workspace; CloudWatch Logs
 * needs to be named.
 *
 * @param logGroups names of the log groups that may use it
 */
export function addonsKey(scope: Construct, id: string, logGroups: readonly string[]): EncryptionKey {
  return new EncryptionKey(scope, id, {
    name: ['addons'],
    description: 'Pod logs and metrics of the cell',
    statements: [logsMayEncrypt(scope, logGroups)],
  });
}
