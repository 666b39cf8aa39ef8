import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { nameIn } from '../../constructs/core/naming';
import { syntheticTenant } from '../../constructs/core/releases';
import { signInDomainOf } from '../../constructs/identity/sign-in-domain';
import { SIGN_IN_FIREWALL } from '../../constructs/identity/sign-in-firewall';
import { TOKEN_FUNCTION } from '../registry-access';
import { functionArns, functionKeys, functionLogs, functionStatements } from './functions';
import { roleStatements } from './iam';
import { certificateStatements, readRecords, recordStatement } from './names';
import { secretStatements } from './owners';
import { keyStatements, logDeliveryStatement, logGroupStatements } from './parts';
import {
  becomesOwn,
  contractStatements,
  inRegion,
  IS_UNTAGGED,
  isOwn,
  KEEPS_IDENTITY,
  prefixOf,
  regionalArn,
  staysOwn,
} from './scope';

/** Functions that tenants' stacks call, and the identity stack for synthetic tenants. */
export const TENANT_FUNCTIONS = ['machine-client', 'oidc-provider'] as const;

const FUNCTIONS = [TOKEN_FUNCTION, ...TENANT_FUNCTIONS] as const;

/** Log groups of the pool itself. */
const POOL_LOGS = ['user-activity', 'user-messages'] as const;

/** CloudFront, which serves sign-in domains, takes certificates from this region only. */
const CERTIFICATE_REGION = 'us-east-1';

/**
 * What deploying a cell's identity takes. Not `cognito-idp:DeleteUserPool` nor `DeleteUserPoolDomain`, and no user: a
 * deployment makes nobody a user, and sees nobody.
 *
 * @param zone name of the cell's zone
 */
export function identityPermissions(placement: Placement, zone: string): readonly Statement[] {
  const prefix = prefixOf(placement);
  const domain = signInDomainOf(zone);
  return [
    ...poolStatements(placement),
    ...firewallStatements(placement),
    ...functionStatements(placement, FUNCTIONS, ['cognito-idp.amazonaws.com']),
    ...certificateStatements(placement, [domain], CERTIFICATE_REGION),
    recordStatement('Names', {
      types: ['A', 'CNAME'],
      // The proof of the domain has a name that ACM chooses.
      names: [zone, domain, `_*.${domain}`],
    }),
    ...readRecords(),
    ...logGroupStatements(placement, [
      ...functionLogs(placement, FUNCTIONS),
      ...POOL_LOGS.map((name) => `/aws/vendedlogs/cognito/${prefix}-${name}`),
    ]),
    logDeliveryStatement(placement),
    ...keyStatements(placement, {
      aliases: [...functionKeys(FUNCTIONS), ...POOL_LOGS, 'synthetic-tenants'].map(
        (name) => `${prefix}-${name}`,
      ),
      grantTo: ['lambda', 'secretsmanager'],
    }),
    ...roleStatements(placement, {
      names: FUNCTIONS,
      passTo: ['lambda.amazonaws.com'],
      // Sends mail by an SES identity: "Using service-linked roles", Amazon Cognito Developer Guide.
      serviceLinked: ['email.cognito-idp.amazonaws.com'],
    }),
    ...syntheticTenantStatements(placement),
    ...contractStatements(placement, { publishes: 'identity', reads: ['network'] }),
  ];
}

/** Secrets of synthetic tenants, which no customer's begin like, and having their machine clients made. */
function syntheticTenantStatements(placement: Placement): readonly Statement[] {
  return [
    ...secretStatements(placement, `tenant-${syntheticTenant('*', placement.cell ?? '')}`),
    {
      sid: 'CallMachineClients',
      actions: ['lambda:InvokeFunction'],
      // Terraform names the version `$LATEST` in every call, and Lambda then asks for exactly that.
      resources: functionArns(placement, ['machine-client']).flatMap((arn) => [arn, `${arn}:$LATEST`]),
    },
  ];
}

