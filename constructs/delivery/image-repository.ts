import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { EcrRepositoryPolicy } from '@cdktf/provider-aws/lib/ecr-repository-policy';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { placementOf, setPlacement } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import { repositoryName } from './names';

export interface ImageRepositoryProps {
  /** Service whose images it holds; part of its name, so it can never change. */
  readonly service: string;

  /** Regions with cells, each with the roles whose nodes pull there, by ARN. The home region is among them, or gets none. */
  readonly readers: Readonly<Record<string, readonly string[]>>;

  /** How many images are kept, 10-1000: the newest ones. @default 200 */
  readonly keep?: number;
}

type Settings = ImageRepositoryProps & { readonly keep: number };

// Lower case letters and digits, joined by `.`, `_`, `-`: `repositoryName` of CreateRepository, Amazon ECR API Reference.
const NAME = /^[a-z0-9]+([._-][a-z0-9]+)*$/;

const ROLE = /^arn:aws:iam::(\d{12}):role\/[\w+=,.@-]+$/;
const accountOf = (role: string): string => ROLE.exec(role)?.[1] ?? '';

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ service }) => !NAME.test(service),
    message: ({ service }) =>
      `service must be lower case letters and digits, joined by single hyphens, got '${service}'`,
  },
  {
    fails: ({ keep }) => !Number.isInteger(keep) || outside(keep, 10, 1000),
    message: ({ keep }) => `keep must be a whole number between 10 and 1000, got ${String(keep)}`,
  },
  {
    fails: ({ readers }) => Object.values(readers).some((roles) => roles.some((role) => !ROLE.test(role))),
    message: ({ readers }) =>
      `readers must be ARNs of roles, got ${Object.values(readers).flat().join(', ')}`,
  },
];

/**
 * The images of one service, in a repository of the home region and of each region with cells. What is pushed at home is
 * copied to the others by the registry (`ImageReplication`).
 *
 * A tag stays with its image for good. Cells pull by digest, and only from their own region.
 */
export class ImageRepository extends Construct {
  public constructor(scope: Construct, id: string, props: ImageRepositoryProps) {
    super(scope, id);
    const { service, readers, keep = 200 } = props;
    validateProps(this, 'ImageRepository props', { ...props, keep }, RULES);
    const home = placementOf(this);
    for (const region of [...new Set([home.region, ...Object.keys(readers)])].sort())
      this.addRegion(region, service, readers[region] ?? [], keep);
  }

  private addRegion(region: string, service: string, readers: readonly string[], keep: number): void {
    const home = placementOf(this);
    const scope = new Construct(this, region);
    setPlacement(scope, { ...home, region });
    const key = new EncryptionKey(scope, 'Key', {
      name: ['images', service],
      description: `Images of ${service}`,
      region,
    });
    const { name: repository } = new EcrRepository(scope, 'Repository', {
      region,
      name: repositoryName(home, service),
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: key.arn }],
      // What runs can be pulled again only as long as it is here.
      lifecycle: { preventDestroy: true },
    });
    new EcrLifecyclePolicy(scope, 'Lifecycle', {
      region,
      repository,
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: `All but the newest ${String(keep)}`,
            // By tag, for signatures have none: they go with the image that they sign ("Automate the cleanup of images by using
            // lifecycle policies", Amazon ECR User Guide).
            selection: {
              tagStatus: 'tagged',
              tagPatternList: ['*'],
              countType: 'imageCountMoreThan',
              countNumber: keep,
            },
            action: { type: 'expire' },
          },
        ],
      }),
    });
    const others = [...new Set(readers)].filter((role) => accountOf(role) !== home.account).sort();
    // Nobody but the home account may do anything without a policy.
    if (others.length === 0) return;
    const accounts = [...new Set(others.map(accountOf))];
    const policy = new DataAwsIamPolicyDocument(scope, 'Readers', {
      statement: [
        {
          sid: 'CellsPull',
          effect: 'Allow',
          // Roles that are not there yet can be named by a condition only.
          principals: [
            { type: 'AWS', identifiers: accounts.map((account) => `arn:aws:iam::${account}:root`) },
          ],
          condition: [{ test: 'ArnEquals', variable: 'aws:PrincipalArn', values: others }],
          actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        },
      ],
    });
    new EcrRepositoryPolicy(scope, 'Policy', { region, repository, policy: policy.minifiedJson });
  }
}
