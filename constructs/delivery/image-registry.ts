import { CloudformationStack } from '@cdktf/provider-aws/lib/cloudformation-stack';
import { EcrReplicationConfiguration } from '@cdktf/provider-aws/lib/ecr-replication-configuration';
import { SignerSigningProfile } from '@cdktf/provider-aws/lib/signer-signing-profile';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { repositoryPrefix, signingProfileName } from './names';

export interface ImageRegistryProps {
  /** Regions besides the home region in which cells pull images. */
  readonly copyRegions: readonly string[];
}

/** Signs container images in the form that Notation verifies: "Signing platforms", AWS Signer Developer Guide. */
const NOTATION = 'Notation-OCI-SHA384-ECDSA';

/** "Notation signature expiry": an image older than this is built again, not trusted. */
const SIGNATURE_MONTHS = 24;

/**
 * What the home account's registry does with all images of the platform: it signs what is pushed, and copies it to the
 * regions of cells.
 *
 * A registry has one configuration for each, so this says what the whole account's is. Two platforms in one account would
 * take it from one another: a platform's home account is its own.
 */
export class ImageRegistry extends Construct {
  public constructor(scope: Construct, id: string, { copyRegions }: ImageRegistryProps) {
    super(scope, id);
    const home = placementOf(this);
    const prefix = repositoryPrefix(home);

    const profile = new SignerSigningProfile(this, 'Profile', {
      name: signingProfileName(home),
      platformId: NOTATION,
      signatureValidityPeriod: { type: 'MONTHS', value: SIGNATURE_MONTHS },
      // Whatever was signed by it could no longer be verified.
      lifecycle: { preventDestroy: true },
    });
    // The provider knows no signing configuration: docs/adr/0028.
    new CloudformationStack(this, 'Signing', {
      name: physicalName(this, 'cloudFormationStack', 'image-signing'),
      templateBody: JSON.stringify({
        AWSTemplateFormatVersion: '2010-09-09',
        Description: `Images of ${prefix} are signed when they are pushed`,
        Parameters: { Profile: { Type: 'String' } },
        Resources: {
          Signing: {
            Type: 'AWS::ECR::SigningConfiguration',
            Properties: {
              Rules: [
                {
                  SigningProfileArn: { Ref: 'Profile' },
                  RepositoryFilters: [{ Filter: `${prefix}*`, FilterType: 'WILDCARD_MATCH' }],
                },
              ],
            },
          },
        },
      }),
      parameters: { Profile: profile.arn },
    });

    const destinations = [...new Set(copyRegions)].filter((region) => region !== home.region).sort();
    // No rule is what a registry has by default.
    if (destinations.length === 0) return;
    new EcrReplicationConfiguration(this, 'Copies', {
      replicationConfiguration: {
        rule: [
          {
            destination: destinations.map((region) => ({ region, registryId: home.account })),
            repositoryFilter: [{ filter: prefix, filterType: 'PREFIX_MATCH' }],
          },
        ],
      },
    });
  }
}
