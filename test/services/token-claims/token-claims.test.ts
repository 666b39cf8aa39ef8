import { bucketOf } from '../../../constructs/core/tenant-token';
import { readEntry } from '../../../services/token-claims/entry';
import { Refusal } from '../../../services/token-claims/refusal';
import { answer } from '../../../services/token-claims/token-claims';
import { federated, identity, item, machine, PEOPLES_TRIGGERS, person, v1, v2 } from './events';

const NOW = Date.UTC(2026, 0, 31, 12);

/** Answers an event against a registry with one item. The lines of the log come back with the answer, or with the reason. */
async function ask(event: unknown, found: unknown = item()) {
  const lines: string[] = [];
  const asked: string[] = [];
  const answered = answer(event, {
    cell: 'use1a',
    refreshAfterMinutes: 10,
    now: () => NOW,
    log: (line) => lines.push(line),
    registry: (tenantId) => {
      asked.push(tenantId);
      return Promise.resolve().then(() => readEntry(found));
    },
  });
  try {
    return { answer: await answered, lines, asked };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reason: error.reason, message: error.message, lines, asked };
  }
}

const accessToken = async (event: unknown, found?: unknown) => {
  const { answer, reason } = await ask(event, found);
  if (!answer) throw new Error(`no token: ${reason}`);
  return answer.response.claimsAndScopeOverrideDetails.accessTokenGeneration;
};

const reason = async (event: unknown, found?: unknown) => (await ask(event, found)).reason;

const CLAIMS = {
  tenant_id: 'acme',
  tier: 'enterprise',
  cell: 'use1a',
  shard: 'data-shard-1',
  bucket: String(bucketOf('acme')),
  refresh_at: String(NOW / 1000 + 600),
};

describe('a token', () => {
  test('says of a person what the registry says of the tenant', async () => {
    const { answer } = await ask(person());
    expect(answer?.response.claimsAndScopeOverrideDetails).toEqual({
      idTokenGeneration: { claimsToAddOrOverride: CLAIMS, claimsToSuppress: ['rate_limit'] },
      accessTokenGeneration: {
        claimsToAddOrOverride: CLAIMS,
        claimsToSuppress: ['rate_limit'],
        scopesToAdd: [],
        scopesToSuppress: [],
      },
    });
  });

  test.each(PEOPLES_TRIGGERS)('is made for people by %s', async (triggerSource) => {
    const token = await accessToken(person({}, {}, { triggerSource }));
    expect(token.claimsToAddOrOverride).toEqual(CLAIMS);
  });

  test.each(PEOPLES_TRIGGERS)('is made for people of a provider by %s', async (triggerSource) => {
    const token = await accessToken(federated('tenant-acme', {}, {}, { triggerSource }));
    expect(token.claimsToAddOrOverride).toEqual(CLAIMS);
  });

  test('of a machine is an access token only, for its scope’s tenant', async () => {
    const { answer } = await ask(machine());
    expect(Object.keys(answer?.response.claimsAndScopeOverrideDetails ?? {})).toEqual([
      'accessTokenGeneration',
    ]);
    expect((await accessToken(machine())).claimsToAddOrOverride).toEqual(CLAIMS);
  });

  test.each([{ userAttributes: undefined }, { userAttributes: null }, { groupConfiguration: undefined }])(
    'of a machine needs no more than scopes: %j',
    async (request) => {
      const event = JSON.parse(JSON.stringify(machine(undefined, request))) as unknown;
      expect((await accessToken(event)).claimsToAddOrOverride).toEqual(CLAIMS);
    },
  );

  test('tells the tenant’s own rate limit where there is one', async () => {
    const token = await accessToken(person(), item({ rateLimitPerSecond: { N: '120' } }));
    expect(token.claimsToAddOrOverride).toEqual({ ...CLAIMS, rate_limit: '120' });
    expect(token.claimsToSuppress).toEqual([]);
  });

  test('of a tenant that is moving leads to its old place', async () => {
    const moving = item({ state: { S: 'moving' }, moveTo: { M: { cell: { S: 'euw1a' } } } });
    expect((await accessToken(person(), moving)).claimsToAddOrOverride['cell']).toBe('use1a');
  });

  test.each(['starter', 'professional'])(
    'of tier %s is for people whom administrators made',
    async (tier) => {
      const pooled = item({ tier: { S: tier } });
      expect((await accessToken(person(), pooled)).claimsToAddOrOverride['tier']).toBe(tier);
      const linked = { identities: JSON.stringify([identity('tenant-acme')]) };
      for (const event of [machine(), federated(), person(linked)]) {
        expect(await reason(event, pooled)).toBe('pooled-tenant');
        expect(await reason(event)).toBeUndefined();
      }
    },
  );

  describe('of a synthetic tenant of a pooled tier', () => {
    const id = 'smoke-starter-use1a';
    const tried = item({ tenantId: { S: id }, tier: { S: 'starter' }, shard: { S: 'data-shard-1' } });
    const asked = machine(['api/read', `tenant-${id}/machine`]);

    test('is for its machine', async () => {
      expect((await accessToken(asked, tried)).claimsToAddOrOverride).toMatchObject({
        tenant_id: id,
        tier: 'starter',
        cell: 'use1a',
      });
    });

    test('is for no provider’s people', async () => {
      expect(await reason(federated(`tenant-${id}`), tried)).toBe('pooled-tenant');
    });

    test.each([
      ['of another tier than its id says', { tier: { S: 'professional' } }, 'pooled-tenant'],
      ['suspended', { state: { S: 'suspended' } }, 'tenant-state'],
    ])('is refused where it is %s', async (_, change, expected) => {
      expect(await reason(asked, { ...tried, ...change })).toBe(expected);
    });

    test.each(['smoke-starter-use1b', 'smoke-starter', 'smoke-starter-use1a-x'])(
      'is refused to %s, which is not this cell’s',
      async (other) => {
        const entry = { ...tried, tenantId: { S: other } };
        expect(await reason(machine(['api/read', `tenant-${other}/machine`]), entry)).toBe('pooled-tenant');
      },
    );
  });

  test('comes with the event that was asked with, all of it', async () => {
    const event = person();
    const { answer } = await ask(event);
    expect({ ...answer, response: undefined }).toEqual({ ...event, response: undefined });
  });
});

