import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { EnvironmentError } from '../valkey/config';
import { type Answer, change, type Command } from './provider';

const { USER_POOL_ID: userPoolId } = process.env;
if (userPoolId === undefined || userPoolId === '') throw new EnvironmentError(['USER_POOL_ID must be set']);

const client = new CognitoIdentityProviderClient({ maxAttempts: 4 });

/** What Terraform calls when a tenant's provider is made, changed or removed. */
export const handler = (event: unknown): Promise<Answer> =>
  // The client takes each command as its own; together they are what it can send.
  change(event, { userPoolId, send: (command: Command) => client.send(command as never) });
