import type { Statement } from '../../constructs/access/statement';
import { logGroupStatements } from './parts';
import {
  becomesOwn,
  iamArn,
  inRegion,
  IS_UNTAGGED,
  isOwn,
  KEEPS_IDENTITY,
  prefixOf,
  type Reach,
  regionalArn,
  staysOwn,
} from './scope';

export interface DatabaseUse {
  /** Names of clusters without the cell's prefix; those of their instances begin alike. `*` stands for any characters. */
  readonly names: string;

  /** Name of the subnet groups that they are put into, without the cell's prefix. */
  readonly subnetGroups: string;
}

/**
 * Aurora clusters with these names, their passwords and logs, and the proxies that carry the tags of what is meant. The
 * clusters' keys are for `keyStatements`.
 *
 * Not `rds:DeleteDBCluster` nor a restore over one, not reading a secret, not `rds-db:connect`: who deploys a database can
 * neither remove it nor see what is in it.
 */
export function databaseStatements(reach: Reach, { names, subnetGroups }: DatabaseUse): readonly Statement[] {
  const prefix = prefixOf(reach);
  const named = (type: string, name: string): string => regionalArn(reach, 'rds', `${type}:${name}`);
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
      resources: [named('cluster', `${prefix}-${names}`), named('db', `${prefix}-${names}`)],
    },
    {
      sid: 'UseSettings',
      actions: ['rds:CreateDBCluster', 'rds:CreateDBInstance', 'rds:ModifyDBCluster', 'rds:ModifyDBInstance'],
      resources: [
        ...['cluster-pg', 'pg'].map((type) => named(type, `${prefix}-*`)),
        named('subgrp', `${prefix}-${subnetGroups}`),
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
        `arn:aws:rds::${reach.account}:global-cluster:*`,
      ],
    },
    {
      sid: 'DescribeEngines',
      // What AWS offers; RDS knows no resource for this action.
      actions: ['rds:DescribeDBEngineVersions'],
      resources: ['*'],
      conditions: [inRegion(reach)],
    },
    ...proxyStatements(reach, names),
    {
      sid: 'PasswordSecrets',
      // RDS makes the secret with the rights of who creates the cluster, and names it. No `GetSecretValue`.
      actions: ['secretsmanager:CreateSecret', 'secretsmanager:RotateSecret', 'secretsmanager:TagResource'],
      resources: [regionalArn(reach, 'secretsmanager', 'secret:rds!cluster-*')],
    },
    ...logGroupStatements(reach, [`/aws/rds/cluster/${prefix}-${names}`]),
    {
      sid: 'PassMonitoringRole',
      actions: ['iam:PassRole'],
      resources: [iamArn(reach, `role/${prefix}-data-monitoring`)],
      conditions: [
        {
          test: 'StringEquals',
          variable: 'iam:PassedToService',
          values: ['monitoring.rds.amazonaws.com', 'rds.amazonaws.com'],
        },
      ],
    },
  ];
}

/** Proxies, which AWS names by ids of its own choice: their tags say whose they are. */
function proxyStatements(reach: Reach, names: string): readonly Statement[] {
  const types = ['db-proxy', 'db-proxy-endpoint', 'target-group'];
  const resources = types.map((type) => regionalArn(reach, 'rds', `${type}:*`));
  return [
    {
      sid: 'CreateProxies',
      // A proxy has an id of AWS's choice, so this action knows no resource.
      actions: ['rds:CreateDBProxy'],
      resources: ['*'],
      conditions: [...becomesOwn(reach), inRegion(reach)],
    },
    {
      sid: 'CreateProxyEndpoints',
      actions: ['rds:CreateDBProxyEndpoint'],
      resources,
      conditions: becomesOwn(reach),
    },
    {
      sid: 'TagNewProxies',
      actions: ['rds:AddTagsToResource'],
      resources,
      conditions: [...becomesOwn(reach), IS_UNTAGGED],
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
      conditions: isOwn(reach),
    },
    {
      sid: 'TagProxies',
      actions: ['rds:AddTagsToResource'],
      resources,
      conditions: [...isOwn(reach), ...staysOwn(reach)],
    },
    {
      sid: 'UntagProxies',
      actions: ['rds:RemoveTagsFromResource'],
      resources,
      conditions: [...isOwn(reach), KEEPS_IDENTITY],
    },
    {
      sid: 'RegisterClusters',
      actions: ['rds:DeregisterDBProxyTargets', 'rds:RegisterDBProxyTargets'],
      resources: ['cluster', 'db'].map((type) =>
        regionalArn(reach, 'rds', `${type}:${prefixOf(reach)}-${names}`),
      ),
    },
  ];
}
