import { NAME_RULES, nameWithin } from '../../../constructs/core/naming';
import type { ResourceFact } from '../facts';
import { at, textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { tenantOfHost } from '../gateway';
import { contractOf, type Owner, pathOfCell, prefixOfCell } from '../owners';
import { attribute, resourcesOf, type Stack } from '../stack';
import { finder, type Rule, type Scene } from './rule';

interface NameRule {
  readonly type: string;
  readonly attribute: string;
  /** Whether an owner's resource may have the name. */
  readonly isOwn: (owner: Owner, name: string, stack: Stack) => boolean;
  /** What an owner's names begin with, for people. */
  readonly own: (owner: Owner) => string;
}

const below = (type: string, path: (owner: Owner) => string): NameRule => ({
  type,
  attribute: 'name',
  isOwn: (owner, name) => name.startsWith(path(owner)),
  own: path,
});

/** First label of the owner's names in DNS. */
const label = (owner: Owner): string => `${owner.id}.`;

/** Where names decide who reaches what: what another's policy, path or client finds by its name must be the owner's own. */
const RULES: readonly NameRule[] = [
  below('aws_secretsmanager_secret', (owner) => `${pathOfCell(owner.place)}/${owner.namespace}/`),
  below('aws_sqs_queue', (owner) => `${prefixOfCell(owner.place)}-${owner.namespace}_`),
  below('aws_sns_topic', (owner) => `${prefixOfCell(owner.place)}-${owner.namespace}_`),
  {
    type: 'aws_ssm_parameter',
    attribute: 'name',
    isOwn: (owner, name) => {
      const contract = contractOf(owner.place, owner.namespace);
      return name === contract || name.startsWith(`${contract}/`);
    },
    own: (owner) => contractOf(owner.place, owner.namespace),
  },
  {
    type: 'aws_iam_role',
    attribute: 'name',
    isOwn: (owner, name) => {
      const start = `${prefixOfCell(owner.place)}-${owner.namespace}`;
      const ends = ['proxy', 'schema', 'tenancy'].map((end) =>
        nameWithin(NAME_RULES.iamRole.max, [start, end]),
      );
      return name.startsWith(`${start}.`) || ends.includes(name);
    },
    own: (owner) => `${prefixOfCell(owner.place)}-${owner.namespace}.`,
  },
  {
    type: 'aws_route53_record',
    attribute: 'name',
    isOwn: (owner, name) => name.startsWith(label(owner)) && name.split('.')[1] === owner.place.cell,
    own: label,
  },
  {
    type: 'aws_kms_alias',
    attribute: 'name',
    isOwn: (owner, name) => {
      const start = `alias/${prefixOfCell(owner.place)}-`;
      return [owner.namespace, owner.namespace.replace('-', '/')].some((end) => name === `${start}${end}`);
    },
    own: (owner) => `alias/${prefixOfCell(owner.place)}-${owner.namespace.replace('-', '/')}`,
  },
];

/** An owner's record is one alias, of its own name in the cell's zone: others would give a part of the zone away. */
function records({ world, stack }: Scene): readonly Finding[] {
  const { owner } = stack;
  if (!owner) return [];
  const [zone, domain] = ['zoneId', 'zoneName'].map((field) => world.field(stack.place, 'network', field));
  return resourcesOf(stack, 'aws_route53_record').flatMap((record) => {
    const [type, name] = [attribute(record, 'type'), attribute(record, 'name')];
    // Where the network's stack is not here, its zone is known by the field only.
    const known = domain !== undefined && !domain.startsWith('‹');
    const wrong = [
      ...(['CNAME', 'A', 'AAAA'].includes(type) ? [] : [`it is of type ${type}`]),
      ...(attribute(record, 'zone_id') === zone ? [] : ['it is in another zone than the cell’s (zone_id)']),
      ...(known && name.startsWith(label(owner)) && name !== `${label(owner)}${domain}`
        ? [`it is called ${name}`]
        : []),
    ];
    return wrong.map((problem) =>
      finder('name', stack)(
        record,
        'whoever is to have that name',
        problem,
        `Make one CNAME of ${label(owner)} in the zone of the network’s contract`,
      ),
    );
  });
}

/** Hosts that an owner's names lead to: the gateway's, never another tenant's. */
function targets({ world, stack }: Scene): readonly Finding[] {
  if (!stack.owner) return [];
  return resourcesOf(stack, 'aws_route53_record').flatMap((record) =>
    [...textsOf(record.values['records']), ...textsOf(at(record.values['alias'], 'name'))].flatMap((host) => {
      const owner = world.ownerOfNamespace(stack.place, `tenant-${host.split('.')[0] ?? ''}`);
      const known = world.owners.some((each) => each.stack === owner?.stack);
      if (!owner || !known || owner.stack === stack.name) return [];
      return [
        finder('name', stack)(
          record,
          owner.stack,
          `its name leads to ${host}`,
          'Lead it to the gateway of the tier',
        ),
      ];
    }),
  );
}

/** Names by which one finds secrets, parameters, queues, hosts and roles. */
export const names: Rule = (scene) => [
  ...RULES.flatMap((rule) =>
    resourcesOf(scene.stack, rule.type).flatMap((resource) => check(scene, rule, resource)),
  ),
  ...targets(scene),
  ...records(scene),
];

function check({ world, stack }: Scene, rule: NameRule, resource: ResourceFact): readonly Finding[] {
  const name = attribute(resource, rule.attribute);
  const found = finder('name', stack);
  if (stack.owner) {
    if (rule.isOwn(stack.owner, name, stack) || (name === '' && rule.type !== 'aws_route53_record'))
      return [];
    const other = ownerByName(
      world.owners.filter(({ stack: of }) => of !== stack.name),
      rule,
      name,
      stack,
    );
    return [
      found(
        resource,
        other?.stack ?? `whoever is to have ${name}`,
        `it is called ${name}`,
        `Give it a name that begins with ${rule.own(stack.owner)}`,
      ),
    ];
  }
  const taken = takenFrom(stack, name, rule);
  const owner = taken === undefined ? undefined : world.ownerOfNamespace(stack.place, taken);
  if (!owner) return [];
  return [
    found(
      resource,
      owner.stack,
      `it is called ${name}, which only ${owner.stack} may have`,
      'Give it a name of the platform’s',
    ),
  ];
}

const ownerByName = (
  owners: readonly Owner[],
  rule: NameRule,
  name: string,
  stack: Stack,
): Owner | undefined => owners.find((owner) => rule.isOwn(owner, name, stack));

/** The namespace of the owner whose name a resource of the platform has. */
function takenFrom({ place }: Stack, name: string, { type }: NameRule): string | undefined {
  if (type === 'aws_route53_record') return tenantOfHost(place, name);
  const marks = [`${pathOfCell(place)}/`, `${prefixOfCell(place)}-`];
  const rest = marks.map((mark) => name.split(mark)[1]).find((found) => found !== undefined);
  return /^(?:tenant|tier)-[a-z0-9-]+(?=[/._]|$)/.exec(rest ?? '')?.[0];
}
