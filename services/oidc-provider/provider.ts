import { randomBytes } from 'node:crypto';
import {
  CreateIdentityProviderCommand,
  DeleteIdentityProviderCommand,
  DescribeIdentityProviderCommand,
  UpdateIdentityProviderCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { tenantResourceServer } from '../../constructs/core/tenant-token';
import { readRequest, type Request } from './request';

/** Commands that are sent. */
export type Command =
  | CreateIdentityProviderCommand
  | DeleteIdentityProviderCommand
  | DescribeIdentityProviderCommand
  | UpdateIdentityProviderCommand;

export interface Surroundings {
  readonly userPoolId: string;
  /** Sends a command; the AWS client does. */
  readonly send: (command: Command) => Promise<unknown>;
}

/** All that Terraform keeps of a provider. */
export interface Answer {
  readonly providerName: string;
}

/** Authorization code flow for who somebody is, and nothing else of what the provider has. */
const SCOPES = 'openid email profile';

/**
 * Makes, changes or removes a tenant's provider. The client secret is whatever the pool has for the issuer; a new provider, and
 * one that changes its issuer, gets one at random, which nobody learns and no provider knows, until somebody puts the true
 * one. Cognito sends the secret to the issuer: whoever changes that must not be told what the old one trusts.
 *
 * @throws Error that says what failed, and nothing of a secret: Terraform shows it
 */
export async function change(event: unknown, { userPoolId, send }: Surroundings): Promise<Answer> {
  const request = readRequest(event);
  const providerName = tenantResourceServer(request.tenantId);
  const provider = { UserPoolId: userPoolId, ProviderName: providerName };
  const found = await present(send(new DescribeIdentityProviderCommand(provider)));
  if (request.tf.action === 'delete') {
    if (found !== undefined) await send(new DeleteIdentityProviderCommand(provider));
    return { providerName };
  }
  const secret =
    found === undefined ? newSecret() : (secretFor(request.issuer, found, providerName) ?? newSecret());
  const settings = {
    ...provider,
    ProviderDetails: detailsOf(request, secret),
    AttributeMapping: request.attributeMapping,
  };
  // A creation that had been answered too late for Terraform is found, and brought to what is wanted.
  await withoutSecret(
    secret,
    send(
      found === undefined
        ? new CreateIdentityProviderCommand({ ...settings, ProviderType: 'OIDC' })
        : new UpdateIdentityProviderCommand(settings),
    ),
  );
  return { providerName };
}

const newSecret = (): string => randomBytes(32).toString('base64url');

/** Texts of AWS's errors can repeat what they were sent. Their names cannot. */
async function withoutSecret(secret: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const written = JSON.stringify(secret).slice(1, -1);
    const tells = [secret, written].some((text) => message.includes(text));
    throw new Error(tells ? `AWS refused: ${name}` : `AWS refused: ${name}: ${message}`);
  }
}

const detailsOf = ({ issuer, clientId }: Request, secret: string): Record<string, string> => ({
  oidc_issuer: issuer,
  client_id: clientId,
  client_secret: secret,
  authorize_scopes: SCOPES,
  attributes_request_method: 'GET',
});

/** What a look-up found; undefined where there is no such provider. */
async function present(lookup: Promise<unknown>): Promise<unknown> {
  try {
    return await lookup;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Cognito may write an issuer with a slash at its end or without. */
const sameIssuer = (one: string, other: string | undefined): boolean =>
  one.replace(/\/+$/, '') === other?.replace(/\/+$/, '');

/**
 * The secret that the pool has for an issuer; undefined where it has one for another.
 *
 * @throws Error when the name is taken by a provider of another kind, which has no such secret
 */
function secretFor(issuer: string, found: unknown, providerName: string): string | undefined {
  const { IdentityProvider: provider } = found as {
    readonly IdentityProvider?: {
      readonly ProviderType?: string;
      readonly ProviderDetails?: Readonly<Record<string, string>>;
    };
  };
  const secret = provider?.ProviderDetails?.['client_secret'];
  if (provider?.ProviderType !== 'OIDC' || secret === undefined || secret === '') {
    throw new Error(
      `${providerName} is a provider of type ${provider?.ProviderType ?? 'unknown'}: remove it before an OpenID Connect provider takes its place`,
    );
  }
  return sameIssuer(issuer, provider.ProviderDetails?.['oidc_issuer']) ? secret : undefined;
}
