import { at, type Json, objectOf, listOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { claimOf, fleetOf, GATEWAY_NAMESPACE, hostLabelOf, isHostOf, tenantOfHost } from '../gateway';
import type { Owner } from '../owners';
import { demandedHeader, hostsOf, isOwnersOnly, isParent, parentText, rulesOf } from '../routes';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/**
 * Routes of gateways. An owner's take calls for its own host, from its own fleet, of its own people and machines, to its own
 * services, and change nothing in them. The platform's lead to no owner and stand in for none.
 */
export const routes: Rule = (scene) => {
  const { owner, kinds } = scene.stack;
  const all = kinds.get('HTTPRoute') ?? [];
  if (!owner) return all.flatMap((route) => ofPlatform(scene, route));
  return [
    ...all.flatMap((route) => [
      ...hosts(scene, owner, route),
      ...gateways(scene, owner, route),
      ...backends(scene, owner, route),
      ...callers(scene, owner, route),
      ...filters(scene, route),
    ]),
    ...(kinds.get('HTTPRouteFilter') ?? []).flatMap((filter) => answers(scene, filter)),
  ];
};

function hosts({ world, stack }: Scene, owner: Owner, route: KubernetesFact): readonly Finding[] {
  return hostsOf(route)
    .filter((host) => !isHostOf(world, owner, host))
    .map((host) => {
      const other = world.ownerOfNamespace(stack.place, tenantOfHost(stack.place, host) ?? '');
      return finder('route', stack)(
        route,
        other && other.stack !== stack.name ? other.stack : EVERYBODY,
        `it takes calls for ${host === '*' ? 'every host (hostnames)' : host}`,
        `Name the host ${hostLabelOf(owner)} of the cell’s zone, and no other`,
      );
    });
}

function gateways({ stack }: Scene, owner: Owner, route: KubernetesFact): readonly Finding[] {
  const fleet = fleetOf(owner);
  return listOf(at(route.body, 'spec', 'parentRefs'))
    .filter((parent) => !isParent(parent, GATEWAY_NAMESPACE, fleet))
    .map((parent) =>
      finder('route', stack)(
        route,
        stack.name,
        `it takes calls from ${parentText(parent)}, which is not the Gateway of its fleet (parentRefs)`,
        `Name the Gateway ${fleet} of ${GATEWAY_NAMESPACE}, and no other`,
        `callers of ${parentText(parent)}`,
      ),
    );
}

function backends({ world, stack }: Scene, owner: Owner, route: KubernetesFact): readonly Finding[] {
  return rulesOf(route)
    .flatMap((rule) => rule.backends)
    .filter((backend) => !isService(backend) || namespaceOf(backend, owner) !== owner.namespace)
    .map((backend) => {
      const namespace = namespaceOf(backend, owner);
      const other = world.ownerOfNamespace(stack.place, namespace);
      return finder('route', stack)(
        route,
        namespace === owner.namespace ? EVERYBODY : (other?.stack ?? `namespace ${namespace}`),
        `it leads calls to ${textOf(at(backend, 'kind')) || 'Service'} ${namespace}/${textOf(at(backend, 'name'))}`,
        `Lead them to Services of ${owner.namespace} only`,
      );
    });
}

const isService = (backend: Json): boolean =>
  textOf(at(backend, 'group')) === '' && ['', 'Service'].includes(textOf(at(backend, 'kind')));

const namespaceOf = (backend: Json, { namespace }: Owner): string =>
  textOf(at(backend, 'namespace')) || namespace;

/** Whose calls a rule lets through to services: those only that the owner's own claim is demanded of, in every match. */
function callers({ world, stack }: Scene, owner: Owner, route: KubernetesFact): readonly Finding[] {
  const [header, value] = claimOf(owner);
  return rulesOf(route)
    .filter((rule) => rule.backends.length > 0)
    .flatMap(({ matches }) => matches.filter((match) => !isOwnersOnly(owner, match)))
    .map((match) => {
      const asked = demandedHeader(match, header);
      const other = world.ownerOfNamespace(stack.place, `${owner.kind}-${asked ?? ''}`);
      const path = textOf(at(match, 'path', 'value')) || '/';
      return finder('route', stack)(
        route,
        stack.name,
        `it leads calls for ${path} to services, whatever ${header} says${asked === undefined ? '' : `, or where it says ${asked}`}`,
        `Let every match of a rule with backends ask for the header ${header} with exactly ${value}`,
        asked === undefined ? EVERYBODY : (other?.stack ?? `${owner.kind} ${asked}`),
      );
    });
}

/** Filters could send copies of calls elsewhere, or write headers that no token has said. */
function filters({ stack }: Scene, route: KubernetesFact): readonly Finding[] {
  return rulesOf(route).flatMap((rule) =>
    rule.filters
      .filter((filter) => rule.backends.length > 0 || !isAnswer(filter))
      .map((filter) =>
        finder('route', stack)(
          route,
          EVERYBODY,
          `it has a filter ${textOf(at(filter, 'type')) || 'of no type'} ${rule.backends.length > 0 ? 'on calls that reach services' : ''}`.trim(),
          'Let rules that lead to services have no filters, and others an HTTPRouteFilter of the same namespace',
        ),
      ),
  );
}

const isAnswer = (filter: Json): boolean =>
  textOf(at(filter, 'type')) === 'ExtensionRef' &&
  textOf(at(filter, 'extensionRef', 'kind')) === 'HTTPRouteFilter';

/** What Envoy Gateway's filters do: answer, and nothing else. */
function answers({ stack }: Scene, filter: KubernetesFact): readonly Finding[] {
  const others = Object.keys(objectOf(filter.body['spec'])).filter((key) => key !== 'directResponse');
  return others.map((key) =>
    finder('route', stack)(
      filter,
      EVERYBODY,
      `nobody has checked what its ${key} does with calls`,
      'Let it answer (directResponse), and do nothing else',
    ),
  );
}

function ofPlatform({ world, stack }: Scene, route: KubernetesFact): readonly Finding[] {
  const found = finder('route', stack);
  const taken = hostsOf(route).flatMap((host) => {
    const owner = world.ownerOfNamespace(stack.place, tenantOfHost(stack.place, host) ?? '');
    return owner
      ? [found(route, owner.stack, `it takes calls for ${host}`, 'Leave the host to its owner’s stack')]
      : [];
  });
  const led = rulesOf(route)
    .flatMap((rule) => rule.backends)
    .flatMap((backend) => {
      const owner = world.ownerOfNamespace(stack.place, textOf(at(backend, 'namespace')));
      const name = textOf(at(backend, 'name'));
      return owner
        ? [
            found(
              route,
              owner.stack,
              `it leads calls to ${owner.namespace}/${name}, whosever they are`,
              'Let the owner’s stack make the route, for calls that its claim is demanded of',
            ),
          ]
        : [];
    });
  return [...taken, ...led];
}
