import {
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { change } from '../../../services/machine-client/machine-client';

interface Found {
  id: string;
  name: string;
  secret?: string;
  created: number;
  settings: Record<string, unknown>;
}

const named = (name: string, message = name) => Object.assign(new Error(message), { name });

/** A user pool and a secret store that keep what they are sent. Each call may be made to fail. */
class World {
  public readonly clients: Found[] = [];
  public readonly values: { name: string; value: string; token: string | undefined }[] = [];
  public readonly lines: string[] = [];
  public readonly calls: string[] = [];
  /** Decides what happens before a call. */
  public before: (call: string) => Promise<void> | void = () => undefined;
  private made = 0;

  public add(name: string, more: Partial<Found> = {}): Found {
    const number = ++this.made;
    const client = {
      id: `client${number}`,
      name,
      secret: `SECRET-${number}-`,
      created: number,
      settings: {},
      ...more,
    };
    this.clients.push(client);
    return client;
  }

  public change(input: object): Promise<{ clientId: string }> {
    return change(input, {
      userPoolId: 'us-east-1_pool',
      secretPath: 'bulkhead/prod/use1a',
      tokenEndpoint: 'https://auth.use1a.bulkhead.example/oauth2/token',
      cognito: (command) => this.cognito(command),
      secrets: (command) => this.put(command),
      log: (line) => this.lines.push(line),
    });
  }

  private async cognito(command: object): Promise<unknown> {
    const call = command.constructor.name.replace('UserPoolClient', '').replace('Command', '');
    this.calls.push(call);
    await this.before(call);
    if (command instanceof ListUserPoolClientsCommand) {
      const start = Number(command.input.NextToken ?? 0);
      const page = this.clients.slice(start, start + 2);
      return {
        UserPoolClients: page.map(({ id, name }) => ({ ClientId: id, ClientName: name })),
        ...(start + 2 < this.clients.length && { NextToken: String(start + 2) }),
      };
    }
    if (command instanceof CreateUserPoolClientCommand) {
      const { ClientName = '', ...settings } = command.input;
      return { UserPoolClient: { ClientId: this.add(ClientName, { settings: { ...settings } }).id } };
    }
    const { ClientId, ...settings } = (command as UpdateUserPoolClientCommand).input;
    const client = this.clients.find(({ id }) => id === ClientId);
    if (!client) throw named('ResourceNotFoundException');
    if (command instanceof DeleteUserPoolClientCommand) this.clients.splice(this.clients.indexOf(client), 1);
    if (command instanceof UpdateUserPoolClientCommand) client.settings = { ...settings };
    if (command instanceof DescribeUserPoolClientCommand) {
      return { UserPoolClient: { ClientSecret: client.secret, CreationDate: new Date(client.created) } };
    }
    return {};
  }

  private async put({ input }: PutSecretValueCommand): Promise<unknown> {
    this.calls.push('Put');
    await this.before('Put');
    const { SecretId: name = '', SecretString: value = '', ClientRequestToken: token } = input;
    this.values.push({ name, value, token });
    return {};
  }
}

const input = (more: object = {}, action = 'create', previous?: object) => ({
  tenantId: 'acme',
  accessTokenMinutes: 60,
  ...more,
  tf: { action, prev_input: previous ?? null },
});

let world: World;
beforeEach(() => {
  world = new World();
});
const names = () => world.clients.map(({ name }) => name);

describe('a machine client', () => {
  test('is made with the tenant’s scopes, for client credentials and nothing else', async () => {
    expect(await world.change(input())).toEqual({ clientId: 'client1' });
    expect(names()).toEqual(['tenant-acme.machine-1']);
    expect(world.clients[0]?.settings).toMatchObject({
      UserPoolId: 'us-east-1_pool',
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: ['api/read', 'api/write', 'tenant-acme/machine'],
      AccessTokenValidity: 60,
      TokenValidityUnits: { AccessToken: 'minutes' },
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      WriteAttributes: ['email'],
    });
  });

  test('is handed to the tenant’s own secret, by a name that nobody tells the function', async () => {
    await world.change(input());
    expect(world.values.map(({ name, value }) => [name, JSON.parse(value) as unknown])).toEqual([
      [
        'bulkhead/prod/use1a/tenant-acme/machine-credentials',
        {
          client_id: 'client1',
          client_secret: 'SECRET-1-',
          token_endpoint: 'https://auth.use1a.bulkhead.example/oauth2/token',
        },
      ],
    ]);
  });

  test('is found when asked for again, and gets other settings', async () => {
    await world.change(input());
    const before = input();
    expect(await world.change(input({ accessTokenMinutes: 30 }, 'update', before))).toEqual({
      clientId: 'client1',
    });
    expect(names()).toEqual(['tenant-acme.machine-1']);
    expect(world.clients[0]?.settings).toMatchObject({ AccessTokenValidity: 30 });
    // The same value, by the same token: Secrets Manager makes no other version.
    expect(new Set(world.values.map(({ token }) => token)).size).toBe(1);
  });

  test('is another one after a rotation, and the old one is gone', async () => {
    await world.change(input());
    expect(await world.change(input({ rotation: 2 }, 'update', input()))).toEqual({ clientId: 'client2' });
    expect(names()).toEqual(['tenant-acme.machine-2']);
    expect(world.values.at(-1)?.value).toContain('SECRET-2-');
  });

  test('of old stays until the secret holds the new one', async () => {
    await world.change(input());
    world.before = (call) => {
      if (call === 'Put') throw named('InternalServiceError');
    };
    await expect(world.change(input({ rotation: 2 }, 'update'))).rejects.toThrow();
    expect(names()).toContain('tenant-acme.machine-1');
  });

  test('is removed with its tenant, and no other tenant’s with it', async () => {
    for (const name of [
      'tenant-acme.machine-1',
      'tenant-acme.machine-2',
      'tenant-acme-eu.machine-1',
      'tenant-acme',
      // Clients of the web, of tenants with such ids.
      'tenant-acme-machine-1',
      'tenant-acmexmachine-1',
      'tenant-acme.machine-x',
      'xtenant-acme.machine-1',
      'tenant-globex.machine-1',
    ]) {
      world.add(name);
    }
    expect(await world.change(input({}, 'delete', input()))).toEqual({ clientId: '' });
    expect(names()).toEqual([
      'tenant-acme-eu.machine-1',
      'tenant-acme',
      // Clients of the web, of tenants with such ids.
      'tenant-acme-machine-1',
      'tenant-acmexmachine-1',
      'tenant-acme.machine-x',
      'xtenant-acme.machine-1',
      'tenant-globex.machine-1',
    ]);
    expect(await world.change(input({}, 'delete'))).toEqual({ clientId: '' });
  });
});

describe('one client is left', () => {
  test.each(['List', 'Create', 'Describe', 'Update', 'Put', 'Delete'])(
    'when a call failed at %s and is made again',
    async (step) => {
      world.add('tenant-acme.machine-7');
      for (const after of [false, true]) {
        let failed = false;
        world.before = (call) => {
          if (call !== step || failed) return;
          failed = true;
          if (!after) throw named('TooManyRequestsException');
        };
        await world.change(input()).catch(() => undefined);
      }
      world.before = () => undefined;
      const { clientId } = await world.change(input());
      expect(world.clients.map(({ id, name }) => [id, name])).toEqual([[clientId, 'tenant-acme.machine-1']]);
      expect(world.values.at(-1)?.value).toContain(clientId);
    },
  );

  test('when the answer to its making was lost', async () => {
    // Made, and nobody heard of it.
    world.add('tenant-acme.machine-1');
    expect(await world.change(input())).toEqual({ clientId: 'client1' });
    expect(world.calls).not.toContain('Create');
  });

  test.each([2, 3, 5])('when %i calls come at once, and all answer with it', async (count) => {
    let waiting: (() => void)[] = [];
    // All have looked, and seen none, before the first makes one.
    world.before = (call) => {
      if (call !== 'Create') return;
      return new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === count) {
          for (const go of waiting) go();
          waiting = [];
        }
      });
    };
    const answers = await Promise.all(Array.from({ length: count }, () => world.change(input())));
    expect(new Set(answers.map(({ clientId }) => clientId))).toEqual(new Set(['client1']));
    expect(world.clients.map(({ id }) => id)).toEqual(['client1']);
    expect(new Set(world.values.map(({ value }) => value)).size).toBe(1);
  });

  test('among pages of other tenants’ clients', async () => {
    for (let other = 0; other < 7; other++) world.add(`tenant-t${other}.machine-1`);
    world.add('tenant-acme.machine-1');
    expect(await world.change(input())).toEqual({ clientId: 'client8' });
    expect(world.clients).toHaveLength(8);
  });
});

