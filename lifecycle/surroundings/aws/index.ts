import * as path from 'node:path';
import { ENVIRONMENTS_FOLDER, loadPlatform } from '../../../config/load';
import { tenantDataRoleArn } from '../../../constructs/operations/names';
import { placementOfCell } from '../../../stacks/names';
import { registryTableName } from '../../../stacks/registry-access';
import { registryClient } from '../../registry/client';
import { DynamoRegistry } from '../../registry/dynamo-registry';
import type { Surroundings } from '../../surroundings';
import { awsDatabases } from '../databases';
import { cellOf } from '../lookups';
import { Credentials } from './credentials';
import { AwsOperations } from './operations';
import { AwsStacks } from './stacks';
import { AwsTokens } from './tokens';

export interface AwsProps {
  /** Folder of the project. */
  readonly root: string;
  readonly environment: string;
  readonly signal?: AbortSignal;
}

/**
 * The platform on AWS, with the caller's own credentials at home, where the registry is, and elsewhere as the roles that are there
 * for it.
 *
 * @throws ConfigError when config does not say where home is
 */
export function awsSurroundings({ root, environment, signal }: AwsProps): Surroundings {
  const configFolder = path.join(root, ENVIRONMENTS_FOLDER);
  const platform: Surroundings['platform'] = () => loadPlatform(root, environment);
  const { region } = platform();
  const credentials = new Credentials(region);
  const client = registryClient(region);
  const now = Date.now;
  const registry = new DynamoRegistry({ client, table: registryTableName(platform()), now });
  const stacks = new AwsStacks({
    ...{ root, environment, configFolder, platform, credentials },
    ...(signal && { signal }),
  });
  return {
    kind: 'aws',
    ...{ environment, root, configFolder, registry, stacks, platform, now },
    databases: awsDatabases({
      ...{ environment, stacks },
      // A role of the cell's account: databases take no other's.
      credentialsOf: (cell) =>
        credentials.of(tenantDataRoleArn(placementOfCell(platform(), cellOf(platform(), cell))), 'databases'),
      regionOf: (cell) => cellOf(platform(), cell).region,
    }),
    tokens: new AwsTokens({ registry, stacks, platform, credentials, now }),
    operations: new AwsOperations({ platform, credentials }),
    caller: () => credentials.caller(),
    close: () => {
      client.destroy();
      credentials.close();
      return Promise.resolve();
    },
  };
}
