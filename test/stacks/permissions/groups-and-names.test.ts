import { addonsPermissions } from '../../../stacks/permissions/addons';
import { cachePermissions } from '../../../stacks/permissions/cache';
import { cellDeliveryPermissions } from '../../../stacks/permissions/cell-delivery';
import { clusterPermissions } from '../../../stacks/permissions/cluster';
import { networkPermissions } from '../../../stacks/permissions/network';
import { allows, type Request } from '../../support/iam';
import { USE1A } from '../fixture';

const GROUP = 'arn:aws:ec2:us-east-1:222222222222:security-group/sg-1';
const RULE = 'arn:aws:ec2:us-east-1:222222222222:security-group-rule/*';
const ZONE = 'arn:aws:route53:::hostedzone/Z1';

const tags = (where: 'Request' | 'Resource', owner: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      platform: 'bulkhead',
      environment: 'prod',
      cell: 'use1a',
      tier: 'shared',
      tenant: 'shared',
      ...owner,
    }).map(([tag, value]) => [`aws:${where}Tag/${tag}`, value]),
  );
const own = tags('Resource');
const ofCluster = (name: string): Request['context'] => ({ 'aws:ResourceTag/aws:eks:cluster-name': name });

describe('the security group that EKS makes', () => {
  const may = (action: string, context: Request['context']): boolean =>
    allows(clusterPermissions(USE1A), { action, resource: GROUP, ...(context && { context }) });

  it.each(['AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules', 'RevokeSecurityGroupIngress'])(
    'is opened by the deployer of its own cluster and of no other: %s',
    (action) => {
      expect(may(`ec2:${action}`, ofCluster('bulkhead-prod-use1a'))).toBe(true);
      expect(may(`ec2:${action}`, ofCluster('bulkhead-prod-use1b'))).toBe(false);
    },
  );

  it.each(['DeleteSecurityGroup', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'])(
    'is not changed otherwise: %s',
    (action) => {
      expect(may(`ec2:${action}`, ofCluster('bulkhead-prod-use1a'))).toBe(false);
    },
  );
});

describe.each([
  ['cluster', clusterPermissions(USE1A)],
  ['delivery', cellDeliveryPermissions(USE1A)],
  ['addons', addonsPermissions(USE1A)],
  ['cache', cachePermissions(USE1A)],
])('security groups of %s', (_, statements) => {
  const may = (action: string, resource: string, context: Request['context'] = {}): boolean =>
    allows(statements, { action, resource, context });

  it('get rules both ways, with tags of their own', () => {
    for (const action of ['ec2:AuthorizeSecurityGroupEgress', 'ec2:AuthorizeSecurityGroupIngress']) {
      expect(may(action, GROUP, own)).toBe(true);
      expect(may(action, RULE, tags('Request'))).toBe(true);
      expect(may(action, RULE)).toBe(false);
    }
  });

  it("are the cell's: not a tenant's and not another cell's", () => {
    for (const owner of [{ tier: 'enterprise', tenant: 'acme' }, { tier: 'starter' }, { cell: 'use1b' }]) {
      expect(may('ec2:AuthorizeSecurityGroupIngress', GROUP, tags('Resource', owner))).toBe(false);
    }
  });
});

describe('names of a cell', () => {
  const may = (action: string, resource: string): boolean =>
    allows(networkPermissions(USE1A), { action, resource, context: own });

  it('are made by the deployer of its network', () => {
    expect(may('route53:CreateHostedZone', '*')).toBe(true);
    expect(may('route53:GetHostedZone', ZONE)).toBe(true);
    expect(may('route53:GetChange', 'arn:aws:route53:::change/C1')).toBe(true);
  });

  it.each([
    'route53:DeleteHostedZone',
    'route53:ChangeResourceRecordSets',
    'route53:DisassociateVPCFromHostedZone',
  ])('cannot be lost nor led elsewhere by it: %s', (action) => {
    expect(may(action, ZONE)).toBe(false);
  });
});
