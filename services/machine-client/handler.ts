import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { EnvironmentError } from '../valkey/config';
import { type Answer, change } from './machine-client';
import { isSmoke, type Sighting, smoke } from './smoke';

const {
  USER_POOL_ID: userPoolId,
  SECRET_PATH: secretPath,
  TOKEN_ENDPOINT: tokenEndpoint,
  ZONE: zone,
} = process.env;
if (!userPoolId || !secretPath || !tokenEndpoint || !zone) {
  throw new EnvironmentError(['USER_POOL_ID, SECRET_PATH, TOKEN_ENDPOINT and ZONE must be set']);
}

const cognito = new CognitoIdentityProviderClient({ maxAttempts: 4 });
const secrets = new SecretsManagerClient({ maxAttempts: 4 });

// The client takes each command as its own; together they are what it can send.
const ours = {
  userPoolId,
  tokenEndpoint,
  cognito: (command: unknown) => cognito.send(command as never),
  log: (line: string) => process.stdout.write(`${line}\n`),
};

/**
 * What Terraform calls when a tenant's machine client is made, changed or removed, and what whoever onboards a tenant calls to
 * see that the tenant is served.
 */
export const handler = (event: unknown): Promise<Answer | Sighting> =>
  isSmoke(event)
    ? smoke(event, { ...ours, hostOf: (tenantId) => `${tenantId}.${zone}`, fetch })
    : change(event, { ...ours, secretPath, secrets: (command) => secrets.send(command) });
