import { LimitRangeV1 } from '@cdktf/provider-kubernetes/lib/limit-range-v1';
import { ResourceQuotaV1 } from '@cdktf/provider-kubernetes/lib/resource-quota-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Rule } from '../core/validation';

/** Most that all pods of a namespace together may have. */
export interface Quota {
  readonly pods: number;
  /** vCPUs that pods may ask for. */
  readonly cpu: number;
  /** Memory that pods may ask for, and may use, in GiB. */
  readonly memoryGiB: number;
  /** Scratch space on nodes that pods may use, in GiB. */
  readonly ephemeralGiB: number;
  /** Kubernetes Services, none of them a load balancer or a port of every node. */
  readonly services: number;
  /** Persistent volumes, and their size together in GiB. */
  readonly volumes: number;
  readonly storageGiB: number;
}

/** Sizes of single containers: what they get if they say nothing, and the most they may say. */
export interface ContainerSizes {
  readonly cpuMillicores: number;
  readonly memoryMiB: number;
  readonly memoryLimitMiB: number;
  readonly ephemeralLimitMiB: number;
  readonly maxCpu: number;
  readonly maxMemoryGiB: number;
  readonly maxEphemeralGiB: number;
}

export interface ResourceLimitsProps {
  readonly namespace: string;
  readonly quota: Quota;
  readonly containers: ContainerSizes;
  readonly dependsOn: readonly ITerraformDependable[];
}

const QUOTA_KEYS = [
  'pods',
  'cpu',
  'memoryGiB',
  'ephemeralGiB',
  'services',
  'volumes',
  'storageGiB',
] as const satisfies readonly (keyof Quota)[];

/** Rules that a namespace's sizes keep. */
export const LIMIT_RULES: readonly Rule<Pick<ResourceLimitsProps, 'quota' | 'containers'>>[] = [
  ...QUOTA_KEYS.map((key) => ({
    fails: ({ quota }: Pick<ResourceLimitsProps, 'quota'>) =>
      !Number.isSafeInteger(quota[key]) || quota[key] < 0,
    message: ({ quota }: Pick<ResourceLimitsProps, 'quota'>) =>
      `quota.${key} must be a whole number, 0 or more, got ${quota[key]}`,
  })),
  {
    fails: ({ quota }) => quota.volumes > 0 !== quota.storageGiB > 0,
    message: ({ quota }) =>
      `quota.volumes and quota.storageGiB must both be 0 or both be more, got ${quota.volumes} and ${quota.storageGiB}`,
  },
  {
    fails: ({ containers }) => containers.memoryMiB > containers.memoryLimitMiB,
    message: ({ containers }) =>
      `containers.memoryMiB must be at most containers.memoryLimitMiB, got ${containers.memoryMiB} and ${containers.memoryLimitMiB}`,
  },
  {
    fails: ({ containers }) => containers.memoryLimitMiB > 1024 * containers.maxMemoryGiB,
    message: ({ containers }) =>
      `containers.memoryLimitMiB must be at most containers.maxMemoryGiB (${containers.maxMemoryGiB} GiB), got ${containers.memoryLimitMiB}`,
  },
  {
    fails: ({ containers }) => containers.cpuMillicores > 1000 * containers.maxCpu,
    message: ({ containers }) =>
      `containers.cpuMillicores must be at most containers.maxCpu (${containers.maxCpu} vCPUs), got ${containers.cpuMillicores}`,
  },
  {
    fails: ({ containers }) => containers.ephemeralLimitMiB > 1024 * containers.maxEphemeralGiB,
    message: ({ containers }) =>
      `containers.ephemeralLimitMiB must be at most containers.maxEphemeralGiB (${containers.maxEphemeralGiB} GiB), got ${containers.ephemeralLimitMiB}`,
  },
];

/** The quota as Kubernetes counts it. What is not named here is not limited, so what must not be is named with 0. */
export const quotaOf = (quota: Quota): Readonly<Record<string, string>> => ({
  pods: String(quota.pods),
  'requests.cpu': String(quota.cpu),
  // Not `limits.cpu`: the nodes are the owner's own, and a throttled service is a slow one.
  'requests.memory': `${String(quota.memoryGiB)}Gi`,
  'limits.memory': `${String(quota.memoryGiB)}Gi`,
  'requests.ephemeral-storage': `${String(quota.ephemeralGiB)}Gi`,
  'limits.ephemeral-storage': `${String(quota.ephemeralGiB)}Gi`,
  services: String(quota.services),
  // The gateway is the only way in.
  'services.loadbalancers': '0',
  'services.nodeports': '0',
  persistentvolumeclaims: String(quota.volumes),
  'requests.storage': `${String(quota.storageGiB)}Gi`,
});

/** How much a namespace may use in all, and each of its containers. */
export class ResourceLimits extends Construct {
  public constructor(scope: Construct, id: string, props: ResourceLimitsProps) {
    super(scope, id);
    const { namespace, quota, containers } = props;
    const dependsOn = [...props.dependsOn];
    new ResourceQuotaV1(this, 'Quota', {
      metadata: { name: 'quota', namespace },
      spec: { hard: { ...quotaOf(quota) } },
      dependsOn,
    });
    const max = {
      cpu: String(containers.maxCpu),
      memory: `${String(containers.maxMemoryGiB)}Gi`,
      'ephemeral-storage': `${String(containers.maxEphemeralGiB)}Gi`,
    };
    new LimitRangeV1(this, 'Limits', {
      metadata: { name: 'limits', namespace },
      spec: {
        limit: [
          {
            type: 'Container',
            defaultRequest: {
              cpu: `${String(containers.cpuMillicores)}m`,
              memory: `${String(containers.memoryMiB)}Mi`,
              'ephemeral-storage': `${String(Math.ceil(containers.ephemeralLimitMiB / 4))}Mi`,
            },
            default: {
              // What Kubernetes itself would fill in where there is a most and no default. A container may use idle CPU.
              cpu: max.cpu,
              memory: `${String(containers.memoryLimitMiB)}Mi`,
              'ephemeral-storage': `${String(containers.ephemeralLimitMiB)}Mi`,
            },
            max,
          },
        ],
      },
      dependsOn,
    });
  }
}
