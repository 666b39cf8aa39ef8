import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsCredentials, Sha256 } from '../valkey/iam-token';

export interface EksTokenProps {
  readonly clusterName: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /** Clock of this machine, which AWS wants within some minutes of its own. */
  readonly now: Date;
}

/** How long the URL is good for its first use, in seconds: what AWS's own clients ask for. The token then lives 15 minutes. */
const EXPIRES_SECONDS = 60;

/**
 * Token of an IAM role for the API of an EKS cluster: a signed URL of STS that the cluster calls to learn who this is.
 *
 * "Grant IAM users and roles access to Kubernetes APIs", Amazon EKS User Guide, and the README of
 * kubernetes-sigs/aws-iam-authenticator, "API Authorization from Outside a Cluster": the header names the cluster, so that the
 * token is of no use at another.
 *
 * @throws Error when there are no credentials
 */
export async function eksToken({ clusterName, region, credentials, now }: EksTokenProps): Promise<string> {
  const hostname = `sts.${region}.amazonaws.com`;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { path, query } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': clusterName },
    },
    { expiresIn: EXPIRES_SECONDS, signingDate: now },
  );
  const pairs = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}${path}?${pairs.join('&')}`).toString('base64url')}`;
}
