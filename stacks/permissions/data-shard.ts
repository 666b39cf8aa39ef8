import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { clusterName } from '../cluster-name';
import { GROUP_CHANGES, GROUP_CREATES, GROUP_READS, GROUP_TYPES } from './data';
import { roleStatements } from './iam';
import { ec2Reads, ec2Statements, keyStatements, logGroupStatements, podIdentityStatements } from './parts';
import {
  becomesOwn,
  contractStatements,
  iamArn,
  inRegion,
  isOwn,
  KEEPS_IDENTITY,
  prefixOf,
  regionalArn,
  staysOwn,
} from './scope';

/**
 * What deploying a cell's shards takes. Not `rds:DeleteDBCluster` nor a restore over one, not reading a secret, not
 * `rds-db:connect`: who deploys a database can neither remove it nor see what is in it.
 */
export function dataShardPermissions(placement: Placement): readonly Statement[] {
  const prefix = prefixOf(placement);
  const cluster = clusterName(placement);
  const named = (type: string, name: string): string => regionalArn(placement, 'rds', `${type}:${name}`);
  return [
    {
      sid: 'Clusters',
      actions: [
        'rds:AddTagsToResource',
        'rds:CreateDBCluster',
        'rds:CreateDBInstance',
        // A reader may go; the provider lets no cluster go without its last instance's going first.
        'rds:DeleteDBInstance',
        'rds:DescribeDBClusters',
        'rds:DescribeDBInstances',
        'rds:ListTagsForResource',
        'rds:ModifyDBCluster',
        'rds:ModifyDBInstance',
        'rds:RebootDBInstance',
        'rds:RemoveTagsFromResource',
      ],
      resources: [named('cluster', `${prefix}-shard-*`), named('db', `${prefix}-shard-*`)],
    },
    {
      sid: 'UseSharedSettings',
      actions: ['rds:CreateDBCluster', 'rds:CreateDBInstance', 'rds:ModifyDBCluster', 'rds:ModifyDBInstance'],
      resources: [
        ...['cluster-pg', 'pg', 'subgrp'].map((type) => named(type, `${prefix}-*`)),
        // PostgreSQL has no options, so every cluster is in the default group.
        named('og', 'default:*'),
      ],
    },
    {
      sid: 'DescribeDatabases',
      // Wildcards, for the provider lists them all to find one. Settings only, nothing of what is in a database.
      actions: [
        'rds:DescribeDBClusters',
        'rds:DescribeDBInstances',
        'rds:DescribeDBProxies',
        'rds:DescribeDBProxyEndpoints',
        'rds:DescribeDBProxyTargetGroups',
        'rds:DescribeDBProxyTargets',
        'rds:DescribeGlobalClusters',
      ],
      resources: [
        ...['cluster', 'db', 'db-proxy', 'db-proxy-endpoint', 'target-group'].map((type) => named(type, '*')),
        // Global clusters have no region.
        `arn:aws:rds::${placement.account}:global-cluster:*`,
      ],
    },
    {
      sid: 'DescribeEngines',
      // What AWS offers; RDS knows no resource for this action.
      actions: ['rds:DescribeDBEngineVersions'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
    ...proxyStatements(placement),
    {
      sid: 'PasswordSecrets',
      // RDS makes the secret with the rights of who creates the cluster, and names it. No `GetSecretValue`.
      actions: ['secretsmanager:CreateSecret', 'secretsmanager:RotateSecret', 'secretsmanager:TagResource'],
      resources: [regionalArn(placement, 'secretsmanager', 'secret:rds!cluster-*')],
    },
    {
      sid: 'FindCluster',
      actions: ['eks:DescribeCluster'],
      resources: [regionalArn(placement, 'eks', `cluster/${cluster}`)],
    },
    ...podIdentityStatements(placement, cluster),
    ec2Reads(placement, GROUP_READS),
    ...ec2Statements(placement, GROUP_CREATES, GROUP_CHANGES, GROUP_TYPES),
    ...logGroupStatements(placement, [`/aws/rds/cluster/${prefix}-shard-*`]),
    ...keyStatements(placement, { aliases: [`${prefix}-shard-*`], grantTo: ['rds', 'secretsmanager'] }),
    ...roleStatements(placement, {
      names: ['shard-*', 'tenancy-shard-*'],
      passTo: ['pods.eks.amazonaws.com', 'rds.amazonaws.com'],
      serviceLinked: ['rds.amazonaws.com'],
    }),
    {
      sid: 'PassMonitoringRole',
      actions: ['iam:PassRole'],
      resources: [iamArn(placement, `role/${prefix}-data-monitoring`)],
      conditions: [
        {
          test: 'StringEquals',
          variable: 'iam:PassedToService',
          values: ['monitoring.rds.amazonaws.com', 'rds.amazonaws.com'],
        },
      ],
    },
    ...contractStatements(placement, {
      // One group for all shards, whose numbers are not known here.
      publishes: 'data-shard-*',
      reads: ['addons', 'cluster', 'data', 'network'],
    }),
  ];
}

/** Proxies, which AWS names by ids of its own choice: their tags say whose they are. */
function proxyStatements(placement: Placement): readonly Statement[] {
  const types = ['db-proxy', 'db-proxy-endpoint', 'target-group'];
  const resources = types.map((type) => regionalArn(placement, 'rds', `${type}:*`));
  return [
    {
      sid: 'CreateProxies',
      // A proxy has an id of AWS's choice, so this action knows no resource.
      actions: ['rds:CreateDBProxy'],
      resources: ['*'],
      conditions: [...becomesOwn(placement), inRegion(placement)],
    },
    {
      sid: 'CreateProxyEndpoints',
      actions: ['rds:CreateDBProxyEndpoint'],
      resources,
      conditions: becomesOwn(placement),
    },
    {
      sid: 'TagNewProxies',
      actions: ['rds:AddTagsToResource'],
      resources,
      conditions: [
        ...becomesOwn(placement),
        { test: 'Null', variable: 'aws:ResourceTag/platform', values: ['true'] },
      ],
    },
    {
      sid: 'Proxies',
      actions: [
        'rds:CreateDBProxyEndpoint',
        'rds:DeleteDBProxy',
        'rds:DeleteDBProxyEndpoint',
        'rds:DeregisterDBProxyTargets',
        'rds:ListTagsForResource',
        'rds:ModifyDBProxy',
        'rds:ModifyDBProxyEndpoint',
        'rds:ModifyDBProxyTargetGroup',
        'rds:RegisterDBProxyTargets',
      ],
      resources,
      conditions: isOwn(placement),
    },
    {
      sid: 'TagProxies',
      actions: ['rds:AddTagsToResource'],
      resources,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagProxies',
      actions: ['rds:RemoveTagsFromResource'],
      resources,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
    {
      sid: 'RegisterClusters',
      actions: ['rds:DeregisterDBProxyTargets', 'rds:RegisterDBProxyTargets'],
      resources: ['cluster', 'db'].map((type) =>
        regionalArn(placement, 'rds', `${type}:${prefixOf(placement)}-shard-*`),
      ),
    },
  ];
}
