import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { IConnectable, IDatabase, IRole } from '../core/interfaces';
import { openPort } from '../core/open-port';
import { placementOf } from '../core/placement';
import { invalid } from '../core/validation';
import { DATABASE_NAME, PORT, POSTGRESQL } from './engine';

/** Where a database listens and what it is called in policies: what a contract carries from stack to stack. */
export interface DatabaseAddress {
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly securityGroupId: string;
  readonly connectResourceId: string;
  readonly keyArn: string;
}

/** The two ways in, the same for every kind of database: `allowFrom` and `grantConnect`. */
export abstract class Database extends Construct implements IDatabase {
  public readonly port = PORT;
  public readonly databaseName = DATABASE_NAME;
  public abstract readonly endpoint: string;
  public abstract readonly readerEndpoint: string;
  public abstract readonly securityGroupId: string;
  public abstract readonly connectResourceId: string;
  public abstract readonly keyArn: string;

  /** Lets a peer open connections to the endpoints. */
  public allowFrom(peer: IConnectable): void {
    openPort(this, { ...POSTGRESQL, securityGroupId: this.securityGroupId }, peer);
  }

  /**
   * Lets a role log in as exactly this database user. The user must be one that the platform's SQL has made.
   *
   * @param role role of the stack that calls this: its policy is written here
   * @throws ValidationError when the database has no such login, or the role was granted it before
   */
  public grantConnect(role: IRole, dbUser: string): void {
    this.checkLogin(dbUser);
    const { account, region } = placementOf(this);
    // With the role, so that ids depend on no order of grants. The path, without its stack, tells databases apart.
    const name = ['connect', ...this.node.path.split('/').slice(1), dbUser].join('-');
    if (role.node.tryFindChild(name)) {
      throw invalid(this, 'grant', [`${role.node.path} may already connect as ${dbUser}; grant it once`]);
    }
    const scope = new Construct(role, name);
    const document = new DataAwsIamPolicyDocument(scope, 'Policy', {
      statement: [
        {
          sid: 'ConnectAsOneUser',
          effect: 'Allow',
          actions: ['rds-db:connect'],
          resources: [`arn:aws:rds-db:${region}:${account}:dbuser:${this.connectResourceId}/${dbUser}`],
        },
      ],
    });
    new IamRolePolicy(scope, 'Permission', { role: role.name, name, policy: document.minifiedJson });
  }

  /** Refuses users that the database does not have, where that is known. */
  protected abstract checkLogin(dbUser: string): void;
}

/** A database of another stack, known by what that stack's contract says. */
export class ImportedDatabase extends Database {
  public readonly endpoint: string;
  public readonly readerEndpoint: string;
  public readonly securityGroupId: string;
  public readonly connectResourceId: string;
  public readonly keyArn: string;

  public constructor(scope: Construct, id: string, address: DatabaseAddress) {
    super(scope, id);
    this.endpoint = address.endpoint;
    this.readerEndpoint = address.readerEndpoint;
    this.securityGroupId = address.securityGroupId;
    this.connectResourceId = address.connectResourceId;
    this.keyArn = address.keyArn;
  }

  /** Only the stack that makes the database knows its logins. A wrong one is refused when it connects. */
  protected checkLogin(): void {
    return;
  }
}
