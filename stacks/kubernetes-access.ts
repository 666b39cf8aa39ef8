import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import type { ICluster } from '../constructs/core/interfaces';

/**
 * Adds the Kubernetes and Helm providers of a cluster to a stack.
 *
 * A token of EKS lives 15 minutes, less than an apply may take, and would stand in the state: both providers run the AWS
 * CLI for one whenever they need it.
 *
 * @param deployerRoleArn role to be in the cluster; it needs an access entry there
 */
export function addKubernetesProviders(
  stack: Construct,
  cluster: Pick<ICluster, 'name' | 'endpoint' | 'certificateAuthority'>,
  region: string,
  deployerRoleArn: string,
): void {
  const host = cluster.endpoint;
  const clusterCaCertificate = Fn.base64decode(cluster.certificateAuthority);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'aws',
    args: [
      ...['eks', 'get-token', '--output', 'json'],
      ...['--cluster-name', cluster.name, '--region', region, '--role-arn', deployerRoleArn],
    ],
  };
  new KubernetesProvider(stack, 'kubernetes', { host, clusterCaCertificate, exec: [exec] });
  new HelmProvider(stack, 'helm', { kubernetes: { host, clusterCaCertificate, exec } });
}
