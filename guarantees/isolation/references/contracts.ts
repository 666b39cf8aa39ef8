import { DEDICATED_TIER, contractOf, pathOfCell } from '../owners';
import type { Finding } from '../finding';
import { attribute } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Data sources that tell an owner's stack nothing of anybody. */
const HARMLESS = new Set(['aws_caller_identity', 'aws_region', 'aws_partition', 'aws_availability_zones']);

/** What an owner's stack reads of others: contracts of the platform and of its tier. And whether what a stack reads is there. */
export const contracts: Rule = (scene) => [...read(scene), ...published(scene), ...absent(scene)];

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

/** Contracts that a stack reads and no stack publishes: what would come of them nobody knows. */
function absent({ world, stack }: Scene): readonly Finding[] {
  if (!world.complete || stack.place.cell === '') return [];
  return stack.dataSources.flatMap((source): readonly Finding[] => {
    const name = attribute(source, 'name');
    const contract = source.type === 'aws_ssm_parameter' && name.startsWith(`/${pathOfCell(stack.place)}/`);
    if (!contract || world.publisherOf(name) !== undefined) return [];
    return [
      finder('contract', stack)(
        source,
        EVERYBODY,
        `it reads the contract ${name}, which no stack publishes, so whom it leads to cannot be told`,
        'Synthesize the stack that publishes it too',
      ),
    ];
  });
}
