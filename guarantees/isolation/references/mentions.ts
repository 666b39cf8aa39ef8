import { type Json, pathTo, visitTexts } from '../facts/json';
import type { Finding } from '../finding';
import { type Owner, sharesTier } from '../owners';
import type { Stack } from '../stack';
import type { World } from '../world';
import { finder, type Rule, type Scene } from './rule';

/** Names of owners inside paths, policies and labels, up to where nothing but another word could go on. */
const NAMES = /(?:^|[/:"'\s~]|ten:|svc:)((?:tenant|tier)-[a-z0-9]+(?:-[a-z0-9]+)*)(?=$|[/:_."'\s*])/g;

/** Names of resources: `bulkhead-prod-use1a-tenant-acme-database`. */
const RESOURCES = /-((?:tenant|tier)-[a-z0-9]+(?:-[a-z0-9]+)*)/g;

/** What the names of an owner's resources end in. A tenant's id may do so too, but then these are of another kind. */
const OWN_ENDS = /^-(database|proxy|pods|schema|tenancy|reader|final|\d+)(-|$)/;

/** Ids of owners behind their kind: `alias/bulkhead-prod-use1a-tenant/acme`. */
const PARTED = /\b(tenant|tier)\/([a-z0-9]+(?:-[a-z0-9]+)*)(?=$|[/:_."' *])/g;

/** Keys of the cache: `ten:acme:`. */
const KEYS = /\bten:([a-z0-9]+(?:-[a-z0-9]+)*):/g;

/** The one stack that names all owners, in the policies and boundaries of their deployers. */
const NAMES_ALL = 'bootstrap';

/**
 * The last net: whatever in a stack refers to another owner's resource, or has its name, in an attribute that no other rule
 * looks at. The platform's own stacks need to name no owner at all.
 */
export const mentions: Rule = (scene) => {
  const { stack } = scene;
  if (stack.name === NAMES_ALL) return [];
  const own = ownNames(stack.owner);
  const found: Finding[] = [];
  // Most texts of a stack stand in it many times: its namespace, its groups.
  const known = new Map<string, Owner | undefined>();
  const whom = (text: string): Owner | undefined => {
    if (!known.has(text)) known.set(text, named(scene, own === undefined ? text : text.replace(own, '$1')));
    return known.get(text);
  };
  const look = (address: string, value: Json): void => {
    visitTexts(value, (text) => {
      const other = COULD_NAME.test(text) ? whom(text) : undefined;
      if (other) found.push(mention(scene, address, other, text, pathTo(value, text) ?? ''));
    });
  };
  for (const { address, values } of [...stack.resources, ...stack.dataSources]) look(address, values);
  for (const { address, body, labels, annotations } of stack.objects) {
    look(address, { ...body, labels, annotations });
  }
  return found;
};

/** Signs without which a text names nobody. */
const COULD_NAME = /‹|ten:|(tenant|tier)[-/]/;

/**
 * Where a tenant's id stands alone in its own names, if the id looks like somebody's namespace (`globex-tenant-acme`).
 */
const ownNames = (owner: Owner | undefined): RegExp | undefined =>
  owner && /(^|-)(tenant|tier)-/.test(owner.id)
    ? new RegExp(`(^|"|//|ten:|-ten-|tenant/|[^a-z0-9-]tenant-|^tenant-)${owner.id}(?=$|[.:/_*"' ])`, 'g')
    : undefined;

/** The other owner whom a text names. */
function named({ world, stack }: Scene, text: string): Owner | undefined {
  const { owner, place } = stack;
  const spaces = [...text.matchAll(NAMES)].map(([, name = '']) => name);
  const parted = [...text.matchAll(PARTED)].map(([, kind = '', id = '']) => `${kind}-${id}`);
  const keys = [...text.matchAll(KEYS)].map(([, id = '']) => `tenant-${id}`);
  return [
    ...world.ownersNamed(text, place),
    ...[...spaces, ...parted, ...keys].flatMap((name) => world.ownerOfNamespace(place, name) ?? []),
    ...[...text.matchAll(RESOURCES)].flatMap(([, name = '']) => ownerOfResource(world, stack, name) ?? []),
  ].find((each) => each.stack !== stack.name && !(owner && sharesTier(owner, each)));
}

function mention({ stack }: Scene, address: string, other: Owner, text: string, path: string): Finding {
  const line = text.replace(/\s+/g, ' ');
  const shown = line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
  return finder('mention', stack)(
    address,
    other.stack,
    `its ${path} is ${shown}`,
    stack.owner ? 'Refer to the owner’s own resources only' : 'Leave what is an owner’s to the owner’s stack',
  );
}

/** Characters of a text that a finding shows. */
const SHOWN = 120;

/** The owner with the longest name that a resource's name begins with. */
function ownerOfResource(world: World, { owner, place }: Stack, name: string): Owner | undefined {
  const mine = owner && (name === owner.namespace || name.startsWith(`${owner.namespace}-`));
  if (mine && (name === owner.namespace || OWN_ENDS.test(name.slice(owner.namespace.length))))
    return undefined;
  // A name that was too long for its service keeps its beginning and ends in a hash: `nameWithin`.
  const shortened = /^(.+)-[0-9a-f]{8}$/.exec(name)?.[1];
  if (owner && shortened !== undefined && `${owner.namespace}-`.startsWith(shortened)) return undefined;
  const parts = name.split('-');
  for (let length = parts.length; length > 1; length--) {
    const found = world.ownerOfNamespace(place, parts.slice(0, length).join('-'));
    // Without all stacks at hand any name could be somebody's: what begins like the owner's own is taken to be its own.
    if (found && (world.complete || !mine)) return found;
  }
  return undefined;
}
