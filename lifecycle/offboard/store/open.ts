import { isAbsolute, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { LifecycleError } from '../../mistake';
import { FolderStore } from './folder';
import { type S3Place, S3Store } from './s3';
import type { ExportStore } from './store';

export interface OpenProps {
  /** Account that must own a bucket. */
  readonly owner: string;
  /** Region of a bucket. */
  readonly region: string;
  /** ARN of the tenant's own key. */
  readonly foreignKey?: string;
}

// "General purpose bucket naming rules", Amazon S3 User Guide. Names with dots are refused: TLS does not match them.
const S3_URL = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:\/(?<prefix>.*))?$/;

/** The bucket that a text names; undefined if it names a folder. @throws LifecycleError when it is neither */
export function bucketOf(text: string): S3Place | undefined {
  const { bucket, prefix = '' } = S3_URL.exec(text)?.groups ?? {};
  if (bucket !== undefined) return { bucket, prefix: prefix.replace(/^\/+|\/+$/g, '') };
  if (!/^[a-z0-9]+:\/\//.test(text)) return undefined;
  throw new LifecycleError(
    `--export-to must be a folder or s3://<bucket>/<prefix>, with a bucket of 3-63 lowercase letters, digits and hyphens, got ${text}`,
  );
}

/**
 * The store of one export.
 *
 * @param place absolute folder, or URL of a bucket, that exports are kept in
 * @param parts of the export's own folder in it
 */
export function openStore(place: string, parts: readonly string[], props: OpenProps): ExportStore {
  const at = bucketOf(place);
  if (!at) {
    if (!isAbsolute(place)) throw new Error(`${place} depends on where somebody is`);
    return new FolderStore(join(place, ...parts));
  }
  const { owner, region, foreignKey } = props;
  return new S3Store({
    client: new S3Client({ region, followRegionRedirects: true }),
    bucket: at.bucket,
    prefix: [at.prefix, ...parts].filter((part) => part !== '').join('/'),
    owner,
    ...(foreignKey !== undefined && { foreignKey }),
  });
}
