import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Fn, propertyAccess, TerraformStack, Token } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import { type ContractAddress, contractName } from './contract-name';
import { placementOf } from './placement';
import { invalid } from './validation';

export { type ContractAddress, contractName } from './contract-name';

/** Kinds of value that a contract may carry. Nothing secret: a contract is readable text in Parameter Store. */
type FieldKind = 'string' | 'string[]';

type Shape = Readonly<Record<string, FieldKind>>;

/** The values that a shape describes. */
export type ContractValues<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends 'string[]' ? readonly string[] : string;
};

/** App context that says that some stacks were left out on purpose, so a contract may lack a publisher here. */
export const SELECTIVE = 'bulkhead:selective';

/**
 * The typed values that one stack publishes for others, kept as one JSON document in an SSM parameter.
 *
 * A reader needs permission for one parameter and not for the publisher's state, and is synthesized without the
 * publisher. Both sides name the same version: after an incompatible change to the shape a reader's plan fails with
 * a sentence that says which stack to deploy first.
 */
export class Contract<S extends Shape> {
  /**
   * @param version raised by one whenever a field is removed or changes its meaning
   * @param shape names and kinds of the fields
   */
  public constructor(
    private readonly version: number,
    private readonly shape: S,
  ) {}

  /**
   * Publishes the values of `scope`'s stack. Once a stack.
   *
   * @throws ValidationError when the stack has published before
   */
  public publish(scope: Construct, address: ContractAddress, values: ContractValues<S>): void {
    const name = contractName(placementOf(scope), address);
    const { publishers, readers } = exchangeOf(scope);
    const publisher = TerraformStack.of(scope);
    const other = publishers.get(name);
    if (other) throw invalid(scope, 'contract', [publishedTwice(name, other.node.path)]);
    publishers.set(name, publisher);
    for (const reader of readers.get(name)?.stacks ?? []) reader.addDependency(publisher);

    const fields = Object.keys(this.shape).map((field) => [field, values[field]]);
    new SsmParameter(scope, 'Contract', {
      name,
      type: 'String',
      tier: 'Intelligent-Tiering',
      description: `Contract of ${publisher.node.id}`,
      // A plain String: ids and endpoints are no secrets, and a plan should show how they change.
      insecureValue: Fn.jsonencode({ version: this.version, ...Object.fromEntries(fields) }),
    });
  }

  /**
   * Reads what another stack has published, and lets that stack deploy first.
   *
   * The values are tokens, resolved at plan. Reading the same contract twice in one stack costs one data source.
   */
  public read(scope: IConstruct, address: ContractAddress): ContractValues<S> {
    const stack = TerraformStack.of(scope);
    const name = contractName(placementOf(scope), address);
    const { publishers, readers } = exchangeOf(scope);
    const reading = readers.get(name) ?? { stacks: new Set(), expected: publisherOf(address) };
    readers.set(name, reading);
    reading.stacks.add(stack);
    const publisher = publishers.get(name);
    if (publisher) stack.addDependency(publisher);

    const id = `Contract-${address.stack}`;
    const existing = stack.node.tryFindChild(id) as DataAwsSsmParameter | undefined;
    const source = existing ?? this.source(stack, id, name, address);
    const document: unknown = Fn.jsondecode(source.insecureValue);
    const fields = Object.entries(this.shape).map(([field, kind]) => {
      const value = propertyAccess(document, [field]);
      return [field, kind === 'string[]' ? Token.asList(value) : Token.asString(value)];
    });
    return Object.fromEntries(fields) as ContractValues<S>;
  }

  private source(
    stack: TerraformStack,
    id: string,
    name: string,
    address: ContractAddress,
  ): DataAwsSsmParameter {
    const publisher = publisherOf(address);
    stack.node.addValidation({
      validate: () =>
        exchangeOf(stack).publishers.has(name) || stack.node.tryGetContext(SELECTIVE) === true
          ? []
          : [unpublished(stack.node.path, name, publisher)],
    });
    const source = new DataAwsSsmParameter(stack, id, { name });
    source.lifecycle = {
      postcondition: [
        {
          condition: `\${jsondecode(self.insecure_value).version == ${this.version}}`,
          errorMessage: `${name} does not hold version ${this.version} of this contract. Deploy ${publisher} first.`,
        },
      ],
    };
    return source;
  }
}

/** Name of the stack that a contract is expected from. */
const publisherOf = ({ cell, stack }: ContractAddress): string =>
  [...(cell === undefined ? [] : [cell]), stack].join('-');

/** Tells that a contract has two publishers. */
export const publishedTwice = (name: string, other: string): string =>
  `${name} is already published by ${other}`;

/** Tells that a contract has no publisher. */
export const unpublished = (reader: string, name: string, expected: string): string =>
  `[${reader}] reads contract ${name}, which no stack publishes; expected one named ${expected}`;

/** What the stacks of one app exchange, for comparison with what those of other apps do. */
export interface Exchanged {
  /** Names of the contracts that are published. */
  readonly published: readonly string[];
  /** Contracts that are read, in the order of their first reading, with the stack that each is expected from. */
  readonly read: readonly { readonly name: string; readonly expected: string }[];
}

/** The contracts that the stacks of an app have published and read so far. */
export function exchangedIn(app: IConstruct): Exchanged {
  const { publishers, readers } = exchangeOf(app);
  return {
    published: [...publishers.keys()],
    read: [...readers].map(([name, { expected }]) => ({ name, expected })),
  };
}

/** Who publishes and who reads, by parameter name. */
interface Exchange {
  readonly publishers: Map<string, TerraformStack>;
  readonly readers: Map<string, { readonly stacks: Set<TerraformStack>; readonly expected: string }>;
}

const exchanges = new WeakMap<IConstruct, Exchange>();

/** The exchange of the app that a construct belongs to. */
function exchangeOf(scope: IConstruct): Exchange {
  const root = scope.node.root;
  const exchange = exchanges.get(root) ?? { publishers: new Map(), readers: new Map() };
  exchanges.set(root, exchange);
  return exchange;
}
