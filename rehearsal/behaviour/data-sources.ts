import { renderMinifiedPolicyDocument, renderPolicyDocument } from '../../terraform/policy-document';
import { ProviderError } from '../stand-in/errors';
import { UNKNOWN, type ObjectValue, type Value, isList, isObject, sameValue } from '../protocol/value';
import type { Block, ProviderName } from '../schema/model';
import { planBlock, resolveUnknowns } from '../stand-in/plan';
import type { Session } from '../stand-in/session';
import type { World, WorldObject } from '../world/world';
import { generatorFor } from './generate';
import { behaviourOf } from './index';

/** One question to a data source. */
export interface DataRequest {
  readonly config: ObjectValue;
  readonly schema: Block;
  readonly world: World;
  readonly session: Session;
  readonly provider: ProviderName;
}

/** Answers for some attributes; the rest is made up from the schema. */
type Answer = (request: DataRequest) => ObjectValue;

/** Zones that every region of a rehearsal has. */
const ZONE_LETTERS = ['a', 'b', 'c'];

/**
 * Reads a data source: from what has been applied where the world holds such a thing, from the provider block where
 * the answer lies there, and otherwise from the schema alone.
 *
 * @throws ProviderError when it asks for something that nothing has created.
 */
export function readDataSource(type: string, request: DataRequest): ObjectValue {
  const { config, schema, provider, session } = request;
  const known = (ANSWERS[type] ?? worldAnswer(type))(request);
  const planned: Record<string, Value> = {};
  const unknowns = planBlock(schema, config, null);
  for (const [name, value] of Object.entries(unknowns))
    planned[name] = value === UNKNOWN ? (known[name] ?? value) : value;
  const generate = generatorFor(
    provider,
    type,
    undefined,
    planned,
    { ...session, region: regionOf(request) },
    JSON.stringify(config),
  );
  return resolveUnknowns(schema, planned, generate);
}

function regionOf({ config, session }: DataRequest): string {
  return typeof config['region'] === 'string' ? config['region'] : session.region;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  aws_caller_identity: ({ session: { account, partition } }) => ({
    account_id: account,
    id: account,
    arn: `arn:${partition}:sts::${account}:assumed-role/rehearsal/terraform`,
    user_id: 'AROAREHEARSAL:terraform',
  }),
  aws_region: (request) => {
    const region = regionOf(request);
    return { id: region, name: region, region, endpoint: `ec2.${region}.amazonaws.com`, description: region };
  },
  aws_partition: ({ session: { partition } }) => ({
    id: partition,
    partition,
    dns_suffix: partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    reverse_dns_prefix: partition === 'aws-cn' ? 'cn.com.amazonaws' : 'com.amazonaws',
  }),
  aws_availability_zones: (request) => {
    const region = regionOf(request);
    return {
      id: region,
      names: ZONE_LETTERS.map((letter) => `${region}${letter}`),
      zone_ids: ZONE_LETTERS.map((_, index) => `${shortRegion(region)}-az${String(index + 1)}`),
      group_names: [region],
    };
  },
  aws_iam_policy_document: ({ config }) => {
    try {
      const json = renderPolicyDocument(config);
      return { id: String(checksum(json)), json, minified_json: renderMinifiedPolicyDocument(config) };
    } catch (error) {
      throw new ProviderError(
        `reading IAM Policy Document: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  },
  aws_ssm_parameter: (request) => {
    const name = request.config['name'];
    const found = request.world
      .all('aws_ssm_parameter')
      .find(({ value, scope }) => value['name'] === name && scope === awsScope(request));
    if (!found) {
      throw new ProviderError(
        `reading SSM Parameter (${textOf(name)}): couldn't find resource`,
        'No stack that was deployed before has written this parameter in this account and region.',
      );
    }
    const { value } = found;
    return {
      ...value,
      value: value['value'] ?? value['insecure_value'] ?? '',
      insecure_value: value['insecure_value'] ?? value['value'] ?? '',
    };
  },
  aws_default_tags: ({ session: { defaultTags } }) => ({ id: 'default', tags: defaultTags }),
  aws_service_principal: (request) => ({
    name: `${textOf(request.config['service_name'])}.amazonaws.com`,
    suffix: 'amazonaws.com',
  }),
  aws_eks_cluster_auth: ({ config }) => ({ id: config['name'] ?? '', token: 'k8s-aws-v1.rehearsal' }),
  aws_ecr_authorization_token: ({ session: { account, region } }) => ({
    user_name: 'AWS',
    password: 'rehearsal',
    authorization_token: 'cmVoZWFyc2Fs',
    proxy_endpoint: `https://${account}.dkr.ecr.${region}.amazonaws.com`,
  }),
};