function poolStatements(placement: Placement): readonly Statement[] {
  const resources = [regionalArn(placement, 'cognito-idp', 'userpool/*')];
  return [
    {
      sid: 'CreatePool',
      // A pool has no id before it exists, so this action knows no resource.
      actions: ['cognito-idp:CreateUserPool'],
      resources: ['*'],
      conditions: [...becomesOwn(placement), inRegion(placement)],
    },
    {
      sid: 'TagNewPool',
      actions: ['cognito-idp:TagResource'],
      resources,
      conditions: [...becomesOwn(placement), IS_UNTAGGED],
    },
    {
      sid: 'Pool',
      actions: [
        'cognito-idp:AddCustomAttributes',
        'cognito-idp:AssociateWebACL',
        'cognito-idp:CreateManagedLoginBranding',
        'cognito-idp:CreateResourceServer',
        'cognito-idp:CreateUserPoolClient',
        'cognito-idp:CreateUserPoolDomain',
        'cognito-idp:DeleteManagedLoginBranding',
        'cognito-idp:DeleteResourceServer',
        'cognito-idp:DeleteUserPoolClient',
        'cognito-idp:DescribeManagedLoginBranding',
        'cognito-idp:DescribeManagedLoginBrandingByClient',
        'cognito-idp:DescribeResourceServer',
        'cognito-idp:DescribeRiskConfiguration',
        'cognito-idp:DescribeUserPool',
        'cognito-idp:DescribeUserPoolClient',
        'cognito-idp:DisassociateWebACL',
        'cognito-idp:GetLogDeliveryConfiguration',
        'cognito-idp:GetUserPoolMfaConfig',
        'cognito-idp:GetWebACLForResource',
        'cognito-idp:ListTagsForResource',
        'cognito-idp:SetLogDeliveryConfiguration',
        'cognito-idp:SetRiskConfiguration',
        'cognito-idp:SetUserPoolMfaConfig',
        'cognito-idp:UpdateManagedLoginBranding',
        'cognito-idp:UpdateResourceServer',
        'cognito-idp:UpdateUserPool',
        'cognito-idp:UpdateUserPoolClient',
        'cognito-idp:UpdateUserPoolDomain',
      ],
      resources,
      conditions: isOwn(placement),
    },
    {
      sid: 'TagPool',
      actions: ['cognito-idp:TagResource'],
      resources,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagPool',
      actions: ['cognito-idp:UntagResource'],
      resources,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
    {
      sid: 'FindDomain',
      // The service knows no resource for this action. It tells whose a domain is and where it is served from.
      actions: ['cognito-idp:DescribeUserPoolDomain'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
    {
      sid: 'ServeDomain',
      // Cognito asks for this with the rights of whoever makes a domain, for a distribution of its own account: "Using your
      // own domain for managed login", Amazon Cognito Developer Guide.
      actions: ['cloudfront:UpdateDistribution'],
      resources: ['arn:aws:cloudfront::*:distribution/*'],
    },
  ];
}

/** The web ACL before the pool. Putting it there is asked of both, of WAF and of Cognito. */
function firewallStatements(placement: Placement): readonly Statement[] {
  const acls = [
    regionalArn(placement, 'wafv2', `regional/webacl/${nameIn(placement, 'webAcl', SIGN_IN_FIREWALL)}/*`),
  ];
  const pools = [regionalArn(placement, 'cognito-idp', 'userpool/*')];
  return [
    {
      sid: 'Firewall',
      actions: [
        'wafv2:CreateWebACL',
        'wafv2:DeleteWebACL',
        'wafv2:GetWebACL',
        'wafv2:ListTagsForResource',
        'wafv2:UpdateWebACL',
      ],
      resources: acls,
    },
    { sid: 'TagFirewall', actions: ['wafv2:TagResource'], resources: acls, conditions: staysOwn(placement) },
    {
      sid: 'UntagFirewall',
      actions: ['wafv2:UntagResource'],
      resources: acls,
      conditions: [KEEPS_IDENTITY],
    },
    {
      sid: 'UseFirewall',
      actions: ['cognito-idp:AssociateWebACL', 'wafv2:AssociateWebACL', 'wafv2:GetWebACLForResource'],
      resources: acls,
    },
    {
      sid: 'PutFirewallBeforePool',
      // WAF gives no tags of a pool. Cognito asks for its own permission as well, which is the cell's pool's only.
      actions: ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL', 'wafv2:GetWebACLForResource'],
      resources: pools,
    },
  ];
}

/**
 * What tenants' stacks make in the cell's pool: resource servers, clients and providers. Cognito knows these by their pool
 * only, so a deployer of tenants could change those of other tenants and the platform's own client, read their secrets, and make
 * a client with another tenant's scope or a provider of another tenant's name: it could be any dedicated tenant's machine or
 * person. It is as trusted as all dedicated tenants of the cell together, which it deploys. It is not trusted with pooled ones:
 * the token function, which it cannot touch, gives those no token by a provider or a machine's scope. (Those that try out
 * releases get one by a machine's scope. They have no data.)
 *
 * The two functions decide by the tenant's id what they make. Each of them is named here, and no other.
 */
export function tenantIdentityStatements(placement: Placement): readonly Statement[] {
  return [
    {
      sid: 'TenantsInPool',
      actions: [
        'cognito-idp:CreateIdentityProvider',
        'cognito-idp:CreateResourceServer',
        'cognito-idp:CreateUserPoolClient',
        'cognito-idp:DeleteIdentityProvider',
        'cognito-idp:DeleteResourceServer',
        'cognito-idp:DeleteUserPoolClient',
        'cognito-idp:DescribeIdentityProvider',
        'cognito-idp:DescribeResourceServer',
        'cognito-idp:DescribeUserPoolClient',
        'cognito-idp:UpdateIdentityProvider',
        'cognito-idp:UpdateResourceServer',
        'cognito-idp:UpdateUserPoolClient',
      ],
      resources: [regionalArn(placement, 'cognito-idp', 'userpool/*')],
      // The pool is the cell's, and so are its tags.
      conditions: isOwn(placement),
    },
    {
      sid: 'CallTenantFunctions',
      actions: ['lambda:InvokeFunction'],
      // Terraform names the version `$LATEST` in every call, and Lambda then asks for exactly that.
      resources: functionArns(placement, TENANT_FUNCTIONS).flatMap((arn) => [arn, `${arn}:$LATEST`]),
    },
  ];
}
