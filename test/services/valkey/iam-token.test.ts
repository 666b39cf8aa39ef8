import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ambientCredentials, type AwsCredentials, iamToken } from '../../../services/valkey/iam-token';

const CREDENTIALS: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'only/for+this=test',
  sessionToken: 'session/token+of=test',
};
const NOW = new Date('2026-11-25T22:00:00Z');

const token = (): Promise<string> =>
  iamToken({
    userId: 'plt-authorizer',
    replicationGroupId: 'bulkhead-prod-use1a',
    region: 'us-east-1',
    credentials: () => Promise.resolve(CREDENTIALS),
    now: NOW,
  });

describe("the password of ElastiCache's IAM users", () => {
  it('is a signed URL without its scheme, good for 15 minutes', async () => {
    const url = new URL(`http://${await token()}`);
    expect([url.host, url.pathname]).toEqual(['bulkhead-prod-use1a', '/']);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      Action: 'connect',
      User: 'plt-authorizer',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20261125/us-east-1/elasticache/aws4_request',
      'X-Amz-Date': '20261125T220000Z',
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': CREDENTIALS.sessionToken,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  // "Create a signed AWS API request", IAM User Guide, step by step.
  it('has the signature that AWS computes', async () => {
    const url = new URL(`http://${await token()}`);
    const signature = url.searchParams.get('X-Amz-Signature');
    url.searchParams.delete('X-Amz-Signature');
    const query = [...url.searchParams]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&');
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const request = ['GET', '/', query, `host:${url.host}`, '', 'host', sha256('')].join('\n');
    const scope = '20261125/us-east-1/elasticache/aws4_request';
    const text = ['AWS4-HMAC-SHA256', '20261125T220000Z', scope, sha256(request)].join('\n');
    const key = ['20261125', 'us-east-1', 'elasticache', 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${CREDENTIALS.secretAccessKey}`,
    );
    expect(signature).toBe(createHmac('sha256', key).update(text).digest('hex'));
  });
});

describe('the credentials of a program', () => {
  const environment = process.env;
  afterEach(() => {
    process.env = environment;
  });

  it("are those in Lambda's environment", async () => {
    process.env = {
      ...environment,
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_SESSION_TOKEN: 'session',
    };
    expect(await ambientCredentials(process.env)()).toMatchObject({
      accessKeyId: 'AKID',
      sessionToken: 'session',
    });
  });

  it("are those of EKS Pod Identity's agent, which wants the token of the pod", async () => {
    const asked: (string | undefined)[] = [];
    const agent = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(
        JSON.stringify({
          AccessKeyId: 'AKPOD',
          SecretAccessKey: 'test',
          Token: 'session',
          Expiration: '2099-01-01T00:00:00Z',
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(agent, 'listening');
    const file = join(mkdtempSync(join(tmpdir(), 'pod-identity-')), 'token');
    writeFileSync(file, 'token-of-the-pod');
    process.env = {
      ...environment,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(agent.address() as AddressInfo).port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    };
    expect(await ambientCredentials(process.env)()).toMatchObject({
      accessKeyId: 'AKPOD',
      sessionToken: 'session',
    });
    expect(asked).toEqual(['token-of-the-pod']);
    agent.closeAllConnections();
    agent.close();
  });
});
