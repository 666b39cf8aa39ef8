import { createHash, createHmac } from 'node:crypto';
import { eksToken } from '../../../services/release/eks-token';
import { CREDENTIALS } from './scene';

const token = () =>
  eksToken({
    clusterName: 'bulkhead-prod-use1a',
    region: 'us-east-1',
    credentials: () => Promise.resolve(CREDENTIALS),
    now: new Date('2026-11-26T03:00:00Z'),
  });

describe("a token for a cluster's API", () => {
  it('is the URL of a signed call that says who this is, for this cluster only', async () => {
    const [, prefix, text = ''] = /^(k8s-aws-v1\.)([\w-]+)$/.exec(await token()) ?? [];
    expect(prefix).toBe('k8s-aws-v1.');
    const url = new URL(Buffer.from(text, 'base64url').toString());
    expect(url.origin + url.pathname).toBe('https://sts.us-east-1.amazonaws.com/');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ Action: 'GetCallerIdentity', Version: '2011-06-15' },
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'ASIAEXAMPLE/20261126/us-east-1/sts/aws4_request',
      'X-Amz-Date': '20261126T030000Z',
      'X-Amz-Expires': '60',
      'X-Amz-Security-Token': CREDENTIALS.sessionToken,
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  // "Create a signed AWS API request", IAM User Guide, step by step.
  it('has the signature that AWS computes', async () => {
    const url = new URL(Buffer.from((await token()).slice('k8s-aws-v1.'.length), 'base64url').toString());
    const signature = url.searchParams.get('X-Amz-Signature');
    url.searchParams.delete('X-Amz-Signature');
    const query = [...url.searchParams]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&');
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const headers = `host:${url.host}\nx-k8s-aws-id:bulkhead-prod-use1a\n`;
    const request = ['GET', '/', query, headers, 'host;x-k8s-aws-id', sha256('')].join('\n');
    const scope = '20261126/us-east-1/sts/aws4_request';
    const text = ['AWS4-HMAC-SHA256', '20261126T030000Z', scope, sha256(request)].join('\n');
    const key = ['20261126', 'us-east-1', 'sts', 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${CREDENTIALS.secretAccessKey}`,
    );
    expect(signature).toBe(createHmac('sha256', key).update(text).digest('hex'));
  });
});
