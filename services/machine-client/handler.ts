import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { EnvironmentError } from '../valkey/config';
import { type Answer, change } from './machine-client';

const { USER_POOL_ID: userPoolId, SECRET_PATH: secretPath, TOKEN_ENDPOINT: tokenEndpoint } = process.env;
if (!userPoolId || !secretPath) throw new EnvironmentError(['USER_POOL_ID and SECRET_PATH must be set']);

const cognito = new CognitoIdentityProviderClient({ maxAttempts: 4 });
const secrets = new SecretsManagerClient({ maxAttempts: 4 });

/** What Terraform calls when a tenant's machine client is made, changed or removed. */
export const handler = (event: unknown): Promise<Answer> =>
  change(event, {
    userPoolId,
    secretPath,
    ...(tokenEndpoint && { tokenEndpoint }),
    // The client takes each command as its own; together they are what it can send.
    cognito: (command) => cognito.send(command as never),
    secrets: (command) => secrets.send(command),
    log: (line) => process.stdout.write(`${line}\n`),
  });
