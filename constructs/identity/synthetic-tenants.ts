import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { onlyRoles } from '../core/secret-policy';
import { MachineIdentity } from './machine-identity';

export interface SyntheticTenantsProps {
  /** Ids of the tenants, which no customer can have. */
  readonly tenantIds: readonly string[];

  /** ARNs of the roles that may read the machine clients' secrets; `*` stands for any characters. */
  readonly readers: readonly string[];

  readonly userPoolId: string;

  /** Life of access tokens, in minutes. */
  readonly accessTokenMinutes: number;

  /** The function that makes machine clients, and the scopes of the API. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Machines of tenants that the platform itself is: they call a new version of a service as a customer of their tier would,
 * before customers do. They have no data, so their secrets share a key.
 *
 * Pods read none of the secrets: who releases services gets a token, and gives pods of the smoke test no more than that.
 */
export class SyntheticTenants extends Construct {
  public constructor(scope: Construct, id: string, props: SyntheticTenantsProps) {
    super(scope, id);
    const { tenantIds, readers, ...client } = props;
    const key = new EncryptionKey(this, 'Key', {
      name: ['synthetic-tenants'],
      description: 'Secrets of the machine clients of synthetic tenants',
    });
    for (const tenantId of tenantIds) {
      new MachineIdentity(this, tenantId, {
        ...client,
        tenantId,
        rotation: 1,
        keyArn: key.arn,
        readers: onlyRoles(readers),
      });
    }
  }
}
