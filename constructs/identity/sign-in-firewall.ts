import { Wafv2WebAcl } from '@cdktf/provider-aws/lib/wafv2-web-acl';
import { Wafv2WebAclAssociation } from '@cdktf/provider-aws/lib/wafv2-web-acl-association';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';

export interface SignInFirewallProps {
  readonly userPoolArn: string;
}

/** Last part of the web ACL's name. */
export const SIGN_IN_FIREWALL = 'sign-in';

/** Seconds over which WAF counts: the longest but one, and its own default. */
const WINDOW_SECONDS = 300;

/**
 * Requests of one address in {@link WINDOW_SECONDS}: ten a second, a twelfth of what Cognito takes from the whole account.
 * Behind one address of a customer, 6,000 people or machines may refresh their tokens every ten minutes.
 */
const REQUESTS_PER_ADDRESS = 3000;

/**
 * Keeps one address from using up what an account may ask of Cognito in a second, which would leave nobody's sign-in any. What
 * WAF blocks Cognito does not count: "Associate an AWS WAF web ACL with a user pool", Amazon Cognito Developer Guide.
 *
 * It knows addresses and no people: guessing passwords is threat protection's to notice. Floods from many addresses it does
 * not see; who holds a token then still has 50 minutes.
 */
export class SignInFirewall extends Construct {
  public constructor(scope: Construct, id: string, { userPoolArn }: SignInFirewallProps) {
    super(scope, id);
    const name = physicalName(this, 'webAcl', SIGN_IN_FIREWALL);
    const metrics = (metricName: string) => ({
      cloudwatchMetricsEnabled: true,
      // Samples hold headers and addresses of callers.
      sampledRequestsEnabled: false,
      metricName,
    });
    const acl = new Wafv2WebAcl(this, 'Acl', {
      name,
      description: 'Requests of one address to the user pool',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rule: [
        {
          name: 'one-address',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          // Statements nest, so the provider's types leave them open.
          statement: {
            rate_based_statement: {
              limit: REQUESTS_PER_ADDRESS,
              evaluation_window_sec: WINDOW_SECONDS,
              aggregate_key_type: 'IP',
            },
          },
          visibilityConfig: metrics('one-address'),
        },
      ],
      visibilityConfig: metrics(name),
    });
    new Wafv2WebAclAssociation(this, 'Pool', { resourceArn: userPoolArn, webAclArn: acl.arn });
  }
}
