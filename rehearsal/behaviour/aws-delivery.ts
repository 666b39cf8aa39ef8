import type { TypeBehaviour } from './behaviour';

const from = (file: string): string => `hashicorp/terraform-provider-aws, internal/service/${file}.go`;

/** What belongs to images and to notices of releases. Repositories are with data; pipelines, projects, schedules and topics with
 * compute.
 */
export const AWS_DELIVERY: Readonly<Record<string, TypeBehaviour>> = {
  aws_cloudformation_stack: {
    source: from('cloudformation/stack'),
    id: 'arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{uuid}',
    unique: { attributes: ['name'], error: 'AlreadyExistsException: Stack already exists' },
  },
  aws_ecr_lifecycle_policy: {
    source: from('ecr/lifecycle_policy'),
    id: '{repository}',
    values: { registry_id: '{account}' },
  },
  aws_ecr_replication_configuration: {
    source: from('ecr/replication_configuration'),
    id: '{account}',
    values: { registry_id: '{account}' },
  },
  aws_ecr_repository_policy: {
    source: from('ecr/repository_policy'),
    id: '{repository}',
    values: { registry_id: '{account}' },
  },
  aws_signer_signing_profile: {
    source: from('signer/signing_profile'),
    id: '{name}',
    arn: 'arn:{partition}:signer:{region}:{account}:/signing-profiles/{name}',
    values: {
      status: 'Active',
      version: '{hex:10}',
      version_arn: '{arn}/{version}',
      platform_display_name: 'Notation for Container Registries',
    },
    unique: {
      attributes: ['name'],
      error: 'ConflictException: Profile already exists',
    },
  },
  aws_sns_topic_policy: {
    source: from('sns/topic_policy'),
    id: '{arn}',
    values: { owner: '{account}' },
  },
};
