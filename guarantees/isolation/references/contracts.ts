import { DEDICATED_TIER, contractOf, pathOfCell } from '../owners';
import type { Finding } from '../finding';
import { attribute } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Data sources that tell an owner's stack nothing of anybody. */
const HARMLESS = new Set(['aws_caller_identity', 'aws_region', 'aws_partition', 'aws_availability_zones']);

/** What an owner's stack reads of others, and as whom: contracts of the platform and of its tier, and its own state. */
export const contracts: Rule = (scene) => [
  ...read(scene),
  ...published(scene),
  ...state(scene),
  ...tags(scene),
];

function read({ world, stack }: Scene): readonly Finding[] {
  const { owner } = stack;
  const found = finder('contract', stack);
  return stack.dataSources.flatMap((source): readonly Finding[] => {
    const remote = source.type === 'terraform_remote_state';
    if (!owner && !remote) return [];
    if (remote) {
      return [
        found(
          source,
          EVERYBODY,
          'it reads the whole state of another stack',
          'Read the one contract that is needed instead',
        ),
      ];
    }
    if (!owner || HARMLESS.has(source.type)) return [];
    if (source.type !== 'aws_ssm_parameter') {
      return [
        found(
          source,
          EVERYBODY,
          `it looks up ${source.type}, and what it finds may be anybody's`,
          'Read a contract of the platform instead',
        ),
      ];
    }
    const name = attribute(source, 'name');
    const other = world.ownerOfContract(name, owner.place);
    const [tier] = owner.kind === 'tenant' ? [contractOf(owner.place, `tier-${DEDICATED_TIER}`)] : [];
    if (other && other.stack !== owner.stack && name !== tier) {
      return [
        found(source, other.stack, `it reads the contract ${name}`, 'Read contracts of the platform only'),
      ];
    }
    const mine = name.startsWith(`/${pathOfCell(owner.place)}/`);
    return mine && /^\/[\w-]+\/[\w-]+\/[\w-]+\/[\w-]+$/.test(name)
      ? []
      : [
          found(
            source,
            EVERYBODY,
            `it reads the parameter ${name}, which is no contract of its cell`,
            'Read contracts of the cell only',
          ),
        ];
  });
}

/** One contract has one publisher, and what an owner publishes is its own. */
function published({ world, stack }: Scene): readonly Finding[] {
  return (stack.byType.get('aws_ssm_parameter') ?? []).flatMap((parameter): readonly Finding[] => {
    const publisher = world.publisherOf(attribute(parameter, 'name'));
    if (publisher === undefined || publisher === stack.name) return [];
    const name = attribute(parameter, 'name');
    return [
      finder('contract', stack)(
        parameter,
        publisher,
        `it writes the contract ${name}, which ${publisher} publishes`,
        'Publish under the stack’s own name',
      ),
    ];
  });
}

/** The state is the stack's own, and so is the role that deploys it. */
function state({ stack }: Scene): readonly Finding[] {
  const { owner, stateKey, providers } = stack;
  if (!owner) return [];
  const found = finder('state', stack);
  const file = stateKey.split('/').at(-1) ?? '';
  const role = `-deploy-${owner.kind}`;
  return [
    ...(stateKey !== '' && file !== `${owner.stack}.tfstate`
      ? [
          found(
            'terraform.backend',
            file.replace(/\.tfstate$/, ''),
            `its state is ${stateKey}`,
            `Keep it in ${owner.stack}.tfstate`,
          ),
        ]
      : []),
    ...providers
      .filter((provider) => provider.role !== '' && !provider.role.endsWith(role))
      .map((provider) =>
        found(
          'provider.aws',
          EVERYBODY,
          `it is deployed as ${provider.role}`,
          `Deploy it as the role that ends in ${role}`,
        ),
      ),
  ];
}

/** Tags that reports, policies and the boundary go by. */
function tags({ stack }: Scene): readonly Finding[] {
  const { owner } = stack;
  if (!owner) return [];
  const found = finder('tag', stack);
  const own = {
    tenant: owner.kind === 'tenant' ? owner.id : 'shared',
    tier: owner.tier,
    cell: owner.place.cell,
  };
  const carried = [
    ...stack.providers.map((provider) => ['provider.aws', provider.tags, true] as const),
    ...stack.resources.map(({ address, values }) => [address, values['tags'], false] as const),
  ];
  return carried.flatMap(([at, found_, all]) =>
    Object.entries(own).flatMap(([key, value]): readonly Finding[] => {
      const tag =
        typeof found_ === 'object' && found_ !== null
          ? (found_ as Readonly<Record<string, unknown>>)[key]
          : undefined;
      if (tag === value || (tag === undefined && !all)) return [];
      const what = typeof tag === 'string' ? tag : '(none)';
      return [
        found(
          at,
          key === 'tenant' ? `tenant ${what}` : `${key} ${what}`,
          `its tag ${key} is ${what}`,
          `Tag it ${key}: ${value}`,
        ),
      ];
    }),
  );
}
