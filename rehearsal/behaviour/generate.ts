import type { ObjectValue, Value } from '../protocol/value';
import type { Attribute, CtyType, ProviderName } from '../schema/model';
import type { ValuePath } from '../stand-in/plan';
import type { Template, TypeBehaviour } from './behaviour';
import { type Surroundings, nameOf, render } from './render';

/** When everything in a rehearsal was created. A fixed time keeps two rehearsals alike. */
const CREATED_AT = '2024-01-01T00:00:00Z';

/** What the generated values of one object depend on. */
export interface Place {
  readonly region: string;
  readonly account: string;
  readonly partition: string;
}

/** A function that answers the values which a provider decides, for one object. */
export type Generator = (attribute: Attribute, path: ValuePath) => Value;

/**
 * Makes the generator for one object: the type's own behaviour first, then rules by attribute name, then a
 * plain value of the right type.
 *
 * @param object the planned object, unknowns included
 * @param seed tells the object from every other one
 */
export function generatorFor(
  provider: ProviderName,
  type: string,
  behaviour: TypeBehaviour | undefined,
  object: ObjectValue,
  place: Place,
  seed: string,
): Generator {
  const made = new Map<string, Value>();
  const around: Surroundings = {
    ...place,
    seed: `${type}|${seed}`,
    attribute: (name) => {
      const known = object[name];
      if (typeof known === 'string' || typeof known === 'number' || typeof known === 'boolean') return known;
      return top({ name, type: 'string', required: false, optional: false, computed: true });
    },
  };

  function top(attribute: Attribute): Value {
    const { name } = attribute;
    const already = made.get(name);
    if (already !== undefined) return already;
    // Marks the attribute as being made, so that templates that name each other end.
    made.set(name, '');
    const value = decide(attribute);
    made.set(name, value);
    return value;
  }

  function decide(attribute: Attribute): Value {
    const { name } = attribute;
    const own = name === 'id' ? behaviour?.id : name === 'arn' ? behaviour?.arn : undefined;
    const template = own ?? behaviour?.values?.[name];
    if (template !== undefined) return render(template, around);
    if (name === 'id') return render(defaultId(provider, type, object), around);
    if (name === 'arn')
      return render(`arn:{partition}:${serviceOf(type)}:{region}:{account}:${shortName(type)}/{id}`, around);
    if (name === 'name') return render(`${textOr(object['name_prefix'], 'terraform-')}{digits:20}`, around);
    return byName(attribute, [name]);
  }

  function byName(attribute: Attribute, path: ValuePath): Value {
    const pure = !attribute.optional;
    if (attribute.nested) {
      const members = Object.fromEntries(
        attribute.nested.attributes.map((inner) => [inner.name, byName(inner, [...path, inner.name])]),
      );
      if (attribute.nested.nesting === 'single') return members;
      return attribute.nested.nesting === 'map' ? {} : [members];
    }
    return ofType(attribute.type ?? 'dynamic', attribute.name, pure);
  }

  function ofType(wanted: CtyType, name: string, pure: boolean): Value {
    if (wanted === 'string') return render(stringRule(name, pure, type), around);
    if (wanted === 'number') return numberRule(name);
    if (wanted === 'bool') return false;
    if (wanted === 'dynamic') return null;
    switch (wanted[0]) {
      case 'object':
        return Object.fromEntries(
          Object.entries(wanted[1]).map(([key, inner]) => [key, ofType(inner, key, pure)]),
        );
      case 'map':
        return {};
      default:
        // A list that only the provider fills has an element, so that references into it resolve.
        return pure ? [ofType(wanted[1], name, pure)] : [];
    }
  }

  return (attribute, path) => {
    if (path.length === 1) return top(attribute);
    const dotted = path.filter((step) => typeof step === 'string').join('.');
    const template = behaviour?.values?.[dotted];
    return template === undefined ? byName(attribute, path) : render(template, around);
  };
}