describe('permissions', () => {
  const read = item({ scopes: { L: [{ S: 'api/read' }] } });
  const scopes = async (event: unknown, found?: unknown) => {
    const { scopesToAdd, scopesToSuppress } = await accessToken(event, found);
    return { add: scopesToAdd, suppress: scopesToSuppress };
  };

  test('that the registry does not grant are taken out', async () => {
    expect(await scopes(person(), read)).toEqual({ add: [], suppress: ['api/write'] });
    expect(await scopes(machine(), read)).toEqual({ add: [], suppress: ['api/write'] });
    const none = item({ scopes: undefined });
    expect(await scopes(machine(), none)).toEqual({ add: [], suppress: ['api/read', 'api/write'] });
  });

  test('that nobody knows are taken out', async () => {
    const event = person({}, { scopes: ['api/read', 'api/admin', 'api/'] });
    expect((await scopes(event)).suppress).toEqual(['api/admin', 'api/']);
    expect((await scopes(event, item({ scopes: { SS: ['api/read', 'api/admin'] } }))).suppress).toEqual([
      'api/admin',
      'api/',
    ]);
  });

  test('are all given to people who could not ask for any, and never to machines', async () => {
    const signedIn = person({}, { scopes: ['aws.cognito.signin.user.admin'] });
    expect((await scopes(signedIn, read)).add).toEqual(['api/read']);
    expect((await scopes(person({}, { scopes: undefined }))).add).toEqual(['api/read', 'api/write']);
    expect((await scopes(machine(['tenant-acme/machine']))).add).toEqual([]);
  });

  test('are fewer for who asks for fewer', async () => {
    expect(await scopes(person({}, { scopes: ['openid', 'email'] }))).toEqual({ add: [], suppress: [] });
    expect(await scopes(person({}, { scopes: ['openid', 'api/read'] }))).toEqual({ add: [], suppress: [] });
  });

  test('of the SDK and of OpenID are Cognito’s business', async () => {
    const event = person({}, { scopes: ['openid', 'profile', 'aws.cognito.signin.user.admin', 'api/read'] });
    expect((await scopes(event, read)).suppress).toEqual([]);
  });
});

