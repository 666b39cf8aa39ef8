import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { nameParts, placementOf } from '../../core/placement';
import { AddonNamespace } from './addon-namespace';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, RESTRICTED_CONTAINER, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { CHARTS } from './versions';
import { WorkloadRole } from './workload-role';

export interface ExternalSecretsProps {
  readonly cluster: ICluster;
  /** Pods of each of its three programs. */
  readonly replicas: number;
}

const SERVICE_ACCOUNT = 'external-secrets';

/** External Secrets: brings secrets of AWS Secrets Manager to pods. It reads; it pushes nothing back. */
export class ExternalSecrets extends Construct {
  public constructor(scope: Construct, id: string, { cluster, replicas }: ExternalSecretsProps) {
    super(scope, id);
    const placement = placementOf(this);
    const { account, region } = placement;
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'external-secrets' });
    const path = nameParts(placement).join('/');
    const role = new WorkloadRole(this, 'Role', {
      cluster,
      name: 'external-secrets',
      namespace: namespace.name,
      serviceAccount: SERVICE_ACCOUNT,
      statements: [
        {
          sid: 'SharedSecrets',
          actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          // What pods of the cell share. Secrets of one tenant are read by a role of that tenant.
          resources: [`arn:aws:secretsmanager:${region}:${account}:secret:${path}/shared/*`],
        },
        {
          sid: 'DecryptSecrets',
          actions: ['kms:Decrypt'],
          // A wildcard, for keys have no names and come later than this role; only Secrets Manager may use it, and
          // only for the secrets above.
          resources: [`arn:aws:kms:${region}:${account}:key/*`],
          condition: [
            {
              test: 'StringEquals',
              variable: 'kms:ViaService',
              values: [`secretsmanager.${region}.amazonaws.com`],
            },
            {
              test: 'StringLike',
              variable: 'kms:EncryptionContext:SecretARN',
              values: [`arn:aws:secretsmanager:${region}:${account}:secret:${path}/shared/*`],
            },
          ],
        },
      ],
    });
    const program = (name: string, memory: string, limit: string): object => ({
      ...SYSTEM_POD,
      replicaCount: replicas,
      topologySpreadConstraints: zoneSpread({ 'app.kubernetes.io/name': name }),
      // With one pod a budget would never let a node go.
      podDisruptionBudget: { enabled: replicas > 1, minAvailable: 1 },
      resources: resources('20m', memory, limit),
      securityContext: { ...RESTRICTED_CONTAINER, enabled: true, runAsUser: 1000 },
    });
    new PinnedRelease(this, 'Controller', {
      chart: CHARTS.externalSecrets,
      name: 'external-secrets',
      namespace: namespace.name,
      values: {
        ...program('external-secrets', '96Mi', '512Mi'),
        webhook: program('external-secrets-webhook', '32Mi', '128Mi'),
        certController: program('external-secrets-cert-controller', '64Mi', '256Mi'),
        leaderElect: true,
        installCRDs: true,
        crds: {
          annotations: { 'helm.sh/resource-policy': 'keep' },
          createPushSecret: false,
          createClusterPushSecret: false,
        },
        processPushSecret: false,
        processClusterPushSecret: false,
        serviceAccount: { name: SERVICE_ACCOUNT },
      },
      dependsOn: [namespace.resource, role.association],
    });
  }
}
