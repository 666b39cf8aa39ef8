import type { Surroundings } from '../surroundings';

export interface OpenProps {
  readonly kind: Surroundings['kind'];
  /** Folder of the project. */
  readonly root: string;
  readonly environment: string;
  /** Who asks, in a rehearsal. @default - the user of this machine */
  readonly as?: string;
  readonly signal: AbortSignal;
  /** In a rehearsal, a resource to fail: `<stack>:<address>`. @default - none */
  readonly fail?: string;
  /** In a rehearsal, how long each change of a resource takes, in milliseconds. @default 0 */
  readonly latencyMs?: number;
}

/** Where operations happen. Each kind is loaded when it is asked for: the AWS SDK and the rehearsal take their time. */
export async function openSurroundings({ kind, ...props }: OpenProps): Promise<Surroundings> {
  if (kind === 'rehearsal') {
    const { rehearsalSurroundings } = await import('./rehearsal');
    return rehearsalSurroundings(props);
  }
  const { awsSurroundings } = await import('./aws');
  return awsSurroundings(props);
}
