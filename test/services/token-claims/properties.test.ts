import fc from 'fast-check';
import { readEntry } from '../../../services/token-claims/entry';
import { answer, type Answer } from '../../../services/token-claims/token-claims';
import { federated, identity, item, machine, PEOPLES_TRIGGERS, person } from './events';

/** A registry that knows whoever is asked for: it keeps nobody from anything. */
const ask = async (event: unknown): Promise<Answer | undefined> => {
  try {
    return await answer(event, {
      cell: 'use1a',
      refreshAfterMinutes: 10,
      now: () => 0,
      log: () => undefined,
      registry: (tenantId) => Promise.resolve(readEntry(item({ tenantId: { S: tenantId } }))),
    });
  } catch {
    return undefined;
  }
};

const tokens = (answered: Answer) => {
  const { accessTokenGeneration, idTokenGeneration } = answered.response.claimsAndScopeOverrideDetails;
  return [accessTokenGeneration, ...(idTokenGeneration ? [idTokenGeneration] : [])];
};

/** Names that are each other's beginnings, and what is no name. */
const tenants = fc.constantFrom('acme', 'acme-eu', 'globex', 'starter', 'ac');
const odd = fc.oneof(
  fc.constantFrom('', 'Acme', 'acme ', 'acme\n', '__proto__', 'tenant-acme', 'acme/machine'),
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.jsonValue({ maxDepth: 2 }),
);
const names = fc.oneof({ weight: 4, arbitrary: tenants }, { weight: 1, arbitrary: odd });
/** The same where only texts can stand. */
const texts = names.map((name) => (typeof name === 'string' ? name : JSON.stringify(name)));

/** All that a caller may have a hand in, full of other tenants. */
const noise = fc.record(
  {
    clientMetadata: fc.dictionary(fc.constantFrom('tenant_id', 'custom:tenant_id', '__proto__'), names),
    groupConfiguration: fc.record({ groupsToOverride: fc.array(names), preferredRole: names }),
    scopes: fc.array(
      fc.oneof(
        fc.constantFrom('openid', 'api/read', 'api/write', 'api/admin', 'aws.cognito.signin.user.admin'),
        texts.map((name) => `tenant-${name}/machine`),
      ),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: [] },
);
const attributes = fc.dictionary(
  fc.constantFrom('tenant_id', 'tier', 'email', 'name', 'custom:tenantId', 'sub', '__proto__', 'bucket'),
  names,
);
const triggers = fc.constantFrom(...PEOPLES_TRIGGERS, 'TokenGeneration_ClientCredentials', 'Other');

const RUNS = { numRuns: 2000 };

test('a person whom an administrator made is of the tenant that the administrator said, or gets no token', () =>
  fc.assert(
    fc.asyncProperty(names, attributes, noise, triggers, async (own, more, request, triggerSource) => {
      const event = person({ ...more, 'custom:tenant_id': own }, request, { triggerSource });
      const answered = await ask(event);
      if (!answered) return;
      for (const token of tokens(answered)) expect(token.claimsToAddOrOverride['tenant_id']).toBe(own);
    }),
    RUNS,
  ));

test('a provider’s person is of the provider’s tenant, or gets no token', () =>
  fc.assert(
    fc.asyncProperty(
      texts,
      fc.option(names, { nil: undefined }),
      fc.array(texts, { maxLength: 2 }),
      attributes,
      noise,
      triggers,
      async (own, given, others, more, request, triggerSource) => {
        const provider = `tenant-${own}`;
        const identities = [provider, ...others.map((name) => `tenant-${name}`)];
        const said = {
          ...more,
          identities: JSON.stringify(identities.map((name) => identity(name))),
          ...(given !== undefined && { 'custom:tenant_id': given }),
        };
        const answered = await ask(federated(provider, said, request, { triggerSource }));
        if (!answered) return;
        for (const token of tokens(answered)) expect(token.claimsToAddOrOverride['tenant_id']).toBe(own);
        // Everything that names a tenant named this one.
        expect(others.every((name) => name === own)).toBe(true);
        expect([undefined, own]).toContainEqual(given);
      },
    ),
    RUNS,
  ));

test('a machine is of the one tenant whose scope it was given, or gets no token', () =>
  fc.assert(
    fc.asyncProperty(fc.array(texts, { maxLength: 3 }), attributes, noise, async (owners, more, request) => {
      const scopes = ['api/read', ...owners.map((name) => `tenant-${name}/machine`)];
      const answered = await ask(machine(scopes, { ...request, userAttributes: more, scopes }));
      if (!answered) return;
      const [owner] = owners;
      expect(new Set(owners).size).toBe(1);
      for (const token of tokens(answered)) expect(token.claimsToAddOrOverride['tenant_id']).toBe(owner);
    }),
    RUNS,
  ));

test('no token allows what the registry does not', () =>
  fc.assert(
    fc.asyncProperty(tenants, noise, async (own, request) => {
      const answered = await ask(person({ 'custom:tenant_id': own }, request));
      if (!answered) return;
      const { scopesToAdd, scopesToSuppress } =
        answered.response.claimsAndScopeOverrideDetails.accessTokenGeneration;
      const left = [...(request.scopes ?? []), ...scopesToAdd].filter(
        (scope) => !scopesToSuppress.includes(scope),
      );
      expect(left.filter((scope) => /^(api|tenant-)/.test(scope))).toEqual(
        expect.not.arrayContaining([expect.not.stringMatching(/^api\/(read|write)$/)]),
      );
    }),
    RUNS,
  ));

test('whatever is sent, there is an answer with claims of one tenant, or none', () =>
  fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (event) => {
      expect(await ask(event)).toBeUndefined();
      expect(await ask({ ...person(), request: event })).toBeUndefined();
    }),
    RUNS,
  ));
