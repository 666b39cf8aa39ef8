import type { Condition, Statement } from '../../constructs/access/statement';
import { NAME_RULES, nameWithin } from '../../constructs/core/naming';
import { nameParts, type Placement } from '../../constructs/core/placement';
import { FLEETS } from '../../constructs/core/workload-labels';
import { entryName } from '../../constructs/gateway/fleet-entry';
import { clusterName } from '../cluster-name';
import { ec2Reads, ec2Statements, GROUP_CHANGES, GROUP_CREATES, GROUP_READS, openClusterGroup } from './ec2';
import { functionStatements } from './functions';
import { gatewayObservability, gatewayObservabilityStatements } from './gateway-observability';
import { roleStatements } from './iam';
import { certificateStatements, readRecords, recordStatement } from './names';
import { keyStatements, logGroupStatements, podIdentityStatements } from './parts';
import {
  becomesOwn,
  contractStatements,
  iamArn,
  inRegion,
  isOwn,
  KEEPS_IDENTITY,
  regionalArn,
  staysOwn,
} from './scope';

const SERVICE = 'elasticloadbalancing.amazonaws.com';

/**
 * What deploying a cell's gateways takes from AWS. What it may do inside the cluster is decided by the cluster's access entry
 * for this role.
 *
 * @param zone name of the cell's zone
 */
export function gatewayPermissions(placement: Placement, zone: string): readonly Statement[] {
  const cluster = clusterName(placement);
  const { functions, callers, logGroups, keys, grantKeysTo, roles, passRolesTo } =
    gatewayObservability(placement);
  return [
    {
      sid: 'FindCluster',
      actions: ['eks:DescribeCluster'],
      resources: [regionalArn(placement, 'eks', `cluster/${cluster}`)],
    },
    ...podIdentityStatements(placement, cluster),
    ...balancerStatements(placement),
    ...groupsStatements(placement),
    openClusterGroup(placement, cluster),
    ...certificateStatements(placement, [`*.${zone}`]),
    recordStatement('FleetNames', { types: ['A'], names: FLEETS.map((fleet) => `${fleet}.${zone}`) }),
    // The proof that the zone is ours has a name that ACM chooses.
    recordStatement('ProofOfZone', { types: ['CNAME'], names: [`_*.${zone}`], except: [`*.*.${zone}`] }),
    ...readRecords(),
    ...functionStatements(placement, functions, callers),
    ...gatewayObservabilityStatements(placement),
    ...logGroupStatements(placement, logGroups),
    ...keyStatements(placement, { aliases: keys, grantTo: ['lambda', ...grantKeysTo] }),
    ...roleStatements(placement, {
      names: ['gateway-authorizer', 'gateway-rate-limit', ...roles],
      passTo: ['pods.eks.amazonaws.com', ...passRolesTo],
    }),
    ...contractStatements(placement, {
      publishes: 'gateway',
      reads: ['cache', 'cluster', 'identity', 'network'],
    }),
  ];
}

/** Groups of the load balancers, of pods that use the cache, and of the function that decides what load is shed. */
function groupsStatements(placement: Placement): readonly Statement[] {
  return [
    ec2Reads(placement, [
      ...GROUP_READS,
      // Elastic Load Balancing looks at these with the rights of whoever makes a load balancer.
      'DescribeAccountAttributes',
      'DescribeAddresses',
      'DescribeInternetGateways',
    ]),
    ...ec2Statements(placement, GROUP_CREATES, GROUP_CHANGES, ['security-group', 'security-group-rule']),
    {
      sid: 'UseNetwork',
      actions: ['ec2:CreateSecurityGroup'],
      resources: [regionalArn(placement, 'ec2', 'vpc/*')],
      conditions: isOwn(placement),
    },
  ];
}

/** Names of the fleets' load balancers and target groups. */
const namesOf = (placement: Placement, kind: 'loadBalancer' | 'targetGroup'): readonly string[] =>
  FLEETS.map((fleet) => nameWithin(NAME_RULES[kind].max, [...nameParts(placement), entryName(fleet)]));

/**
 * The fleets' load balancers, by name. Not `elasticloadbalancing:DeleteLoadBalancer`: a new one has another address, and
 * until names say so nobody is answered. Nor `RegisterTargets`: which pods are called is the cluster's matter.
 */
function balancerStatements(placement: Placement): readonly Statement[] {
  const elb = (resource: string): string => regionalArn(placement, 'elasticloadbalancing', resource);
  const balancers = namesOf(placement, 'loadBalancer').map((name) => elb(`loadbalancer/net/${name}/*`));
  const listeners = namesOf(placement, 'loadBalancer').map((name) => elb(`listener/net/${name}/*`));
  const groups = namesOf(placement, 'targetGroup').map((name) => elb(`targetgroup/${name}/*`));
  const all = [...balancers, ...listeners, ...groups];
  const tls: Condition = {
    test: 'StringEquals',
    variable: 'elasticloadbalancing:ListenerProtocol',
    values: ['TLS'],
  };
  return [
    {
      sid: 'LookAtBalancers',
      // The service knows no resource for descriptions. They show settings and health, no traffic.
      actions: [
        'elasticloadbalancing:DescribeCapacityReservation',
        'elasticloadbalancing:DescribeListenerAttributes',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
    {
      sid: 'CreateBalancers',
      actions: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup'],
      resources: [...balancers, ...groups],
      conditions: becomesOwn(placement),
    },
    {
      sid: 'CreateListeners',
      actions: ['elasticloadbalancing:CreateListener'],
      resources: balancers,
      // What comes in is encrypted, or nothing listens.
      conditions: [...isOwn(placement), tls],
    },
    {
      sid: 'TagNewBalancers',
      actions: ['elasticloadbalancing:AddTags'],
      resources: all,
      conditions: [
        ...becomesOwn(placement),
        {
          test: 'StringEquals',
          variable: 'elasticloadbalancing:CreateAction',
          values: ['CreateListener', 'CreateLoadBalancer', 'CreateTargetGroup'],
        },
      ],
    },
    {
      sid: 'Balancers',
      actions: [
        'elasticloadbalancing:DeleteListener',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:ModifyListenerAttributes',
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:SetIpAddressType',
        'elasticloadbalancing:SetSecurityGroups',
        'elasticloadbalancing:SetSubnets',
      ],
      resources: all,
      conditions: isOwn(placement),
    },
    {
      sid: 'ChangeListeners',
      actions: ['elasticloadbalancing:ModifyListener'],
      resources: listeners,
      // A change that says nothing of the protocol has no such key.
      conditions: [...isOwn(placement), { ...tls, test: 'StringEqualsIfExists' }],
    },
    {
      sid: 'TagBalancers',
      actions: ['elasticloadbalancing:AddTags'],
      resources: all,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagBalancers',
      actions: ['elasticloadbalancing:RemoveTags'],
      resources: all,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
    {
      sid: 'BalancerServiceRole',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [iamArn(placement, `role/aws-service-role/${SERVICE}/*`)],
      conditions: [{ test: 'StringEquals', variable: 'iam:AWSServiceName', values: [SERVICE] }],
    },
  ];
}
