import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { CronJobV1 } from '@cdktf/provider-kubernetes/lib/cron-job-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { RoleV1 } from '@cdktf/provider-kubernetes/lib/role-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { JWKS_MIRROR } from '../core/jwks-mirror';
import { ProgramConfigMap } from '../core/program-config-map';
import { type Rule, validateProps } from '../core/validation';
import { GATEWAY_NAMESPACE } from '../core/workload-labels';
import { programContainer, programPod } from './program-pod';

export interface JwksMirrorProps {
  /** Where the keys of the token issuer are. */
  readonly jwksUri: string;
  /**
   * How often they are copied, in minutes, 1-59. A new key is known by the mirror so much later; proxies that can reach the
   * issuer know it at once.
   *
   * @default 15
   */
  readonly everyMinutes?: number;
  /** What must be there before its pods: network policies. */
  readonly dependsOn: readonly ITerraformDependable[];
}

const EVERY_MINUTES = 15;

const RULES: readonly Rule<JwksMirrorProps>[] = [
  {
    fails: ({ everyMinutes = EVERY_MINUTES }) =>
      !Number.isInteger(everyMinutes) || everyMinutes < 1 || everyMinutes > 59,
    message: ({ everyMinutes }) =>
      `everyMinutes must be a whole number from 1 to 59, got ${String(everyMinutes)}`,
  },
];

export const JWKS_MIRROR_PODS = { 'app.kubernetes.io/name': JWKS_MIRROR.configMap } as const;

/** Seconds after which a copy that hangs is ended. */
const DEADLINE_SECONDS = 120;

/**
 * A copy of the token issuer's public keys in a config map, which proxies are given with their configuration: one that starts
 * while the issuer cannot be reached still knows the keys of all tokens that are in use.
 *
 * The first copy is made by a job that Terraform waits for: no gateway is configured with a mirror that is empty.
 */
export class JwksMirror extends Construct {
  /** What must be there before a policy names the config map. */
  public readonly ready: ITerraformDependable;

  public constructor(scope: Construct, id: string, props: JwksMirrorProps) {
    super(scope, id);
    validateProps(this, 'JwksMirror props', props, RULES);
    const name = JWKS_MIRROR.configMap;
    const metadata = { name, namespace: GATEWAY_NAMESPACE };
    const mirror = new ConfigMapV1(this, 'Mirror', {
      metadata,
      data: { [JWKS_MIRROR.key]: JSON.stringify({ keys: [] }) },
      // The job's to fill.
      lifecycle: { ignoreChanges: ['data'] },
    });
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      metadata,
      automountServiceAccountToken: false,
    });
    const rights = this.rights(name, account);
    const program = new ProgramConfigMap(this, 'Program', {
      name,
      namespace: GATEWAY_NAMESPACE,
      entry: 'services/jwks-mirror/main.ts',
    });
    const pod = {
      name,
      serviceAccount: name,
      program,
      environment: {
        JWKS_URI: props.jwksUri,
        NAMESPACE: GATEWAY_NAMESPACE,
        CONFIG_MAP: name,
        CONFIG_MAP_KEY: JWKS_MIRROR.key,
      },
      memoryMiB: 128,
      cpu: '20m',
      callsKubernetes: true,
    };
    const template = {
      metadata: { labels: { ...JWKS_MIRROR_PODS } },
      spec: { ...programPod(pod), restartPolicy: 'Never', container: [programContainer(pod)] },
    };
    const dependsOn = [mirror, rights, ...props.dependsOn];
    this.ready = new JobV1(this, 'First', {
      metadata: { name: `${program.name}-first`, namespace: GATEWAY_NAMESPACE },
      spec: { backoffLimit: 3, activeDeadlineSeconds: DEADLINE_SECONDS * 4, template },
      waitForCompletion: true,
      timeouts: { create: '10m', update: '10m' },
      dependsOn,
    });
    new CronJobV1(this, 'Schedule', {
      metadata,
      spec: {
        schedule: `*/${String(props.everyMinutes ?? EVERY_MINUTES)} * * * *`,
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: {},
          spec: { backoffLimit: 1, activeDeadlineSeconds: DEADLINE_SECONDS, template },
        },
      },
      dependsOn,
    });
  }

  /** To read and change this one config map. */
  private rights(name: string, account: ServiceAccountV1): RoleBindingV1 {
    const metadata = { name, namespace: GATEWAY_NAMESPACE };
    const role = new RoleV1(this, 'Role', {
      metadata,
      rule: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get', 'patch'] }],
    });
    return new RoleBindingV1(this, 'RoleBinding', {
      metadata,
      subject: [{ kind: 'ServiceAccount', name, namespace: GATEWAY_NAMESPACE, apiGroup: '' }],
      roleRef: { kind: 'Role', name, apiGroup: 'rbac.authorization.k8s.io' },
      dependsOn: [role, account],
    });
  }
}
