// Gaps are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import type { Loose, Scratch } from '../scratch';
import { A, GATEWAY, type Gap, STARTER } from './leak';

/** Changes the policy of a fleet that says who may call. */
const policy = (s: Scratch, fleet: string, change: (spec: Loose) => void): void => {
  s.object(GATEWAY, 'SecurityPolicy', fleet, ({ spec }) => {
    change(spec);
  });
};

const headers = (s: Scratch, change: (early: Loose) => void): void => {
  s.object(GATEWAY, 'ClientTrafficPolicy', 'enterprise', ({ spec }) => {
    change(spec.headers.earlyRequestHeaders);
  });
};

const proxy = (s: Scratch, change: (spec: Loose) => void): void => {
  s.object(GATEWAY, 'EnvoyProxy', 'enterprise', ({ spec }) => {
    change(spec);
  });
};

/** A claim of the first rule that allows. */
const claim = (spec: Loose, name: string): Loose =>
  spec.authorization.rules[0].principal.jwt.claims.find((each: Loose) => each.name === name);

const gap = (name: string, says: string, plant: Gap['plant'], stack = A): Gap => ({
  name,
  plant,
  stack,
  control: 'token',
  says,
});

/** Gaps of who is let in by gateways: each part without which a caller could be whom he likes. */
export const TOKEN_GAPS: readonly Gap[] = [
  gap('nobody says who may call', 'there is no SecurityPolicy of the Gateway enterprise', (s) => {
    s.object(GATEWAY, 'SecurityPolicy', 'enterprise', (object) => {
      object.spec.targetRefs[0].name = 'other';
    });
  }),
  gap(
    'the pooled fleet asks for no token',
    'asks for no token',
    (s) => {
      policy(s, 'shared', (spec) => (spec.jwt.providers = []));
    },
    STARTER,
  ),
  gap('tokens may be left out', 'takes calls without a token', (s) => {
    policy(s, 'enterprise', (spec) => (spec.jwt.optional = true));
  }),
  gap('tokens that cannot be checked are let in', 'failOpen', (s) => {
    policy(s, 'enterprise', (spec) => (spec.jwt.providers[1].failOpen = true));
  }),
  gap('tokens of another issuer are taken', 'takes tokens of another issuer', (s) => {
    policy(s, 'enterprise', (spec) => (spec.jwt.providers[0].issuer = 'https://issuer.example.com'));
  }),
  gap('keys come from elsewhere', 'with keys that are not the issuer’s', (s) => {
    policy(s, 'enterprise', (spec) => (spec.jwt.providers[1].remoteJWKS.uri = 'https://x.example.com'));
  }),
  gap('keys are written into the policy', 'with keys that are not the issuer’s', (s) => {
    policy(s, 'enterprise', (spec) => (spec.jwt.providers[0].localJWKS = { type: 'Inline', inline: '{}' }));
  }),
  gap('the route is not found again', 'does not find the route again', (s) => {
    policy(s, 'enterprise', (spec) => (spec.jwt.providers[0].recomputeRoute = false));
  }),
  gap('the tenant is not written into its header', 'does not write tenant_id of the token', (s) => {
    policy(s, 'enterprise', (spec) => spec.jwt.providers[0].claimToHeaders.shift());
  }),
  gap('something else is written into the tenant’s header', 'does not write tenant_id of the token', (s) => {
    policy(s, 'enterprise', (spec) =>
      spec.jwt.providers[0].claimToHeaders.push({ header: 'X-Bulkhead-Tenant', claim: 'sub' }),
    );
  }),
  gap('what no rule allows is allowed', 'allows what no rule allows', (s) => {
    policy(s, 'enterprise', (spec) => (spec.authorization.defaultAction = 'Allow'));
  }),
  gap('tokens of other cells are let in', 'lets in tokens of other cells', (s) => {
    policy(s, 'enterprise', (spec) => claim(spec, 'cell').values.push('dev1b'));
  }),
  gap(
    'the pooled fleet lets in tokens of dedicated tenants',
    'lets in tokens of tiers of another fleet',
    (s) => {
      policy(s, 'shared', (spec) => claim(spec, 'tier').values.push('enterprise'));
    },
    STARTER,
  ),
  gap('id tokens are let in', 'lets in tokens that are no access tokens', (s) => {
    policy(s, 'enterprise', (spec) => claim(spec, 'token_use').values.push('id'));
  }),
  gap('tokens of any scope are let in', 'lets in tokens of any scope', (s) => {
    policy(s, 'enterprise', (spec) => (spec.authorization.rules[0].principal.jwt.scopes = []));
  }),
  gap('a rule lets in addresses instead of tokens', 'lets in tokens of other cells (rule office', (s) => {
    policy(s, 'enterprise', (spec) =>
      spec.authorization.rules.push({
        name: 'office',
        action: 'Allow',
        principal: { clientCIDRs: ['198.51.100.0/24'] },
      }),
    );
  }),
  gap('nobody asks the authorizer', 'asks no authorizer', (s) => {
    policy(s, 'enterprise', (spec) => Reflect.deleteProperty(spec as object, 'extAuth'));
  }),
  gap('an authorizer that does not answer lets in', 'extAuth.failOpen', (s) => {
    policy(s, 'enterprise', (spec) => (spec.extAuth.failOpen = true));
  }),
  gap('the authorizer is a tenant’s', 'asks an authorizer that is not the platform’s', (s) => {
    policy(s, 'enterprise', (spec) => (spec.extAuth.grpc.backendRefs[0].namespace = 'tenant-globex'));
  }),
  gap('callers keep their own identity headers', 'leaves callers their own x-bulkhead-tenant', (s) => {
    headers(s, (early) => {
      early.remove = [];
      early.removeOnMatch = [];
    });
  }),
  gap('a header is written that tokens say', 'writes x-bulkhead-tenant', (s) => {
    headers(s, (early) => (early.set = [{ name: 'x-bulkhead-tenant', value: 'acme' }]));
  }),
  gap('the authorizer is asked before the token is checked', 'before the token is checked', (s) => {
    proxy(s, (spec) => (spec.filterOrder = []));
  }),
  gap('proxies are changed beside how they measure', 'bootstrap', (s) => {
    const value = JSON.stringify({ stats_config: { histogram_bucket_settings: [] }, static_resources: {} });
    proxy(s, (spec) => (spec.bootstrap = { type: 'Merge', value }));
  }),
  gap('proxies are changed past everything', 'bootstrap', (s) => {
    proxy(s, (spec) => (spec.bootstrap = { type: 'Merge', value: '{}' }));
  }),
];
