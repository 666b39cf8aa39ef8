import {
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  UpdateUserPoolClientCommand,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import { tenantResourceServer } from '../../constructs/core/tenant-token';

/** Sends a command; the AWS client does. */
export type Send = (command: Command) => Promise<unknown>;

type Command =
  | CreateUserPoolClientCommand
  | DeleteUserPoolClientCommand
  | DescribeUserPoolClientCommand
  | ListUserPoolClientsCommand
  | UpdateUserPoolClientCommand;

/** A client with its secret, which goes to Secrets Manager and nowhere else. */
export interface Client {
  readonly id: string;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface ClientSettings {
  readonly scopes: readonly string[];
  readonly accessTokenMinutes: number;
}

/** A pool holds 10,000 clients, and a page 60. */
const MOST_PAGES = 200;
const PAGE = 60;

/** By a full stop, which no tenant's id has: `tenant-acme-machine-1` is what a tenant `acme-machine-1` is called. */
const nameOf = (tenantId: string, rotation: number): string =>
  `${tenantResourceServer(tenantId)}.machine-${String(rotation)}`;

/** Machine clients of one tenant in a user pool. They are known by their names, which Cognito does not keep unique. */
export class MachineClients {
  private readonly pattern: RegExp;

  public constructor(
    private readonly send: Send,
    private readonly userPoolId: string,
    private readonly tenantId: string,
  ) {
    this.pattern = new RegExp(`^${tenantResourceServer(tenantId)}\\.machine-\\d+$`);
  }

  /**
   * The one client of a rotation, made if there is none.
   *
   * Calls at the same time may each make one. Whoever sees several keeps the oldest, and all see the same one as that: so one
   * is left when all have ended.
   */
  public async ensure(rotation: number, settings: ClientSettings): Promise<Client> {
    const name = nameOf(this.tenantId, rotation);
    const present = await this.idsNamed((found) => found === name);
    const made = present.length === 0 ? [await this.create(name, settings)] : [];
    // The list may not have it yet.
    const ids = [...new Set([...made, ...(await this.idsNamed((found) => found === name))])];
    const clients = (await Promise.all(ids.map((id) => this.describe(id)))).filter(
      (found) => found !== undefined,
    );
    const [oldest, ...others] = clients.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    if (!oldest) throw new Error(`client ${name} was made, and is not there`);
    for (const { id } of others) await this.remove(id);
    await this.send(
      new UpdateUserPoolClientCommand({ ...this.settings(name, settings), ClientId: oldest.id }),
    );
    return oldest;
  }

  /**
   * Removes all machine clients of the tenant but one.
   *
   * @returns how many it removed
   */
  public async removeAllBut(kept: string | undefined): Promise<number> {
    const ids = (await this.idsNamed((name) => this.pattern.test(name))).filter((id) => id !== kept);
    for (const id of ids) await this.remove(id);
    return ids.length;
  }

  private async create(name: string, settings: ClientSettings): Promise<string> {
    const command = new CreateUserPoolClientCommand({
      ...this.settings(name, settings),
      GenerateSecret: true,
    });
    const { UserPoolClient } = (await this.send(command)) as { UserPoolClient?: UserPoolClientType };
    return UserPoolClient?.ClientId ?? '';
  }

  private settings(name: string, { scopes, accessTokenMinutes }: ClientSettings) {
    return {
      UserPoolId: this.userPoolId,
      ClientName: name,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['client_credentials' as const],
      AllowedOAuthScopes: [...scopes],
      AccessTokenValidity: accessTokenMinutes,
      TokenValidityUnits: { AccessToken: 'minutes' as const },
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED' as const,
      // Left out, it would be all flows by which people sign in. This one needs a token that no machine gets.
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH' as const],
      // Left out, they would be all standard ones.
      ReadAttributes: ['email'],
      WriteAttributes: ['email'],
    };
  }

  private async idsNamed(isWanted: (name: string) => boolean): Promise<string[]> {
    const ids: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const command = new ListUserPoolClientsCommand({
        UserPoolId: this.userPoolId,
        MaxResults: PAGE,
        ...(token !== undefined && { NextToken: token }),
      });
      const { UserPoolClients = [], NextToken } = (await this.send(command)) as {
        readonly UserPoolClients?: readonly { readonly ClientId?: string; readonly ClientName?: string }[];
        readonly NextToken?: string;
      };
      for (const { ClientId, ClientName } of UserPoolClients) {
        if (ClientId !== undefined && ClientName !== undefined && isWanted(ClientName)) ids.push(ClientId);
      }
      if (NextToken === undefined) return ids;
      token = NextToken;
    }
    throw new Error(`the pool lists clients without end`);
  }

  private async describe(id: string): Promise<Client | undefined> {
    const command = new DescribeUserPoolClientCommand({ UserPoolId: this.userPoolId, ClientId: id });
    const answer = (await present(this.send(command))) as { UserPoolClient?: UserPoolClientType } | undefined;
    if (!answer) return undefined;
    const { ClientSecret, CreationDate } = answer.UserPoolClient ?? {};
    if (!ClientSecret) throw new Error(`client ${id} has no secret: it was made by somebody else`);
    return { id, secret: ClientSecret, createdAt: CreationDate?.getTime() ?? 0 };
  }

  private async remove(id: string): Promise<void> {
    await present(this.send(new DeleteUserPoolClientCommand({ UserPoolId: this.userPoolId, ClientId: id })));
  }
}

/** What a call answered; undefined where the client is gone, which another call may have done. */
async function present(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