describe('there is no token for', () => {
  test.each([
    ['version 1', v1()],
    ['version 2', v2()],
    ['a later version', { ...person(), version: '4' }],
    ['a version that is a number', { ...person(), version: 3 }],
    ['no version', { ...person(), version: undefined }],
  ])('an event of %s', async (_, event) => {
    expect(await reason(event)).toBe('event-version');
  });

  test.each([
    'TokenGeneration_Somehow',
    'PreSignUp_SignUp',
    'tokengeneration_hostedauth',
    '',
    undefined,
    null,
    ['TokenGeneration_HostedAuth'],
    '__proto__',
  ])('cause %j', async (triggerSource) => {
    expect(await reason({ ...person(), triggerSource })).toBe('event-trigger');
  });

  test.each([null, undefined, 'event', 7, [], [person()], {}])('what is no event: %j', async (event) => {
    expect(await reason(event)).toBe('event-version');
  });

  test.each([
    ['request is none', { ...person(), request: null }],
    ['request is a list', { ...person(), request: [] }],
    ['attributes are a list', person({}, { userAttributes: [] })],
    ['attributes are a text', person({}, { userAttributes: 'custom:tenant_id=acme' })],
    ['scopes are one text', person({}, { scopes: 'api/read api/write' })],
    ['scopes hold numbers', machine(['tenant-acme/machine', 7])],
    ['scopes are an object', machine({ 0: 'tenant-acme/machine' })],
    ['scopes are endless', machine(Array.from({ length: 101 }, () => 'tenant-acme/machine'))],
  ])('an event whose %s', async (_, event) => {
    expect(await reason(event)).toBe('event-malformed');
  });

  test.each([
    'Acme',
    ' acme',
    'acme ',
    'acme\n',
    'acme\u0000',
    'acme/../globex',
    'аcme', // Cyrillic а
    'ａｃｍｅ',
    'acme\u200b',
    'a'.repeat(32),
    'a',
    '',
    'acme,globex',
    '__proto__',
    'constructor\u0000',
    ['acme'],
    { S: 'acme' },
    7,
    true,
    null,
  ])('a tenant called %j', async (tenant) => {
    expect(await reason(person({ 'custom:tenant_id': tenant }))).toBe('no-tenant');
  });

  test('a person of nobody', async () => {
    const event = person();
    delete (event.request.userAttributes as Record<string, unknown>)['custom:tenant_id'];
    expect(await reason(event)).toBe('no-tenant');
  });

  test('a person whose tenant is only inherited', async () => {
    const event = JSON.parse(
      JSON.stringify(person({ 'custom:tenant_id': undefined })).replace(
        '"sub":',
        '"__proto__":{"custom:tenant_id":"globex"},"sub":',
      ),
    ) as unknown;
    expect(await reason(event)).toBe('no-tenant');
    expect(({} as Record<string, unknown>)['custom:tenant_id']).toBeUndefined();
  });

  test('a provider’s person without a provider', async () => {
    expect(
      await reason(person({ 'cognito:user_status': 'EXTERNAL_PROVIDER', 'custom:tenant_id': 'acme' })),
    ).toBe('no-tenant');
  });

  test('a person of one tenant by the attribute and of another by the provider', async () => {
    expect(await reason(federated('tenant-acme', { 'custom:tenant_id': 'globex' }))).toBe('two-tenants');
    const linked = person({ identities: JSON.stringify([identity('tenant-globex')]) });
    expect(await reason(linked)).toBe('two-tenants');
  });

  test('a person of two providers', async () => {
    const identities = JSON.stringify([identity('tenant-acme'), identity('tenant-acme-eu')]);
    expect(
      await reason(federated('tenant-acme', { identities }, {}, { userName: 'tenant-acme_a' })),
    ).not.toBeUndefined();
    expect(await reason(person({ identities }))).toBe('two-tenants');
  });

  test.each(['Google', 'acme', 'Tenant-acme', ' tenant-acme', 'cognito'])(
    'a person of provider %j',
    async (provider) => {
      expect(await reason(federated(provider))).toBe('foreign-provider');
    },
  );

  test('a person whose name does not begin with the provider’s', async () => {
    const event = federated('tenant-acme', {}, {}, { userName: 'tenant-acme-eu_ada@acme.example' });
    expect(await reason(event)).toBe('foreign-provider');
    expect(await reason(federated('tenant-acme', {}, {}, { userName: undefined }))).toBe('foreign-provider');
  });

  test.each([
    ['no JSON', 'tenant-acme'],
    ['no list', JSON.stringify(identity('tenant-acme'))],
    ['empty', '[]'],
    ['a list of texts', '["tenant-acme"]'],
    ['a list of lists', '[["tenant-acme"]]'],
    ['without a name', JSON.stringify([identity(undefined)])],
    ['a name that is a list', JSON.stringify([identity(['tenant-acme'])])],
    ['an inherited name', '[{"__proto__":{"providerName":"tenant-acme"}}]'],
    ['a list and not its text', [identity('tenant-acme')]],
    ['cut off', JSON.stringify([identity('tenant-acme')]).slice(0, -2)],
    ['huge', JSON.stringify([identity('tenant-acme', { userId: 'x'.repeat(5000) })])],
    ['deep', '['.repeat(4000)],
  ])('identities that are %s', async (_, identities) => {
    expect(await reason(federated('tenant-acme', { identities }))).toBe('event-malformed');
  });

  test.each([
    [[]],
    [['api/read']],
    [['tenant-/machine']],
    [['tenant-acme']],
    [['tenant-acme/']],
    [['tenant-acme/machine/x']],
    [['tenant-acme/person']],
    [['tenant-Acme/machine']],
    [['tenant-acme /machine']],
    [['Tenant-acme/machine']],
    [['xtenant-acme/machine']],
    [undefined],
  ])('a machine with scopes %j', async (scopes) => {
    expect(await reason({ ...machine(), request: { userAttributes: {}, scopes } })).toBe('no-tenant');
  });

  test('a machine of two tenants', async () => {
    expect(await reason(machine(['tenant-acme/machine', 'tenant-globex/machine']))).toBe('two-tenants');
    expect(
      await reason(machine(['tenant-acme/machine'], { userAttributes: { 'custom:tenant_id': 'globex' } })),
    ).toBe('two-tenants');
    expect(await reason(machine(['tenant-acme/machine', 'tenant-globex/person']))).toBe('no-tenant');
  });

  test('a person with a machine’s scope, even the own tenant’s', async () => {
    for (const scope of ['tenant-acme/machine', 'tenant-globex/machine', 'tenant-']) {
      expect(await reason(person({}, { scopes: ['openid', scope] }))).toBe('machine-scope-of-a-person');
    }
  });

  test.each(['requested', 'suspended', 'offboarding', 'offboarded', 'ACTIVE', 'constructor'])(
    'a tenant in state %s',
    async (state) => {
      expect(await reason(person(), item({ state: { S: state } }))).toBe('tenant-state');
    },
  );

  test('a tenant of another cell, moving here or not', async () => {
    const away = { cell: { S: 'euw1a' } };
    expect(await reason(person(), item(away))).toBe('other-cell');
    const moveTo = { M: { cell: { S: 'use1a' }, shard: { S: 'data-shard-1' } } };
    expect(await reason(person(), item({ ...away, state: { S: 'moving' }, moveTo }))).toBe('other-cell');
  });

  test.each([
    ['another tenant’s', { tenantId: { S: 'globex' } }],
    ['nobody’s', { tenantId: undefined }],
    ['without a tier', { tier: undefined }],
    ['of no tier', { tier: { S: 'platinum' } }],
    ['with a tier that is a number', { tier: { N: '1' } }],
    ['with a tier that is inherited', { tier: { __proto__: { S: 'starter' } } }],
    ['without a state', { state: undefined }],
    ['without a cell', { cell: undefined }],
    ['without a shard', { shard: undefined }],
    ['with an empty shard', { shard: { S: '' } }],
    ['with a cell that is a list', { cell: { L: [{ S: 'use1a' }] } }],
    ['with scopes in one text', { scopes: { S: 'api/read' } }],
    ['with a scope that is a number', { scopes: { L: [{ N: '1' }] } }],
    ['with a limit in words', { rateLimitPerSecond: { S: '120' } }],
    ['with no limit at all', { rateLimitPerSecond: { N: '0' } }],
    ['with a limit below nothing', { rateLimitPerSecond: { N: '-1' } }],
    ['with a limit that is no whole number', { rateLimitPerSecond: { N: '1.5' } }],
    ['with a limit that no authorizer reads', { rateLimitPerSecond: { N: '1000000' } }],
    ['with a limit beyond all', { rateLimitPerSecond: { N: '1e99' } }],
  ])('an entry that is %s', async (_, attributes) => {
    expect(await reason(person(), item(attributes))).toBe('entry-malformed');
  });

  test.each([null, [], 'acme', 7, {}])('an entry that is %j', async (found) => {
    expect(await reason(person(), found)).toBe('entry-malformed');
  });
});

