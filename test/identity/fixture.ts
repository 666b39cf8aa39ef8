import { Identity, type IdentityProps } from '../../constructs/identity/identity';
import { synth, type SynthesizedStack, TEST_PLACEMENT } from '../support/synth';

export const TABLE = 'arn:aws:dynamodb:eu-west-1:111111111111:table/bulkhead-prod-tenants';

/** A cell's identity, in a stack of its own. */
export const identity = (props: Partial<IdentityProps> = {}): SynthesizedStack =>
  synth((scope) => {
    new Identity(scope, 'Identity', {
      plan: 'plus',
      mfa: 'required',
      accessTokenMinutes: 60,
      refreshTokenHours: 12,
      logRetentionDays: 365,
      callbackUrls: [],
      logoutUrls: [],
      zone: { id: 'Z1', name: 'use1a.bulkhead.example' },
      synthetic: { tenantIds: [], readers: [] },
      tokens: { name: 'token-claims', registryTableArn: TABLE, refreshAfterMinutes: 10 },
      ...props,
    });
  }, TEST_PLACEMENT);
