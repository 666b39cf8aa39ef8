import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { S3Store } from '../../../lifecycle/offboard/store/s3';

const OWNER = '444444444444';
const KEY = 'arn:aws:kms:us-east-1:444444444444:key/1';

/** What S3 says of a bucket. */
interface Bucket {
  readonly closed: boolean;
  readonly public: boolean;
  readonly algorithm: string;
  readonly key: string | undefined;
}
const GOOD: Bucket = { closed: true, public: false, algorithm: 'aws:kms', key: KEY };

/** As much of S3's protocol as an export needs; it compares checksums as S3 does. */
class LocalS3 {
  public readonly objects = new Map<string, Buffer>();
  public readonly calls: string[] = [];
  public readonly owners = new Set<string>();
  public refusePart = 0;
  private readonly parts: Buffer[] = [];
  private readonly server: Server;

  public constructor(public bucket: Bucket = GOOD) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  public async start(): Promise<S3Client> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    return new S3Client({
      ...{
        endpoint: `http://127.0.0.1:${String(port)}`,
        forcePathStyle: true,
        region: 'us-east-1',
        maxAttempts: 1,
      },
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const what = [...searchParams.keys()].find((key) => key !== 'x-id') ?? 'object';
    this.calls.push(`${request.method ?? ''} ${what}`);
    this.owners.add(String(request.headers['x-amz-expected-bucket-owner']));
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const hash = createHash('sha256').update(body).digest('base64');
    const wanted = request.headers['x-amz-checksum-sha256'];
    if (request.method === 'PUT' && wanted !== hash) {
      response.writeHead(400).end('<Error><Code>BadDigest</Code></Error>');
      return;
    }
    const key = decodeURIComponent(pathname.slice('/exports/'.length));
    const [status, text] = this.result(`${request.method ?? ''} ${what}`, key, body);
    const sent = request.method === 'PUT' ? hash : createHash('sha256').update(text).digest('base64');
    response.writeHead(status, { ETag: '"e"', 'x-amz-checksum-sha256': sent }).end(text);
  }

  private result(call: string, key: string, body: Buffer): readonly [number, string | Buffer] {
    const { closed, algorithm, key: kms } = this.bucket;
    switch (call) {
      case 'GET publicAccessBlock':
        return closed
          ? [
              200,
              `<PublicAccessBlockConfiguration>${['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'].map((name) => `<${name}>true</${name}>`).join('')}</PublicAccessBlockConfiguration>`,
            ]
          : [404, '<Error><Code>NoSuchPublicAccessBlockConfiguration</Code></Error>'];
      case 'GET policyStatus':
        return [200, `<PolicyStatus><IsPublic>${String(this.bucket.public)}</IsPublic></PolicyStatus>`];
      case 'GET encryption':
        return [
          200,
          `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${kms === undefined ? '' : `<KMSMasterKeyID>${kms}</KMSMasterKeyID>`}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
        ];
      case 'POST uploads':
        return [
          200,
          '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>',
        ];
      case 'PUT partNumber':
        this.parts.push(body);
        if (this.parts.length === this.refusePart)
          return [503, '<Error><Code>SlowDown</Code><Message>slower</Message></Error>'];
        return [200, ''];
      case 'POST uploadId':
        this.objects.set(key, Buffer.concat(this.parts));
        return [200, '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>'];
      case 'DELETE uploadId':
        return [204, ''];
      case 'PUT object':
        this.objects.set(key, body);
        return [200, ''];
      default: {
        const found = this.objects.get(key);
        return found
          ? [200, found]
          : [404, '<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>'];
      }
    }
  }
}

describe('a bucket of exports', () => {
  let s3: LocalS3;
  let client: S3Client;
  let store: S3Store;
  beforeEach(async () => {
    s3 = new LocalS3();
    client = await s3.start();
    store = new S3Store({
      client,
      bucket: 'exports',
      prefix: 'dev/acme/k1',
      owner: OWNER,
      foreignKey: `${KEY}2`,
      partBytes: () => 1024,
    });
  });
  afterEach(() => {
    client.destroy();
    s3.stop();
  });

  async function read(name: string): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of await store.get(name)) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  }

  it('takes a small file at once, with its checksum, from the right owner only', async () => {
    await store.put('manifest.json', Readable.from([Buffer.from('{}')]));
    expect(s3.calls).toEqual(['PUT object']);
    expect([...s3.objects.keys()]).toEqual(['dev/acme/k1/manifest.json']);
    expect((await read('manifest.json')).toString()).toBe('{}');
    expect([...s3.owners]).toEqual([OWNER]);
  });

  it('takes a large file in parts', async () => {
    const large = Buffer.alloc(2500, 'x');
    await store.put('tables/a.csv.gz', Readable.from([large.subarray(0, 1500), large.subarray(1500)]));
    expect(s3.calls).toEqual(['POST uploads', 'PUT partNumber', 'PUT partNumber', 'POST uploadId']);
    expect((await read('tables/a.csv.gz')).equals(large)).toBe(true);
  });

  it('leaves no part behind when one is refused', async () => {
    s3.refusePart = 2;
    const content = Readable.from([Buffer.alloc(1500), Buffer.alloc(1500)]);
    await expect(store.put('tables/a.csv.gz', content)).rejects.toThrow(
      's3://exports/dev/acme/k1: SlowDown: slower',
    );
    expect(s3.calls.at(-1)).toBe('DELETE uploadId');
    expect(s3.objects.size).toBe(0);
  });

  it('says what is not there', async () => {
    await expect(store.get('manifest.json')).rejects.toThrow(
      's3://exports/dev/acme/k1: NoSuchKey: no such key',
    );
  });

  it('is private, and encrypts with a key that stays', async () => {
    await expect(store.check()).resolves.toBeUndefined();
    for (const [change, finding] of [
      [{ closed: false }, 'it does not block public access in all four ways'],
      [{ public: true }, 'its policy opens it to the public'],
      [
        { algorithm: 'AES256', key: undefined },
        'it does not encrypt with a key of KMS that its owner has chosen',
      ],
      [{ key: `${KEY}2` }, "its key is the tenant's own: the export could not be read once that is gone"],
    ] as const) {
      s3.bucket = { ...GOOD, ...change };
      await expect(store.check()).rejects.toThrow(`s3://exports is no place for an export: ${finding}`);
    }
  });
});