describe('nothing secret leaves', () => {
  const everything = (answer: unknown) => JSON.stringify([answer, world.lines]);

  test('in the answer that Terraform keeps, or in the log', async () => {
    const answer = await world.change(input());
    expect(Object.keys(answer)).toEqual(['clientId']);
    expect(everything(answer)).not.toContain('SECRET');
    expect(world.lines).toHaveLength(1);
    expect(JSON.parse(world.lines[0] ?? '')).toEqual({
      level: 'info',
      event: 'machine-client',
      action: 'create',
      tenant: 'acme',
      client: 'client1',
      rotation: 1,
      removed: 0,
    });
  });

  test('in what AWS says when it refuses', async () => {
    world.before = (call) => {
      if (call === 'Put') throw named('InvalidRequestException', 'cannot put SECRET-1-');
    };
    const error: unknown = await world.change(input()).catch((thrown: unknown) => thrown);
    expect(String(error)).toBe('Error: AWS refused: InvalidRequestException');
    expect((error as Error).cause).toBeUndefined();
    expect(everything(String(error))).not.toContain('SECRET');
  });

  test('for a client that somebody else made without one', async () => {
    world.add('tenant-acme.machine-1', { secret: '' });
    await expect(world.change(input())).rejects.toThrow(
      'client client1 has no secret: it was made by somebody else',
    );
  });
});

