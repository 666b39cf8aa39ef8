import { createHash } from 'node:crypto';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { API_SCOPES, machineScope, tenantResourceServer } from '../../constructs/core/tenant-token';
import { MachineClients, type Send } from './clients';
import { type Expected, readRequest } from './request';

export interface Surroundings {
  readonly userPoolId: string;
  /** Beginning of the names of the cell's secrets: `bulkhead/prod/use1a`. */
  readonly secretPath: string;
  /** Where machines get tokens. @default - the secret does not say */
  readonly tokenEndpoint?: string;
  readonly cognito: Send;
  readonly secrets: (command: PutSecretValueCommand) => Promise<unknown>;
  /** Takes one line. */
  readonly log: (line: string) => void;
}

/** All that Terraform keeps. Empty when the client is gone. */
export interface Answer {
  readonly clientId: string;
}

/**
 * Makes, changes or removes a tenant's machine client, and puts its secret where the tenant's pods read it.
 *
 * Done again, it finds what is there and finishes it. Another `rotation` makes another client; when the secret holds it, the
 * old one is removed. Whoever then is refused as `invalid_client` reads the secret again; tokens in use stay good until they
 * end.
 *
 * @throws Error that says what failed, and nothing of a secret: Terraform shows it
 */
export async function change(event: unknown, surroundings: Surroundings): Promise<Answer> {
  const { userPoolId, cognito, log } = surroundings;
  const request = readRequest(event, (tenantId) => expected(tenantId, surroundings));
  const { tenantId, rotation, accessTokenMinutes, tf } = request;
  const clients = new MachineClients(cognito, userPoolId, tenantId);
  const tell = (more: object): void => {
    log(
      JSON.stringify({
        level: 'info',
        event: 'machine-client',
        action: tf.action,
        tenant: tenantId,
        ...more,
      }),
    );
  };
  return nothingSecretThrown(async () => {
    if (tf.action === 'delete') {
      tell({ removed: await clients.removeAllBut(undefined) });
      return { clientId: '' };
    }
    const { scopes, secretName } = expected(tenantId, surroundings);
    const client = await clients.ensure(rotation, { scopes, accessTokenMinutes });
    await putSecret(secretName, client, surroundings);
    tell({ client: client.id, rotation, removed: await clients.removeAllBut(client.id) });
    return { clientId: client.id };
  });
}

const expected = (tenantId: string, { secretPath }: Pick<Surroundings, 'secretPath'>): Expected => ({
  scopes: [...Object.values(API_SCOPES), machineScope(tenantId)].sort(),
  secretName: `${secretPath}/${tenantResourceServer(tenantId)}/machine-credentials`,
});

async function putSecret(
  name: string,
  client: { readonly id: string; readonly secret: string },
  { tokenEndpoint, secrets }: Surroundings,
): Promise<void> {
  const value = JSON.stringify({
    client_id: client.id,
    client_secret: client.secret,
    ...(tokenEndpoint !== undefined && { token_endpoint: tokenEndpoint }),
  });
  // The same value makes no other version. A hash of a secret of 256 bits tells nothing of it.
  const token = createHash('sha256').update(value).digest('hex');
  await secrets(
    new PutSecretValueCommand({ SecretId: name, SecretString: value, ClientRequestToken: token }),
  );
}

/** Texts of AWS's errors can repeat what they were sent. Their names cannot. */
async function nothingSecretThrown<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error';
    const own = error instanceof Error && error.constructor === Error && name === 'Error';
    throw new Error(own ? error.message : `AWS refused: ${name}`);
  }
}