describe('nothing that a caller says decides', () => {
  const hostile = {
    tenant_id: 'globex',
    tier: 'starter',
    cell: 'euw1a',
    'custom:tenant_id ': 'globex',
    'CUSTOM:TENANT_ID': 'globex',
    'custom:tenantId': 'globex',
    'dev:custom:tenant_id': 'globex',
    email: 'admin@globex.example',
    name: 'tenant-globex/machine',
    profile: '{"custom:tenant_id":"globex"}',
    scope: 'api/admin',
    rate_limit: '100000',
  };

  test('not attributes that are called like claims', async () => {
    expect((await accessToken(person(hostile))).claimsToAddOrOverride).toEqual(CLAIMS);
    expect((await accessToken(federated('tenant-acme', hostile))).claimsToAddOrOverride).toEqual(CLAIMS);
  });

  test('not the client’s metadata, groups, or an answer that is there already', async () => {
    const overrides = { accessTokenGeneration: { claimsToAddOrOverride: { tenant_id: 'globex' } } };
    const event = person(
      {},
      {
        clientMetadata: { tenant_id: 'globex', 'custom:tenant_id': 'globex' },
        groupConfiguration: {
          groupsToOverride: ['tenant-globex', 'admin'],
          preferredRole: 'arn:aws:iam::1:role/x',
        },
      },
      { tenant_id: 'globex', response: { claimsAndScopeOverrideDetails: overrides } },
    );
    const { answer, asked } = await ask(event);
    expect(answer?.response).toEqual((await ask(person())).answer?.response);
    expect(asked).toEqual(['acme']);
  });
});

