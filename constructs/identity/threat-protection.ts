import { CognitoLogDeliveryConfiguration } from '@cdktf/provider-aws/lib/cognito-log-delivery-configuration';
import { CognitoRiskConfiguration } from '@cdktf/provider-aws/lib/cognito-risk-configuration';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { physicalName } from '../core/naming';

export interface ThreatProtectionProps {
  readonly userPoolId: string;

  /** Feature plan of the pool. Without `plus` only messages that could not be sent are logged. */
  readonly plan: 'essentials' | 'plus';

  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/**
 * Log groups of this name are allowed to AWS's log delivery by one policy, which does not grow with every group: "Log groups
 * with the prefix /aws/vendedlogs/", Amazon CloudWatch Logs User Guide.
 */
const VENDED = '/aws/vendedlogs/cognito/';

/** What the pool does about risky sign-ins, and what it writes down. */
export class ThreatProtection extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    { userPoolId, plan, logRetentionDays }: ThreatProtectionProps,
  ) {
    super(scope, id);
    const log = (name: string): string => {
      const { logGroup } = new EncryptedLogGroup(this, name, {
        name: `${VENDED}${physicalName(this, 'logGroup', name)}`,
        keyName: [name],
        retentionDays: logRetentionDays,
      });
      return logGroup.arn;
    };
    const toLog = (eventSource: string, logLevel: string, name: string) => ({
      eventSource,
      logLevel,
      cloudWatchLogsConfiguration: [{ logGroupArn: log(name) }],
    });
    new CognitoLogDeliveryConfiguration(this, 'Logs', {
      userPoolId,
      logConfigurations: [
        ...(plan === 'plus' ? [toLog('userAuthEvents', 'INFO', 'user-activity')] : []),
        toLog('userNotification', 'ERROR', 'user-messages'),
      ],
    });
    if (plan === 'plus') this.assess(userPoolId);
  }

  /**
   * Nobody is told by mail: messages about risks take an SES identity, and Cognito's own mail is 50 messages a day. Risky
   * sign-ins are in the log of user activity.
   */
  private assess(userPoolId: string): void {
    const action = (eventAction: string) => ({ eventAction, notify: false });
    new CognitoRiskConfiguration(this, 'Risk', {
      userPoolId,
      accountTakeoverRiskConfiguration: {
        actions: {
          lowAction: action('MFA_IF_CONFIGURED'),
          mediumAction: action('MFA_REQUIRED'),
          highAction: action('BLOCK'),
        },
      },
      compromisedCredentialsRiskConfiguration: {
        eventFilter: ['PASSWORD_CHANGE', 'SIGN_IN', 'SIGN_UP'],
        actions: { eventAction: 'BLOCK' },
      },
    });
  }
}
