import {
  CreateIdentityProviderCommand,
  DeleteIdentityProviderCommand,
  DescribeIdentityProviderCommand,
  UpdateIdentityProviderCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { change, type Command } from '../../../services/oidc-provider/provider';

const WANTED = {
  tenantId: 'acme',
  issuer: 'https://login.acme.example',
  clientId: 'bulkhead',
  attributeMapping: { email: 'email', name: 'name' },
};

interface Provider {
  readonly ProviderType: string;
  readonly ProviderDetails: Readonly<Record<string, string>>;
}

/** A pool that holds providers by name, as Cognito does. */
function pool(providers: Record<string, Provider> = {}) {
  const sent: Command[] = [];
  const send = (command: Command): Promise<unknown> => {
    sent.push(command);
    const { ProviderName: name = '' } = command.input;
    if (command instanceof DescribeIdentityProviderCommand) {
      const found = providers[name];
      const error = Object.assign(new Error('no such provider'), { name: 'ResourceNotFoundException' });
      return found ? Promise.resolve({ IdentityProvider: found }) : Promise.reject(error);
    }
    return Promise.resolve({});
  };
  const ask = (action: string, change_: object = {}, prev_input: object | null = null) =>
    change({ ...WANTED, ...change_, tf: { action, prev_input } }, { userPoolId: 'us-east-1_Ab', send });
  return { sent, ask };
}

const oidc = (client_secret: string, oidc_issuer = WANTED.issuer): Provider => ({
  ProviderType: 'OIDC',
  ProviderDetails: { client_secret, oidc_issuer, client_id: 'old' },
});

describe("a tenant's OpenID Connect provider", () => {
  it('is made with the name of its tenant and with a secret that nobody learns', async () => {
    const { sent, ask } = pool();
    await expect(ask('create')).resolves.toEqual({ providerName: 'tenant-acme' });
    const made = sent.at(-1);
    expect(made).toBeInstanceOf(CreateIdentityProviderCommand);
    expect(made?.input).toMatchObject({
      UserPoolId: 'us-east-1_Ab',
      ProviderName: 'tenant-acme',
      ProviderType: 'OIDC',
      AttributeMapping: { email: 'email', name: 'name' },
      ProviderDetails: {
        oidc_issuer: 'https://login.acme.example',
        client_id: 'bulkhead',
        authorize_scopes: 'openid email profile',
        attributes_request_method: 'GET',
        client_secret: expect.stringMatching(/^[\w-]{43}$/) as string,
      },
    });
  });

  it('gets another secret each time it is made', async () => {
    const secrets = await Promise.all(
      [pool(), pool()].map(async ({ sent, ask }) => {
        await ask('create');
        return (sent.at(-1)?.input as CreateIdentityProviderCommand['input']).ProviderDetails?.[
          'client_secret'
        ];
      }),
    );
    expect(new Set(secrets).size).toBe(2);
  });

  it('keeps the secret that somebody has put, whatever changes but the issuer', async () => {
    const { sent, ask } = pool({ 'tenant-acme': oidc('put by hand') });
    await ask('update', {}, { tenantId: 'acme' });
    const changed = sent.at(-1);
    expect(changed).toBeInstanceOf(UpdateIdentityProviderCommand);
    expect(changed?.input).toMatchObject({
      ProviderDetails: { client_secret: 'put by hand', client_id: 'bulkhead' },
    });
  });

  it.each(['https://evil.example', 'https://login.acme.example.evil.example', undefined])(
    'does not send the secret of one issuer to another: it was %s',
    async (before) => {
      const known = oidc('put by hand', before ?? '');
      const { sent, ask } = pool({ 'tenant-acme': known });
      await ask('update', {}, { tenantId: 'acme' });
      expect(sent.at(-1)?.input).toMatchObject({
        ProviderDetails: {
          oidc_issuer: WANTED.issuer,
          client_secret: expect.stringMatching(/^[\w-]{43}$/) as string,
        },
      });
    },
  );

  it('has the same issuer with a slash at its end and without', async () => {
    const { sent, ask } = pool({ 'tenant-acme': oidc('put by hand', `${WANTED.issuer}/`) });
    await ask('update', {}, { tenantId: 'acme' });
    expect(sent.at(-1)?.input).toMatchObject({ ProviderDetails: { client_secret: 'put by hand' } });
  });

  it.each(['put by hand', 'pu"t'])(
    'says nothing of the secret %j when Cognito repeats it',
    async (secret) => {
      const known = { IdentityProvider: oidc(secret) };
      const send = (command: Command) => {
        if (command instanceof DescribeIdentityProviderCommand) return Promise.resolve(known);
        const text = `value ${JSON.stringify(command.input)} failed`;
        return Promise.reject(Object.assign(new Error(text), { name: 'InvalidParameterException' }));
      };
      const event = { ...WANTED, tf: { action: 'update', prev_input: null } };
      const thrown: unknown = await change(event, { userPoolId: 'p', send }).catch((error: unknown) => error);
      expect(String(thrown)).toBe('Error: AWS refused: InvalidParameterException');
      expect((thrown as Error).cause).toBeUndefined();
    },
  );

  it('is found when a creation comes twice, and keeps its secret', async () => {
    const { sent, ask } = pool({ 'tenant-acme': oidc('first') });
    await ask('create');
    expect(sent.at(-1)).toBeInstanceOf(UpdateIdentityProviderCommand);
    expect(sent.at(-1)?.input).toMatchObject({ ProviderDetails: { client_secret: 'first' } });
  });

  it('is removed once, and twice without complaint', async () => {
    const there = pool({ 'tenant-acme': oidc('x') });
    await there.ask('delete');
    expect(there.sent.at(-1)).toBeInstanceOf(DeleteIdentityProviderCommand);
    const gone = pool();
    await expect(gone.ask('delete')).resolves.toEqual({ providerName: 'tenant-acme' });
    expect(gone.sent.some((command) => command instanceof DeleteIdentityProviderCommand)).toBe(false);
  });

  it('answers with nothing of the secret', async () => {
    const { ask } = pool({ 'tenant-acme': oidc('put by hand') });
    expect(JSON.stringify(await ask('update'))).not.toContain('put by hand');
  });

  it('does not take the place of a provider of another kind', async () => {
    const { ask } = pool({ 'tenant-acme': { ProviderType: 'SAML', ProviderDetails: {} } });
    await expect(ask('create')).rejects.toThrowErrorMatchingInlineSnapshot(
      `"tenant-acme is a provider of type SAML: remove it before an OpenID Connect provider takes its place"`,
    );
  });

  it('fails when Cognito fails', async () => {
    const send = () =>
      Promise.reject(Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' }));
    const event = { ...WANTED, tf: { action: 'create', prev_input: null } };
    await expect(change(event, { userPoolId: 'p', send })).rejects.toThrow('slow down');
  });
});

describe('a request', () => {
  it.each([
    ["another tenant's name", { tenantId: 'acme/evil' }],
    ['an issuer without TLS', { issuer: 'http://login.acme.example' }],
    ['no client', { clientId: '' }],
    [
      'an attribute of the platform',
      { attributeMapping: { email: 'e', name: 'n', 'custom:tenant_id': 'x' } },
    ],
  ])('with %s is refused before anything is asked of Cognito', async (_, change_) => {
    const { sent, ask } = pool();
    await expect(ask('create', change_)).rejects.toThrow('invalid request');
    expect(sent).toEqual([]);
  });

  it('that would give a provider to another tenant is refused', async () => {
    const { sent, ask } = pool();
    await expect(ask('update', {}, { tenantId: 'globex' })).rejects.toThrow('tenantId: must not change');
    expect(sent).toEqual([]);
  });

  it('of no known kind tells everything that is wrong', async () => {
    await expect(change({}, { userPoolId: 'p', send: () => Promise.resolve({}) })).rejects.toThrow(
      /tenantId[\s\S]*issuer[\s\S]*tf/,
    );
  });
});
