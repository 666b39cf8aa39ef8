import { userInfo } from 'node:os';
import * as path from 'node:path';
import { loadPlatform } from '../../../config/load';
import { FileRegistry } from '../../registry/file-registry';
import type { Surroundings } from '../../surroundings';
import { rehearsalDatabases } from '../databases';
import { copyConfig } from './config-copy';
import { RehearsalStacks } from './stacks';
import { RehearsalTokens } from './tokens';

export interface RehearsalProps {
  /** Folder of the project. */
  readonly root: string;
  readonly environment: string;
  /** @default - `<root>/.rehearsal/<environment>`, where `bulkhead rehearse` has its world too */
  readonly folder?: string;
  /** Who asks. @default - the user of this machine */
  readonly as?: string;
  readonly signal?: AbortSignal;
  /** Resource to fail, as `<stack>:<address>`. @default - none */
  readonly fail?: string;
  /** Wait before every change of a resource, in milliseconds. @default 0 */
  readonly latencyMs?: number;
}

/** Everything on this machine, and nothing that could reach a real account. */
export function rehearsalSurroundings(props: RehearsalProps): Surroundings {
  const { root, environment, as, signal, fail, latencyMs } = props;
  const folder = props.folder ?? path.join(root, '.rehearsal', environment);
  const configFolder = copyConfig(root, environment, folder);
  const registry = new FileRegistry({ folder: path.join(folder, 'registry') });
  const platform: Surroundings['platform'] = () => loadPlatform(root, environment, { folder: configFolder });
  const stacks = new RehearsalStacks({
    ...{ root, environment, folder, configFolder, platform },
    ...(fail !== undefined && { fail }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(signal && { signal }),
  });
  const now = Date.now;
  return {
    kind: 'rehearsal',
    ...{ environment, root, configFolder, registry, stacks, platform, now },
    databases: rehearsalDatabases(process.env),
    tokens: new RehearsalTokens({ folder, registry, stacks, platform, now }),
    caller: () => Promise.resolve(as ?? userInfo().username),
    close: () => stacks.close(),
  };
}
