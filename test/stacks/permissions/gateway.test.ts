import { gatewayPermissions } from '../../../stacks/permissions/gateway';
import { allows, type Request } from '../../support/iam';
import { USE1A } from '../fixture';

const STATEMENTS = gatewayPermissions(USE1A, 'use1a.example.com');
const elb = (resource: string): string => `arn:aws:elasticloadbalancing:us-east-1:222222222222:${resource}`;
const BALANCER = elb('loadbalancer/net/bulkhead-prod-use1a-shared/1');
const LISTENER = elb('listener/net/bulkhead-prod-use1a-shared/1/2');
const GROUP = elb('targetgroup/bulkhead-prod-use1a-shared/1');

const tags = (where: 'Request' | 'Resource', cell = 'use1a'): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ platform: 'bulkhead', environment: 'prod', cell, tier: 'shared', tenant: 'shared' }).map(
      ([tag, value]) => [`aws:${where}Tag/${tag}`, value],
    ),
  );
const own = tags('Resource');
const may = (action: string, resource: string, context: Request['context'] = {}): boolean =>
  allows(STATEMENTS, { action, resource, context });

describe('load balancers', () => {
  it('are changed by name and tags of the own cell, and no others', () => {
    const change = 'elasticloadbalancing:ModifyLoadBalancerAttributes';
    expect(may(change, BALANCER, own)).toBe(true);
    expect(may(change, BALANCER, tags('Resource', 'use1b'))).toBe(false);
    expect(may(change, BALANCER.replace('use1a', 'use1b'), own)).toBe(false);
    expect(may(change, BALANCER.replace('/net/', '/app/'), own)).toBe(false);
  });

  it.each(['TCP', 'UDP'])('never listen by %s, where nothing is encrypted', (protocol) => {
    const by = (name: string): Request['context'] => ({
      ...own,
      'elasticloadbalancing:ListenerProtocol': name,
    });
    expect(may('elasticloadbalancing:CreateListener', BALANCER, by('TLS'))).toBe(true);
    expect(may('elasticloadbalancing:CreateListener', BALANCER, by(protocol))).toBe(false);
    expect(may('elasticloadbalancing:ModifyListener', LISTENER, by(protocol))).toBe(false);
    expect(may('elasticloadbalancing:ModifyListener', LISTENER, own)).toBe(true);
  });

  it.each([
    ['DeleteLoadBalancer', BALANCER],
    ['RegisterTargets', GROUP],
    ['DeregisterTargets', GROUP],
  ])('are not %s by whoever deploys them', (action, resource) => {
    expect(may(`elasticloadbalancing:${action}`, resource, own)).toBe(false);
  });
});

describe('names', () => {
  const change = (type: string, name: string): boolean =>
    may('route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/Z1', {
      'route53:ChangeResourceRecordSetsRecordTypes': type,
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': name,
    });

  it.each([
    ['A', 'shared.use1a.example.com', true],
    ['A', 'enterprise.use1a.example.com', true],
    ['CNAME', '_0a1b.use1a.example.com', true],
    ['A', 'acme.use1a.example.com', false],
    ['A', 'auth.use1a.example.com', false],
    ['A', 'use1a.example.com', false],
    ['A', 'shared.use1b.example.com', false],
    ['CNAME', 'acme.use1a.example.com', false],
    ['CNAME', '_0a1b.auth.use1a.example.com', false],
    ['TXT', '_0a1b.use1a.example.com', false],
  ])('%s %s: %s', (type, name, expected) => {
    expect(change(type, name)).toBe(expected);
  });
});

describe('the certificate', () => {
  const request = (names: string[], method = 'DNS'): boolean =>
    may('acm:RequestCertificate', '*', {
      ...tags('Request'),
      'aws:RequestedRegion': 'us-east-1',
      'acm:DomainNames': names,
      'acm:ValidationMethod': method,
    });

  it('is of the names below the zone, proved by DNS, and of no other', () => {
    expect(request(['*.use1a.example.com'])).toBe(true);
    expect(request(['*.use1a.example.com', 'example.com'])).toBe(false);
    expect(request(['*.use1b.example.com'])).toBe(false);
    expect(request(['*.use1a.example.com'], 'EMAIL')).toBe(false);
  });

  it('keeps its key with AWS', () => {
    expect(may('acm:ExportCertificate', 'arn:aws:acm:us-east-1:222222222222:certificate/1', own)).toBe(false);
  });
});

describe('security groups', () => {
  const group = 'arn:aws:ec2:us-east-1:222222222222:security-group/sg-1';
  const ofCluster = (name: string): Request['context'] => ({ 'aws:ResourceTag/aws:eks:cluster-name': name });

  it('of the own cluster are opened, and of no other', () => {
    expect(may('ec2:AuthorizeSecurityGroupIngress', group, ofCluster('bulkhead-prod-use1a'))).toBe(true);
    expect(may('ec2:AuthorizeSecurityGroupIngress', group, ofCluster('bulkhead-prod-use1b'))).toBe(false);
    expect(may('ec2:DeleteSecurityGroup', group, ofCluster('bulkhead-prod-use1a'))).toBe(false);
  });
});