describe('the log', () => {
  test('has one line for each token, without anything of the person', async () => {
    const { lines } = await ask(federated());
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        event: 'token',
        trigger: 'TokenGeneration_HostedAuth',
        client: '1h57kf5cpq17m0eml12EXAMPLE',
        tenant: 'acme',
        level: 'info',
        decision: 'issued',
        tier: 'enterprise',
        shard: 'data-shard-1',
        duration_ms: 0,
      },
    ]);
    expect(lines.join('')).not.toMatch(/ada|example\.|2cdf9a1e/);
  });

  test('has one line for each refusal, with the reason, which the caller is not told', async () => {
    const { lines, message } = await ask(person(), item({ state: { S: 'suspended' } }));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'warn', decision: 'refused', reason: 'tenant-state', tenant: 'acme' }),
    ]);
    expect(message).toBe('No token can be issued.');
  });

  test('holds no text that a caller could have made up', async () => {
    const forged = 'x"}\n{"decision":"issued"';
    const { lines } = await ask({
      ...person({ 'custom:tenant_id': forged }),
      triggerSource: 'TokenGeneration_HostedAuth',
      callerContext: { clientId: forged },
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('issued');
    expect((await ask({ ...person(), triggerSource: forged })).lines.join('')).not.toContain('issued');
  });
});
