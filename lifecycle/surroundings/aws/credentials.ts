import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** Temporary credentials, as clients of the SDK take them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Longest session of a role that is taken with another role's session: "Role chaining", AWS IAM User Guide. In seconds. */
const SESSION_SECONDS = 900;

/** Who asks, and the roles that he takes, by the default chain of credentials. */
export class Credentials {
  private readonly sts: STSClient;

  /** @param region of the platform's home: calls to STS go there */
  public constructor(region: string) {
    this.sts = new STSClient({ region });
  }

  /** ARN of the caller. */
  public async caller(): Promise<string> {
    return (await this.sts.send(new GetCallerIdentityCommand({}))).Arn ?? '';
  }

  /** The caller's own. */
  public own(): () => Promise<
    Omit<RoleCredentials, 'expiration' | 'sessionToken'> & { readonly sessionToken?: string }
  > {
    return () => this.sts.config.credentials();
  }

  /**
   * Credentials of a role. Clients ask again when they end.
   *
   * @param operation shows in CloudTrail as a part of the session's name
   */
  public of(roleArn: string, operation: string): () => Promise<RoleCredentials> {
    return async () => {
      const { Credentials: given } = await this.sts.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: `bulkhead-${operation}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64),
          DurationSeconds: SESSION_SECONDS,
        }),
      );
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
        throw new Error(`STS gave no credentials of ${roleArn}`);
      }
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        expiration: Expiration,
      };
    };
  }

  public close(): void {
    this.sts.destroy();
  }
}
