import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { releaseRolePattern } from '../constructs/delivery/names';
import { Identity } from '../constructs/identity/identity';
import { identityContract, networkContract } from './contracts';
import { zoneNameOf } from './names';
import { PlatformStack } from './platform-stack';
import { registryTableArn, TOKEN_FUNCTION } from './registry-access';
import { syntheticTenantIds } from './synthetic-tenants';

export interface IdentityStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** Who issues the tokens of a cell. */
export class IdentityStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell }: IdentityStackProps) {
    super(scope, { platform, cell, kind: 'identity' });
    const { zoneId } = networkContract.read(this, { stack: 'network', cell: cell.id });
    const { accessTokenMinutes, refreshAfterMinutes, mail, ...settings } = cell.identity;
    const identity = new Identity(this, 'Identity', {
      ...settings,
      ...(mail && { mail }),
      accessTokenMinutes,
      // By the name that config gives it: records and URLs are then readable before any deployment.
      zone: { id: zoneId, name: zoneNameOf(platform, cell) },
      // Whatever service they release. By how their names begin, for another service changes nothing of what is here.
      synthetic: { tenantIds: syntheticTenantIds(cell), readers: [releaseRolePattern(this.placement)] },
      tokens: {
        name: TOKEN_FUNCTION,
        registryTableArn: registryTableArn(platform, cell),
        refreshAfterMinutes,
      },
    });
    identityContract.publish(
      this,
      { stack: 'identity', cell: cell.id },
      {
        userPoolId: identity.pool.userPoolId,
        userPoolArn: identity.pool.arn,
        issuer: identity.pool.issuer,
        jwksUri: identity.pool.jwksUri,
        webClientId: identity.webClientId,
        signInDomain: identity.signInDomain,
        accessTokenMinutes: String(accessTokenMinutes),
        refreshAfterMinutes: String(refreshAfterMinutes),
      },
    );
  }
}
