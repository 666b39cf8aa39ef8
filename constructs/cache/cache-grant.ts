import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { ICache } from '../core/interfaces';
import { placementOf } from '../core/placement';
import { cacheUserArn, cacheUserId } from './cache-user';
import type { CacheOwner } from './keyspace';

export interface CacheGrantProps {
  /** Cache of the cell, itself or from its contract. */
  readonly cache: Pick<ICache, 'replicationGroupArn'>;

  /** IAM role that may connect, by its name. */
  readonly role: { readonly name: string };

  /** Whose user the role connects as. The user stands in the `cache` stack or in the tenant's own. */
  readonly owner: CacheOwner;
}

/**
 * Lets a role connect to a cell's cache as one user. IAM checks both the cache and the user, so the role can be nobody
 * else there, and reaches no other cache as this one.
 */
export class CacheGrant extends Construct {
  public constructor(scope: Construct, id: string, { cache, role, owner }: CacheGrantProps) {
    super(scope, id);
    const placement = placementOf(this);
    const permissions = new DataAwsIamPolicyDocument(this, 'Permissions', {
      statement: [
        {
          sid: 'ConnectToCache',
          effect: 'Allow',
          actions: ['elasticache:Connect'],
          resources: [cache.replicationGroupArn, cacheUserArn(placement, owner)],
        },
      ],
    });
    new IamRolePolicy(this, 'Policy', {
      name: `cache-${cacheUserId(placement, owner)}`,
      role: role.name,
      policy: permissions.json,
    });
  }
}
