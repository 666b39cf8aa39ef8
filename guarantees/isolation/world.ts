import { addressOf, asText, contractField, referencesIn } from './facts/canonical';
import type { ResourceFact, StackFacts, StackPlace } from './facts';
import { type Json, type JsonObject, textOf, textsOf } from './facts/json';
import { contractOf, type Owner, ownerOf } from './owners';
import { type Role, rolesOf } from './roles';
import { grouped, type Stack } from './stack';
import { isSynthetic } from './synthetic';

/** Fields of contracts may themselves come from contracts, but not for ever. */
const DEEPEST = 4;

/** All stacks together, with what must be found fast: each look-up costs the same however many tenants there are. */
export class World {
  public readonly stacks: readonly Stack[];
  public readonly owners: readonly Owner[];
  /** The platform's accounts. */
  public readonly accounts: ReadonlySet<string>;
  private readonly byName: ReadonlyMap<string, Stack>;
  private readonly published: ReadonlyMap<string, { readonly stack: string; readonly fields: JsonObject }>;
  private readonly ownersByNamespace: ReadonlyMap<string, Owner>;
  /** What fields of contracts stand for, once asked. */
  private readonly fieldTexts = new Map<string, string>();
  private readonly ranges = new Map<string, readonly string[]>();
  /** Roles by `stack:address`, and by account and name. */
  private readonly roles: ReadonlyMap<string, Role>;

  public constructor(
    facts: readonly StackFacts[],
    /** Whether every stack of the platform is here. */
    public readonly complete: boolean,
  ) {
    this.published = new Map(
      facts.flatMap(({ name, contracts }) =>
        Object.entries(contracts).map(([parameter, fields]) => [parameter, { stack: name, fields }] as const),
      ),
    );
    this.stacks = facts.map((stack) => this.resolved(stack));
    this.byName = new Map(this.stacks.map((stack) => [stack.name, stack]));
    this.accounts = new Set(this.stacks.map(({ place }) => place.account));
    this.owners = this.stacks.flatMap(({ owner }) => owner ?? []);
    this.ownersByNamespace = new Map(
      this.owners.map((owner) => [`${owner.place.cell}/${owner.namespace}`, owner]),
    );
    const roles = this.stacks.flatMap(rolesOf);
    this.roles = new Map([
      ...roles.map((role) => [role.address, role] as const),
      ...roles.map((role) => [`${role.account}/${role.name}`, role] as const),
    ]);
  }

  public stack(name: string): Stack | undefined {
    return this.byName.get(name);
  }

  /** The owner of a namespace of a cell, whether or not its stack is here. */
  public ownerOfNamespace(place: StackPlace, namespace: string): Owner | undefined {
    return (
      this.ownersByNamespace.get(`${place.cell}/${namespace}`) ??
      (this.complete || isSynthetic(namespace) ? undefined : ownerOf(`${place.cell}-${namespace}`, place))
    );
  }

  /** What a field of another stack's contract stands for in a cell: its value, or the field itself if nobody published. */
  public field(place: StackPlace, stack: string, field: string): string {
    const name = contractField(contractOf(place, stack), field);
    const known = this.fieldTexts.get(name) ?? this.text(name);
    this.fieldTexts.set(name, known);
    return known;
  }

  /** Ranges of the subnets that a cell's databases and caches are in; undefined if the network's stack is not here. */
  public isolatedRanges(place: StackPlace): readonly string[] | undefined {
    const known = this.ranges.get(place.cell);
    if (known) return known;
    const field = this.field(place, 'network', 'isolatedSubnetIds');
    if (!field.startsWith('[')) return undefined;
    const ids = textsOf(JSON.parse(field) as Json);
    const found = ids.map((id) => textOf(this.resource(id)?.resource.values['cidr_block']));
    this.ranges.set(place.cell, found);
    return found;
  }

  /** The stack that publishes a contract in a cell, if it is here. */
  public publisher(place: StackPlace, stack: string): string | undefined {
    return this.published.get(contractOf(place, stack))?.stack;
  }