describe('a request is refused', () => {
  const tf = { action: 'create' };
  test.each<[string, unknown]>([
    ['that is none', 'acme'],
    ['without a tenant', { accessTokenMinutes: 60, tf }],
    ['for a tenant of an odd name', input({ tenantId: 'acme/../globex' })],
    ['for a tenant of another’s pattern', input({ tenantId: 'acme-.*' })],
    ['for all tenants', input({ tenantId: '*' })],
    ['with a life that is too short', input({ accessTokenMinutes: 4 })],
    ['with a life that is too long', input({ accessTokenMinutes: 1441 })],
    ['with a life in words', input({ accessTokenMinutes: '60' })],
    ['with a rotation below one', input({ rotation: 0 })],
    [
      'with a member that nobody knows',
      input({ secretName: 'bulkhead/prod/use1a/tenant-globex/machine-credentials' }),
    ],
    ['without Terraform’s word', { tenantId: 'acme', accessTokenMinutes: 60 }],
    ['for something else than a life cycle', input({}, 'read')],
    ['for another tenant than before', input({}, 'update', { tenantId: 'globex' })],
    ['with another tenant’s scope', input({ scopes: ['api/read', 'api/write', 'tenant-globex/machine'] })],
    ['with more scopes', input({ scopes: ['api/read', 'api/write', 'tenant-acme/machine', 'api/admin'] })],
    ['with another tenant’s secret', input({ secretArn: arn('tenant-globex') })],
    ['with a secret whose name begins like its own', input({ secretArn: `${arn('tenant-acme')}-x` })],
  ])('%s', async (_, event) => {
    await expect(world.change(event as object)).rejects.toThrow('invalid request:');
    expect(world.calls).toEqual([]);
  });

  function arn(owner: string): string {
    return `arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/${owner}/machine-credentials-AbCdEf`;
  }

  test('unless what it says of scopes and secret is the tenant’s own', async () => {
    const scopes = ['tenant-acme/machine', 'api/read', 'api/write'];
    expect(await world.change(input({ scopes, secretArn: arn('tenant-acme') }))).toEqual({
      clientId: 'client1',
    });
  });
});
