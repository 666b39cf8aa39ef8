import { type Json, pathTo, visitTexts } from '../facts/json';
import type { Finding } from '../finding';
import { type Owner, sharesTier } from '../owners';
import type { World } from '../world';
import { finder, type Rule, type Scene } from './rule';

/** Names of owners inside paths, policies and labels, up to where nothing but another word could go on. */
const NAMES = /(?:^|[/:"' ~]|ten:|svc:)((?:tenant|tier)-[a-z0-9]+(?:-[a-z0-9]+)*)(?=$|[/:_."' *])/g;

/** Names of resources: `bulkhead-prod-use1a-tenant-acme-database`. */
const RESOURCES = /-((?:tenant|tier)-[a-z0-9]+(?:-[a-z0-9]+)*)/g;

/** What the names of an owner's resources end in. A tenant's id may do so too, but then these are of another kind. */
const OWN_ENDS = /^-(database|proxy|pods|tenancy|reader|final|\d+)(-|$)/;

/** Keys of the cache: `ten:acme:`. */
const KEYS = /\bten:([a-z0-9]+(?:-[a-z0-9]+)*):/g;

/**
 * The last net: whatever in an owner's stack refers to another's resource, or has its name, in an attribute that no other
 * rule looks at.
 */
export const mentions: Rule = (scene) => {
  const { stack } = scene;
  if (!stack.owner) return [];
  const found: Finding[] = [];
  const look = (address: string, value: Json): void => {
    visitTexts(value, (text) => {
      const other = COULD_NAME.test(text) ? named(scene, text) : undefined;
      if (other) found.push(mention(scene, address, other, text, pathTo(value, text) ?? ''));
    });
  };
  for (const { address, values } of stack.resources) look(address, values);
  for (const { address, body, labels, annotations } of stack.objects) {
    look(address, { ...body, labels, annotations });
  }
  return found;
};

/** Signs without which a text names nobody. */
const COULD_NAME = /‹|ten:|tenant-|tier-/;

/** The other owner whom a text names. */
function named({ world, stack }: Scene, text: string): Owner | undefined {
  const { owner } = stack;
  if (!owner) return undefined;
  const spaces = [...text.matchAll(NAMES)].map(([, name = '']) => name);
  const keys = [...text.matchAll(KEYS)].map(([, id = '']) => `tenant-${id}`);
  return [
    ...world.ownersNamed(text, owner.place),
    ...[...spaces, ...keys].flatMap((name) => world.ownerOfNamespace(owner.place, name) ?? []),
    ...[...text.matchAll(RESOURCES)].flatMap(([, name = '']) => ownerOfResource(world, owner, name) ?? []),
  ].find((each) => each.stack !== owner.stack && !sharesTier(owner, each));
}

function mention({ stack }: Scene, address: string, other: Owner, text: string, path: string): Finding {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return finder('mention', stack)(
    address,
    other.stack,
    `its ${path} is ${shown}`,
    'Refer to the owner’s own resources only',
  );
}

/** Characters of a text that a finding shows. */
const SHOWN = 120;

/** The owner with the longest name that a resource's name begins with. */
function ownerOfResource(world: World, owner: Owner, name: string): Owner | undefined {
  const mine = name === owner.namespace || name.startsWith(`${owner.namespace}-`);
  if (mine && (name === owner.namespace || OWN_ENDS.test(name.slice(owner.namespace.length))))
    return undefined;
  // A name that was too long for its service keeps its beginning and ends in a hash: `nameWithin`.
  const shortened = /^(.+)-[0-9a-f]{8}$/.exec(name)?.[1];
  if (shortened !== undefined && `${owner.namespace}-`.startsWith(shortened)) return undefined;
  const parts = name.split('-');
  for (let length = parts.length; length > 1; length--) {
    const found = world.ownerOfNamespace(owner.place, parts.slice(0, length).join('-'));
    // Without all stacks at hand any name could be somebody's: what begins like the owner's own is taken to be its own.
    if (found && (world.complete || !mine)) return found;
  }
  return undefined;
}