/** `us-east-1` → `use1`, the short form in zone ids. */
function shortRegion(region: string): string {
  return region
    .split('-')
    .map((part, index) => (index === 1 ? part.charAt(0) : part))
    .join('');
}

function awsScope(request: DataRequest): string {
  return `${request.session.account}/${regionOf(request)}`;
}

/** Data sources of things that AWS has without anybody creating them: those are made up, not looked for. */
const GIVEN =
  /^aws_(ami|ami_ids|iam_policy|kms_alias|kms_key|ec2_managed_prefix_list|prefix_list|ip_ranges|cloudfront_.*_policy|eks_addon_version|rds_engine_version|elb_service_account|vpc_endpoint_service|ec2_instance_type|ssm_parameters_by_path|organizations_organization|canonical_user_id|billing_service_account|cloudfront_log_delivery_canonical_user_id)$/;

/**
 * A data source named like a resource type is answered by the one object of that type that agrees with everything
 * the question states.
 */
function worldAnswer(type: string): Answer {
  return (request) => {
    const { world, config, provider } = request;
    const candidates = world.all(type).filter((object) => agrees(object, request));
    const [found, second] = candidates;
    if (found && !second) return found.value;
    if (second) {
      throw new ProviderError(
        `reading ${type}: multiple objects match`,
        `Stated: ${stated(config)}. Name it more exactly.`,
      );
    }
    if (GIVEN.test(type) || provider === 'helm' || !behaviourOf(type)) return {};
    throw new ProviderError(
      `reading ${type}: couldn't find resource`,
      `Nothing that was deployed before matches: ${stated(config)}.`,
    );
  };
}

function agrees(object: WorldObject, { config, provider, session, ...request }: DataRequest): boolean {
  if (provider === 'kubernetes') {
    const wanted = firstObject(config['metadata']);
    const actual = firstObject(object.value['metadata']);
    return (
      object.scope === session.cluster &&
      ['name', 'namespace'].every(
        (key) => (wanted?.[key] ?? null) === null || wanted?.[key] === actual?.[key],
      )
    );
  }
  if (object.scope !== awsScope({ config, provider, session, ...request })) return false;
  return Object.entries(config).every(([key, value]) => {
    if (key === 'filter') return filtersAgree(value, object.value);
    if (key === 'tags' && isObject(value))
      return Object.entries(value).every(([tag, wanted]) => tagsOf(object.value)[tag] === wanted);
    if (
      value === null ||
      key === 'timeouts' ||
      (isList(value) && value.length === 0) ||
      typeof value === 'boolean'
    )
      return true;
    return (
      !(key in object.value) ||
      sameValue(object.value[key] ?? null, value) ||
      object.value['id'] === value ||
      object.value['arn'] === value
    );
  });
}

/** EC2 filters: `tag:Name` and attribute names with dashes. */
function filtersAgree(filters: Value, object: ObjectValue): boolean {
  if (!isList(filters)) return true;
  return filters.filter(isObject).every((filter) => {
    const name = textOf(filter['name']);
    const actual = name.startsWith('tag:')
      ? tagsOf(object)[name.slice(4)]
      : object[name.replaceAll('-', '_')];
    return (
      actual === undefined || (isList(filter['values']) && filter['values'].some((value) => value === actual))
    );
  });
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

function tagsOf(object: ObjectValue): ObjectValue {
  const tags = object['tags_all'] ?? object['tags'];
  return isObject(tags) ? tags : {};
}

function firstObject(value: Value | undefined): ObjectValue | undefined {
  const item = isList(value) ? value[0] : undefined;
  return isObject(item) ? item : undefined;
}

function stated(config: ObjectValue): string {
  const entries = Object.entries(config).filter(
    ([, value]) => value !== null && !(isList(value) && value.length === 0),
  );
  return entries.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(', ') || 'nothing stated';
}

/** CRC-32 (IEEE), which the provider uses as the id of a rendered document. */
function checksum(text: string): number {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
