import { marshall } from '@aws-sdk/util-dynamodb';
import { API_SCOPES, machineScope } from '../../../constructs/core/tenant-token';
import { readEntry } from '../../../services/token-claims/entry';
import { Refusal } from '../../../services/token-claims/refusal';
import { answer } from '../../../services/token-claims/token-claims';
import type { Registry } from '../../registry';
import type { Received, Reply } from './exchange';
import type { Signer } from './signer';

export interface TokenEndpointProps {
  readonly registry: Registry;
  readonly cell: string;
  readonly accessTokenMinutes: number;
  readonly refreshAfterMinutes: number;
  /** The one machine client that there is. */
  readonly client: { readonly id: string; readonly secret: string; readonly tenantId: string };
  readonly signer: Signer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes the lines of the function's log. */
  readonly log: (line: string) => void;
}

/**
 * Stands in for Cognito's token endpoint. What a token says, and whether there is one, the platform's own function decides, by
 * the registry's row as DynamoDB would give it: what is played here is Cognito, and nothing of ours.
 *
 * Source: "The token issuer endpoint", Amazon Cognito Developer Guide.
 */
export async function tokenEndpoint(
  props: TokenEndpointProps,
  { method, path, headers, body }: Received,
): Promise<Reply> {
  const { client, signer, now, accessTokenMinutes } = props;
  if (method !== 'POST' || path !== '/oauth2/token') return { status: 404, body: {} };
  const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
  if (headers['authorization'] !== basic) return refused('invalid_client');
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== 'client_credentials') return refused('unsupported_grant_type');
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const allowed: readonly string[] = [...Object.values(API_SCOPES), machineScope(client.tenantId)];
  if (!scopes.every((scope) => allowed.includes(scope))) return refused('invalid_scope');
  try {
    const claims = await claimsFor(props, scopes);
    const seconds = accessTokenMinutes * 60;
    const token = signer.token(claims, Math.floor(now() / 1000), seconds);
    return { status: 200, body: { access_token: token, expires_in: seconds, token_type: 'Bearer' } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(`no token: ${error.reason}`);
  }
}

const refused = (error: string): Reply => ({ status: 400, body: { error } });

async function claimsFor(
  props: TokenEndpointProps,
  scopes: readonly string[],
): Promise<Record<string, unknown>> {
  const { client, registry, cell, refreshAfterMinutes, now, log } = props;
  // "Pre token generation Lambda trigger", Amazon Cognito Developer Guide: version 3, for machines.
  const event = {
    version: '3',
    triggerSource: 'TokenGeneration_ClientCredentials',
    callerContext: { clientId: client.id },
    request: { userAttributes: {}, scopes },
  };
  const { response } = await answer(event, {
    ...{ cell, refreshAfterMinutes, now, log },
    registry: async (tenantId) => {
      const item = await registry.get(tenantId);
      if (!item) throw new Refusal('not-in-registry');
      return readEntry(marshall(item, { removeUndefinedValues: true }));
    },
  });
  const { claimsToAddOrOverride, scopesToAdd, scopesToSuppress } =
    response.claimsAndScopeOverrideDetails.accessTokenGeneration;
  const scope = [...scopes.filter((one) => !scopesToSuppress.includes(one)), ...scopesToAdd].join(' ');
  return { sub: client.id, client_id: client.id, token_use: 'access', scope, ...claimsToAddOrOverride };
}
