import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { LifecycleError } from '../../mistake';
import { checkBucket } from './s3-bucket';
import type { ExportStore } from './store';

const MIB = 1024 * 1024;

/**
 * Bytes of a part. An object has at most 10,000 parts ("Amazon S3 multipart upload limits", Amazon S3 User Guide), so they grow:
 * the first thousand have 16 MiB, the next one 32 MiB, 880 GB in all.
 */
export const partBytes = (part: number): number => 16 * MIB * (1 + Math.floor((part - 1) / 1000));

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
}

export interface S3StoreProps extends S3Place {
  readonly client: S3Client;
  /** Account that must own the bucket: a bucket of the same name in another account gets nothing. */
  readonly owner: string;
  /** ARN of a key that the export must not depend on: the tenant's own, which goes with the tenant. */
  readonly foreignKey?: string;
  /** Bytes of a part, by its number from 1. @default - {@link partBytes} */
  readonly partBytes?: (part: number) => number;
}

/** A bucket that is private and encrypts with KMS. Files go up in parts, each with a checksum that S3 compares. */
export class S3Store implements ExportStore {
  public readonly where: string;

  public constructor(private readonly props: S3StoreProps) {
    this.where = `s3://${[props.bucket, props.prefix].filter((part) => part !== '').join('/')}`;
  }

  public check(): Promise<void> {
    return this.told(() => checkBucket(this.props));
  }

  public async put(name: string, content: Readable): Promise<void> {
    await this.told(async () => {
      const parts = inParts(content, this.props.partBytes ?? partBytes);
      const first = await parts.next();
      const second = first.done === true ? first : await parts.next();
      if (second.done === true) await this.putWhole(name, first.value ?? Buffer.alloc(0));
      else await this.putParts(name, [first.value, second.value], parts);
    });
  }

  public async get(name: string): Promise<Readable> {
    const { Body } = await this.told(() =>
      this.props.client.send(new GetObjectCommand({ ...this.object(name), ChecksumMode: 'ENABLED' })),
    );
    if (Body instanceof Readable) return Body;
    throw new LifecycleError(`${this.where}/${name} has no content`);
  }

  /** No key is named: the bucket's own is taken, which `check` has seen. */
  private object(name: string): { Bucket: string; Key: string; ExpectedBucketOwner: string } {
    const { bucket, prefix, owner } = this.props;
    const Key = [prefix, name].filter((part) => part !== '').join('/');
    return { Bucket: bucket, Key, ExpectedBucketOwner: owner };
  }

  private async putWhole(name: string, Body: Buffer): Promise<void> {
    const put = new PutObjectCommand({ ...this.object(name), Body, ChecksumAlgorithm: 'SHA256' });
    await this.props.client.send(put);
  }

  private async putParts(
    name: string,
    begun: readonly (Buffer | undefined)[],
    rest: AsyncIterable<Buffer>,
  ): Promise<void> {
    const { client } = this.props;
    const object = this.object(name);
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256' }),
    );
    const upload = { ...object, UploadId };
    const Parts: CompletedPart[] = [];
    const add = async (Body: Buffer): Promise<void> => {
      const part = { ...upload, PartNumber: Parts.length + 1 };
      const { ETag, ChecksumSHA256 } = await client.send(
        new UploadPartCommand({ ...part, Body, ChecksumAlgorithm: 'SHA256' }),
      );
      Parts.push({ PartNumber: part.PartNumber, ETag, ChecksumSHA256 });
    };
    try {
      for (const part of begun) if (part) await add(part);
      for await (const part of rest) await add(part);
      await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    } catch (error) {
      // Parts of an upload that nobody ends are paid for, and are a tenant's data that nobody sees.
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  private async told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      throw new LifecycleError(`${this.where}: ${error.name}: ${error.message}`);
    }
  }
}

/** The content in pieces as large as parts are. */
async function* inParts(
  content: Readable,
  bytesOf: (part: number) => number,
): AsyncGenerator<Buffer, undefined> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  let part = 1;
  for await (const piece of content) {
    waiting.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes < bytesOf(part)) continue;
    yield Buffer.concat(waiting, bytes);
    [waiting, bytes, part] = [[], 0, part + 1];
  }
  if (bytes > 0) yield Buffer.concat(waiting, bytes);
  return undefined;
}
