import type { Statement } from '../../constructs/access/statement';
import { pathOf } from '../../constructs/compute/workload';
import { clusterName } from '../cluster-name';
import { becomesOwn, IS_UNTAGGED, isOwn, KEEPS_IDENTITY, type Reach, regionalArn, staysOwn } from './scope';

/** Permissions that tiers and dedicated tenants both need: for what each of their stacks holds, by its owner's tags. */

/**
 * Secrets of applications, without what is in them. Not `GetSecretValue` and not `PutSecretValue`, and so not
 * `UpdateSecret` either, which sets values as well: description and key of a secret never change. Not
 * `DeleteResourcePolicy`: the policy is what refuses a secret to other owners.
 *
 * @param owners names of the owners' namespaces; `*` stands for any characters
 */
export function secretStatements(reach: Reach, owners: string): readonly Statement[] {
  const resources = [regionalArn(reach, 'secretsmanager', `secret:${pathOf(reach)}/${owners}/*`)];
  return [
    {
      sid: 'Secrets',
      actions: [
        'secretsmanager:CreateSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetResourcePolicy',
      ],
      resources,
    },
    {
      sid: 'PoliciesOfSecrets',
      actions: ['secretsmanager:PutResourcePolicy'],
      resources,
      conditions: [{ test: 'Bool', variable: 'secretsmanager:BlockPublicPolicy', values: ['true'] }],
    },
    {
      sid: 'TagSecrets',
      actions: ['secretsmanager:TagResource'],
      resources,
      conditions: staysOwn(reach),
    },
    {
      sid: 'UntagSecrets',
      actions: ['secretsmanager:UntagResource'],
      resources,
      conditions: [KEEPS_IDENTITY],
    },
  ];
}

/**
 * Finding the cluster, and the parts of it that carry the owner's tags: EKS gives them ids of its own choice.
 *
 * @param parts types in ARNs of the parts, each with what may be done to those that are the owner's
 */
export function clusterPartStatements(
  reach: Reach,
  parts: Readonly<Record<string, readonly string[]>>,
): readonly Statement[] {
  const cluster = clusterName(reach);
  const arn = (type: string): string => regionalArn(reach, 'eks', `${type}/${cluster}/*`);
  const resources = Object.keys(parts).map(arn);
  return [
    {
      sid: 'FindCluster',
      actions: ['eks:DescribeCluster'],
      resources: [regionalArn(reach, 'eks', `cluster/${cluster}`)],
    },
    ...Object.entries(parts).map(([type, actions], index) => ({
      sid: `PartsOfCluster${String(index + 1)}`,
      actions: actions.map((action) => `eks:${action}`),
      resources: [arn(type)],
      conditions: isOwn(reach),
    })),
    {
      sid: 'TagNewPartsOfCluster',
      actions: ['eks:TagResource'],
      resources,
      conditions: [...becomesOwn(reach), IS_UNTAGGED],
    },
    {
      sid: 'TagPartsOfCluster',
      actions: ['eks:TagResource'],
      resources,
      conditions: [...isOwn(reach), ...staysOwn(reach)],
    },
    {
      sid: 'UntagPartsOfCluster',
      actions: ['eks:UntagResource'],
      resources,
      conditions: [...isOwn(reach), KEEPS_IDENTITY],
    },
  ];
}

/** Handing roles to pods, for `clusterPartStatements`. */
export const POD_IDENTITIES = {
  podidentityassociation: [
    'DeletePodIdentityAssociation',
    'DescribePodIdentityAssociation',
    'UpdatePodIdentityAssociation',
  ],
} as const;

/** Adding pod identities, which then carry the owner's tags. */
export function addPodIdentities(reach: Reach): Statement {
  return {
    sid: 'AddPodIdentities',
    actions: ['eks:CreatePodIdentityAssociation'],
    resources: [regionalArn(reach, 'eks', `cluster/${clusterName(reach)}`)],
    conditions: becomesOwn(reach),
  };
}