function defaultId(provider: ProviderName, type: string, object: ObjectValue): Template {
  if (provider === 'kubernetes') {
    const metadata = (object['metadata'] as readonly ObjectValue[] | undefined)?.[0];
    const name = textOr(metadata?.['name'], '{name}');
    return metadata && 'namespace' in metadata ? `${textOr(metadata['namespace'], 'default')}/${name}` : name;
  }
  const name = nameOf(object);
  return name ?? `${shortName(type)}-{hex:17}`;
}

/** `aws_rds_cluster` → `rds`, in the spelling that ARNs use. */
export function serviceOf(type: string): string {
  const word = type.split('_')[1] ?? type;
  return SERVICES[word] ?? word;
}

/** `aws_rds_cluster` → `cluster`. */
function shortName(type: string): string {
  return type.split('_').slice(2).join('-') || (type.split('_')[1] ?? type);
}

/**
 * First word of a resource type → service name in an ARN, where they differ.
 * Source: "Actions, resources, and condition keys for AWS services" (Service Authorization Reference).
 */
const SERVICES: Readonly<Record<string, string>> = {
  alb: 'elasticloadbalancing',
  lb: 'elasticloadbalancing',
  cloudwatch: 'cloudwatch',
  cognito: 'cognito-idp',
  codestarconnections: 'codestar-connections',
  db: 'rds',
  eip: 'ec2',
  flow: 'ec2',
  instance: 'ec2',
  internet: 'ec2',
  kinesis: 'kinesis',
  launch: 'ec2',
  msk: 'kafka',
  nat: 'ec2',
  network: 'ec2',
  opensearch: 'es',
  prometheus: 'aps',
  grafana: 'grafana',
  route: 'ec2',
  route53: 'route53',
  security: 'ec2',
  sfn: 'states',
  subnet: 'ec2',
  vpc: 'ec2',
  wafv2: 'wafv2',
};

function stringRule(name: string, pure: boolean, type: string): string {
  const rule = STRINGS.find(([pattern]) => pattern.test(name))?.[1];
  if (rule !== undefined && (pure || rule.always))
    return rule.template.replaceAll('<service>', serviceOf(type));
  return pure ? `${name.replaceAll('_', '-')}-{hex:8}` : '';
}

/** Attribute name → shape of its value. `always` holds for optional attributes too, which are empty otherwise. */
const STRINGS: readonly (readonly [RegExp, { readonly template: string; readonly always?: boolean }])[] = [
  [/^(owner|owner_id|account_id|registry_id|owner_account_id)$/, { template: '{account}', always: true }],
  [/^region$/, { template: '{region}', always: true }],
  [/^availability_zone$/, { template: '{region}a', always: true }],
  [/(^|_)arn$/, { template: 'arn:{partition}:<service>:{region}:{account}:{hex:12}' }],
  [/(^|_)(hosted_)?zone_id$/, { template: 'Z{HEX:13}' }],
  [/(^|_)kms_key_id$/, { template: 'arn:{partition}:kms:{region}:{account}:key/{uuid}' }],
  [/(^|_)(url|uri)$/, { template: 'https://{hex:12}.<service>.{region}.amazonaws.com' }],
  [
    /(endpoint|address|hostname|dns_name|domain_name)$/,
    { template: '{hex:12}.<service>.{region}.amazonaws.com' },
  ],
  [/(_at|_date|_time|_timestamp|^created|^last_modified|^first_deployed)$/, { template: CREATED_AT }],
  [/^uid$/, { template: '{uuid}' }],
  [/^resource_version$/, { template: '1' }],
  [/^(status|state|lifecycle_state)$/, { template: 'ACTIVE' }],
  [/(^|_)(certificate|data)$/, { template: '{base64:certificate}' }],
  [/(^|_)version$/, { template: '1', always: true }],
  [/(^|_)(id|ids)$/, { template: '{hex:17}' }],
];

function numberRule(name: string): number {
  return NUMBERS[name] ?? 0;
}

const NUMBERS: Readonly<Record<string, number>> = {
  port: 443,
  revision: 1,
  current_version: 1,
  latest_version: 1,
};

function textOr(value: Value | undefined, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}
