import { MAX_BYTES, publicKeys } from './keys';
import { textOf } from './request';

export interface MirrorConfig {
  /** Where the keys are: an https URL. */
  readonly jwksUri: string;
  /** The config map, as the API server knows it, and the key of its data that holds the copy. */
  readonly configMapUrl: string;
  readonly key: string;
  /** Token of the pod's account, and the certificate authority of the API server. */
  readonly token: string;
  readonly clusterCa: string;
  /** Certificate authority of the token issuer. @default - those that Node comes with */
  readonly issuerCa?: string;
  /** Longest wait for each answer, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** Largest config map that Kubernetes keeps, and what an answer puts around it. */
const MAX_CONFIG_MAP = 2 * 1_048_576;

/**
 * Copies the public keys of the token issuer into the config map, if they are others than those that are there.
 *
 * Nothing is written unless the keys are whole: when anything fails, the copy stays as it was.
 *
 * @returns whether anything was written
 * @throws Error naming what did not answer, and how, or what is wrong with the keys
 */
export async function mirror(config: MirrorConfig): Promise<boolean> {
  const { jwksUri, configMapUrl, key, token, clusterCa, issuerCa, timeoutMs } = config;
  const patience = timeoutMs === undefined ? {} : { timeoutMs };
  const document = await textOf({
    url: jwksUri,
    headers: { accept: 'application/json' },
    maxBytes: MAX_BYTES,
    ...(issuerCa !== undefined && { ca: issuerCa }),
    ...patience,
  });
  const keys = publicKeys(document);
  const api = { url: configMapUrl, ca: clusterCa, maxBytes: MAX_CONFIG_MAP, ...patience };
  const headers = { authorization: `Bearer ${token.trim()}`, accept: 'application/json' };
  const present = JSON.parse(await textOf({ ...api, headers })) as {
    readonly data?: Readonly<Record<string, string>>;
  };
  if (present.data?.[key] === keys) return false;
  await textOf({
    ...api,
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ data: { [key]: keys } }),
  });
  return true;
}
