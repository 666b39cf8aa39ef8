import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { ACCESS_LOG_FIELDS } from '../../constructs/core/access-log';
import { GatewayFleet, fleetObjects, type GatewayFleetProps } from '../../constructs/gateway/fleet';
import { synth } from '../support/synth';
import { fleetProps, only, ZONE } from './fixture';

const build = (props: Partial<GatewayFleetProps> = {}, fleet: 'shared' | 'enterprise' = 'shared') =>
  synth((scope) => {
    new HelmProvider(scope, 'helm', {});
    new GatewayFleet(scope, 'Fleet', { ...fleetProps(fleet), ...props });
  });

describe('a fleet', () => {
  it('is one release, in the gateways’ namespace', () => {
    expect(build().only('helm_release')).toMatchObject({
      name: 'gateway-shared',
      namespace: 'envoy-gateway-system',
    });
  });

  it('is what Envoy Gateway needs, named after the fleet', () => {
    const named = fleetObjects(fleetProps()).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(named).toMatchInlineSnapshot(`
     [
       "GatewayClass bulkhead-shared",
       "EnvoyProxy shared",
       "Gateway shared",
       "ClientTrafficPolicy shared",
       "SecurityPolicy shared",
       "BackendTrafficPolicy shared",
       "HTTPRoute shared-fallback",
       "HTTPRoute shared-unknown-hosts",
       "HTTPRouteFilter shared-refused",
     ]
    `);
  });

  it('reports every broken rule at once', () => {
    expect(() =>
      build({
        tiers: [{ tier: 'starter', requestsPerSecond: 10, netPerSecond: 9 }],
        proxies: { min: 4, max: 3 },
        latencyObjectives: [800, 0],
        maxRequestKiB: 0,
        requestTimeoutSeconds: 3601,
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Fleet] invalid GatewayFleet props:
       - proxies.min must be at least 2 and at most proxies.max, got 4 and 3
       - requestsPerSecond must be between 1 and netPerSecond, got starter 10 of 9
       - latencyObjectives must be above 0, got 800, 0
       - maxRequestKiB must be between 1 and 10240, got 0
       - requestTimeoutSeconds must be between 1 and 3600, got 3601"
    `);
  });

  it.each([
    [{ proxies: { min: 1, max: 3 } }, false],
    [{ proxies: { min: 2, max: 2 } }, true],
    [{ maxRequestKiB: 1 }, true],
    [{ maxRequestKiB: 10_240 }, true],
    [{ maxRequestKiB: 10_241 }, false],
    [{ requestTimeoutSeconds: 1 }, true],
    [{ requestTimeoutSeconds: 3600 }, true],
    [{ requestTimeoutSeconds: Number.NaN }, false],
    [{ tiers: [] }, false],
    [{ tiers: [{ tier: 'starter', requestsPerSecond: 1, netPerSecond: 1 }] }, true],
    [{ tiers: [{ tier: 'starter', requestsPerSecond: 0, netPerSecond: 1 }] }, false],
  ] as const)('takes %j: %s', (props, isFine) => {
    const attempt = (): unknown => build(props);
    if (isFine) expect(attempt).not.toThrow();
    else expect(attempt).toThrow('invalid GatewayFleet props');
  });
});

describe('the proxies', () => {
  const { spec } = only('EnvoyProxy');

  it('are as many as the load needs: no fixed number, and a fast start', () => {
    const { envoyDeployment, envoyHpa, envoyPDB } = spec.provider.kubernetes;
    expect(envoyDeployment.replicas).toBeUndefined();
    expect(envoyHpa).toMatchObject({ minReplicas: 3, maxReplicas: 12 });
    expect(envoyHpa.behavior.scaleUp.stabilizationWindowSeconds).toBe(0);
    expect(envoyPDB).toEqual({ maxUnavailable: 1 });
  });

  it('run on hosts of their own, told apart from another fleet’s', () => {
    const { pod, name } = spec.provider.kubernetes.envoyDeployment;
    const [rule] = pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(rule.labelSelector.matchLabels).toEqual({ 'gateway.envoyproxy.io/owning-gateway-name': 'shared' });
    expect([name, spec.provider.kubernetes.envoyService.name]).toEqual(['gateway-shared', 'gateway-shared']);
  });

  it('write exactly the fields that log, stream and table know, and no query', () => {
    const [{ format, type }] = spec.telemetry.accessLog.settings;
    expect(type).toBe('Route');
    expect(Object.keys(format.json as object)).toEqual(Object.keys(ACCESS_LOG_FIELDS));
    expect(format.json).toMatchObject({
      ...{ cell: 'use1a', fleet: 'shared', tenant: '%REQ(X-BULKHEAD-TENANT)%' },
      path: '%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH):2048%',
      shed_level: '%DYNAMIC_METADATA(envoy.filters.http.ext_authz:shed_level)%',
      reason: '%DYNAMIC_METADATA(envoy.filters.http.ext_authz:reason)%',
    });
  });
});

describe('the listener', () => {
  it('names no host, takes HTTPRoutes only, and none of the other fleet’s owners', () => {
    const [listener] = only('Gateway')['spec'].listeners;
    expect(listener).toMatchObject({ name: 'https', port: 443, protocol: 'HTTPS' });
    expect(listener.hostname).toBeUndefined();
    expect(listener.allowedRoutes).toEqual({
      kinds: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
      namespaces: {
        from: 'Selector',
        selector: {
          matchExpressions: [{ key: 'bulkhead/gateway-fleet', operator: 'NotIn', values: ['enterprise'] }],
        },
      },
    });
  });
});

describe('tokens', () => {
  const { spec } = only('SecurityPolicy');

  it('are checked with the mirrored keys first, so that no call waits for an issuer that is away', () => {
    expect((spec.jwt.providers as { name: string }[]).map(({ name }) => name)).toEqual(['mirror', 'cognito']);
    expect(spec.jwt.providers[1].remoteJWKS).toMatchObject({
      cacheDuration: '600s',
      failedRefetchDuration: '5s',
    });
  });

  it('are taken from the header Authorization only', () => {
    for (const { extractFrom } of spec.jwt.providers)
      expect(extractFrom).toEqual({ headers: [{ name: 'Authorization', valuePrefix: 'Bearer ' }] });
  });

  it('allow what their scopes say, whichever copy of the keys knew them', () => {
    interface Allowed {
      name: string;
      operation: { methods: string[] };
      principal: { jwt: { scopes: string[] } };
    }
    const rules = (spec.authorization.rules as Allowed[]).map(({ name, operation, principal }) => [
      name,
      operation.methods.join(' '),
      principal.jwt.scopes.join(' '),
    ]);
    expect(rules).toEqual([
      ['read-mirror', 'GET HEAD OPTIONS', 'api/read'],
      ['write-mirror', 'POST PUT PATCH DELETE', 'api/write'],
      ['read-cognito', 'GET HEAD OPTIONS', 'api/read'],
      ['write-cognito', 'POST PUT PATCH DELETE', 'api/write'],
    ]);
  });
});

describe.each([
  ['shared', ['starter 10 2000', 'professional 50 2000']],
  ['enterprise', ['enterprise 500 5000']],
] as const)('limits of fleet %s', (fleet, expected) => {
  const { spec } = only('BackendTrafficPolicy', fleetObjects(fleetProps(fleet)));

  it('are one for each tier, for each tenant, with a net for each', () => {
    interface LimitRule {
      clientSelectors: { headers: { value: string; type: string }[] }[];
      limit: { requests: number };
    }
    const nets = spec.rateLimit.local.rules as (LimitRule & { xRateLimitHeaders: string })[];
    // Two filters that tell limits would tell two: envoyproxy/gateway issue 9223.
    expect(nets.every(({ xRateLimitHeaders }) => xRateLimitHeaders === 'Off')).toBe(true);
    const found = (spec.rateLimit.global.rules as LimitRule[]).map(({ clientSelectors, limit }, index) => {
      const headers = clientSelectors[0]?.headers ?? [];
      expect(headers.map(({ type }) => type)).toEqual(['Exact', 'Distinct']);
      return [headers[0]?.value, limit.requests, nets[index]?.limit.requests].join(' ');
    });
    expect(found).toEqual(expected);
  });
});

describe('refusals', () => {
  const { spec } = only('BackendTrafficPolicy');
  interface Override {
    match: { statusCodes: { value: number }[] };
    source: string;
    response: {
      contentType: string;
      body: { inline: string };
      header: { set: { name: string; value: string }[] };
    };
  }
  const overrides = spec.responseOverride as Override[];
  const of = (status: number): Override | undefined =>
    overrides.find(({ match }) => match.statusCodes.some(({ value }) => value === status));

  it('replace what proxies and the authorizer say, never what a service says', () => {
    expect(overrides.map(({ match }) => match.statusCodes[0]?.value)).toEqual([429, 401, 403, 413, 503, 504]);
    expect(new Set(overrides.map(({ source }) => source))).toEqual(new Set(['Local']));
  });

  it('are JSON of the authorizer’s shape, with the request’s id and headers for browsers', () => {
    const texts = [
      ...overrides.map(({ response }) => response),
      only('HTTPRouteFilter')['spec'].directResponse as Override['response'],
    ];
    for (const { contentType, body, header } of texts) {
      expect(contentType).toBe('application/json');
      expect(JSON.parse(body.inline)).toEqual({
        error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }) as unknown,
        requestId: '%REQ(X-REQUEST-ID)%',
      });
      expect(header.set.map(({ name }) => name)).toContain('strict-transport-security');
    }
  });

  it.each([401, 403, 503])('of status %i tell the authorizer’s reason, and the proxy’s own', (status) => {
    expect(JSON.parse(of(status)?.response.body.inline ?? '')).toMatchObject({
      error: {
        reason: '%DYNAMIC_METADATA(envoy.filters.http.ext_authz:reason)%',
        detail: '%RESPONSE_CODE_DETAILS%',
      },
    });
  });

  it('of a limit tell when to come back, and the limit that the authorizer knew', () => {
    const headers = Object.fromEntries(
      (of(429)?.response.header.set ?? []).map(({ name, value }) => [name, value]),
    );
    const limit = '%DYNAMIC_METADATA(envoy.filters.http.ext_authz:rate_limit:requests_per_unit)%';
    expect(headers).toMatchObject({
      'retry-after': '1',
      'x-ratelimit-limit': `${limit}, ${limit};w=1`,
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
    });
  });
});

describe('callers', () => {
  it('cannot say who or where they are, nor make a write of a read behind the proxy', () => {
    const { remove, removeOnMatch } = only('ClientTrafficPolicy')['spec'].headers.earlyRequestHeaders;
    expect(remove).toEqual(
      expect.arrayContaining(['x-bulkhead-tenant', 'x-forwarded-for', 'x-http-method-override']),
    );
    expect(removeOnMatch).toContainEqual({ type: 'Prefix', value: 'x-bulkhead-' });
  });

  it('have as long as the call may take, and a little longer to be told so', () => {
    const { spec } = only('ClientTrafficPolicy');
    expect(spec.timeout).toEqual({
      http: {
        requestHeadersReceivedTimeout: '10s',
        requestReceivedTimeout: '30s',
        streamIdleTimeout: '35s',
        idleTimeout: '300s',
      },
      tcp: { tlsHandshakeTimeout: '10s' },
    });
    expect(only('BackendTrafficPolicy')['spec'].timeout.http.requestTimeout).toBe('30s');
  });
});

describe('hosts that no owner has', () => {
  it('are refused, the shared one by name', () => {
    const routes = fleetObjects(fleetProps()).filter(({ kind }) => kind === 'HTTPRoute');
    expect(
      routes.map((route) => (route as unknown as { spec: { hostnames?: string[] } }).spec.hostnames),
    ).toEqual([[`shared.${ZONE}`], undefined]);
  });
});