  /** The stack that publishes a contract by this name. */
  public publisherOf(parameter: string): string | undefined {
    return this.published.get(parameter)?.stack;
  }

  /** Owners to whom a text's references lead: those whose resources or contracts it names. */
  public ownersNamed(text: string, place: StackPlace): readonly Owner[] {
    return referencesIn(text).flatMap(({ kind, of }) => {
      if (kind !== 'contract') return this.byName.get(of)?.owner ?? ownerOf(of, place) ?? [];
      return this.ownerOfContract(of, place) ?? [];
    });
  }

  /** The owner whose stack publishes a contract by this name. */
  public ownerOfContract(parameter: string, place: StackPlace): Owner | undefined {
    const publisher = this.published.get(parameter)?.stack;
    if (publisher !== undefined) return this.byName.get(publisher)?.owner;
    const [, , , cell = '', stack = ''] = parameter.split('/');
    return ownerOf(`${cell}-${stack}`, place);
  }

  /** The resource that a text names and nothing else, with its stack. */
  public resource(text: string): { readonly stack: Stack; readonly resource: ResourceFact } | undefined {
    const [reference, ...others] = referencesIn(text);
    if (reference?.kind !== 'stack' || others.length > 0) return undefined;
    const stack = this.byName.get(reference.of);
    const resource = stack?.byAddress.get(addressOf(reference));
    return stack && resource && { stack, resource };
  }

  /** The role that a text names: by reference, by ARN or by name. */
  public role(text: string, place: StackPlace): Role | undefined {
    const [reference] = referencesIn(text);
    if (reference?.kind === 'stack') return this.roles.get(`${reference.of}:${addressOf(reference)}`);
    const arn = /^arn:aws[\w-]*:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(text);
    return this.roles.get(arn ? `${arn[1] ?? ''}/${arn[2] ?? ''}` : `${place.account}/${text}`);
  }

  /** A text in which fields of contracts are what was published. */
  public text(text: string): string {
    return asText(this.value(text));
  }

  /** A value with fields of contracts filled in: the very same where it holds none. */
  private value(value: Json, depth = 0): Json {
    if (typeof value === 'string') return value.includes('‹contract ') ? this.fields(value, depth) : value;
    if (typeof value !== 'object' || value === null) return value;
    let changed: Record<string, Json> | undefined;
    for (const [key, inner] of Object.entries(value as JsonObject)) {
      const next = this.value(inner, depth);
      if (next !== inner) (changed ??= {})[key] = next;
    }
    if (changed === undefined) return value;
    if (Array.isArray(value)) return Object.assign([...(value as Json[])], changed);
    return { ...(value as JsonObject), ...changed };
  }

  private fields(text: string, depth: number): Json {
    if (depth > DEEPEST) return text;
    const whole = /^‹contract ([^›#]*)#([^›]*)›$/.exec(text);
    if (whole) {
      const value = this.published.get(whole[1] ?? '')?.fields[whole[2] ?? ''];
      return value === undefined ? text : this.value(value, depth + 1);
    }
    return text.replace(/‹contract [^›]*›/g, (field) => asText(this.fields(field, depth + 1)));
  }

  private resolved(stack: StackFacts): Stack {
    // Only stacks that read contracts have texts with fields of contracts.
    const reads = stack.dataSources.some(({ type }) => type === 'aws_ssm_parameter');
    const value = <T>(facts: T): T => (reads ? (this.value(facts as Json) as T) : facts);
    const resources = value(stack.resources);
    const objects = value(stack.objects);
    return {
      ...stack,
      owner: ownerOf(stack.name, stack.place),
      resources,
      objects,
      dataSources: value(stack.dataSources),
      policies: value(stack.policies),
      opaqueReleases: value(stack.opaqueReleases),
      byType: grouped(resources, ({ type }) => type),
      byAddress: new Map(resources.map((resource) => [resource.address, resource])),
      kinds: grouped(objects, ({ kind }) => kind),
    };
  }
}
