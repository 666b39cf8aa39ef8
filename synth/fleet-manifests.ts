import { didYouMean } from '../config/loader/suggest';
import { loadPlatform } from '../config/load';
import { JWKS_MIRROR } from '../constructs/core/jwks-mirror';
import { type Fleet, GATEWAY_NAMESPACE } from '../constructs/core/workload-labels';
import { authorizerService } from '../constructs/gateway/authorizer';
import { gatewayClassName } from '../constructs/gateway/gateway';
import { at, listOf, objectOf, textOf } from '../guarantees/isolation/facts/json';
import { SelectionError } from '../stacks/plan';
import { type Manifest, manifests } from './manifests';

export interface FleetManifestsOptions {
  /** Folder that holds `config/`. */
  readonly root: string;
  /** Name of a folder in `config/environments`. */
  readonly environment: string;
  readonly fleet: Fleet;
  /**
   * Id of the cell.
   *
   * @default - the only one; of several one must be chosen
   */
  readonly cell?: string;
  /** Who signs tokens, and where the public keys are. */
  readonly tokens: { readonly issuer: string; readonly jwksUri: string };
  /**
   * Keys that the mirror has, a JSON Web Key Set.
   *
   * @default - none, as before the first copy
   */
  readonly jwks?: string;
  /**
   * IP address of every Service.
   *
   * @default - none; `egctl` makes one up if it is told to add what is missing
   */
  readonly address?: string;
}

/**
 * One fleet of a cell as Envoy Gateway's own tool reads it, `egctl experimental translate`: what the engine knows, and nothing
 * of other kinds, at which the tool gives up. It takes one GatewayClass at a time, so one fleet.
 *
 * The Services of owners, which owners deploy themselves, are those that routes lead to. The Secret `envoy`, which the control
 * plane makes in a cluster, is not among them: it holds a key.
 *
 * @throws ConfigError, SelectionError or ValidationError when there is nothing to print
 */
export function fleetManifests(options: FleetManifestsOptions): readonly Manifest[] {
  const { root, environment, fleet, tokens } = options;
  const cell = cellOf(options);
  const all = manifests({
    root,
    environment,
    // Without the identity stack, so that what it publishes stays for the options to say.
    stacks: [`${cell}-{network,addons,gateway,tier-*,tenant-*}`],
    known: {
      [`unknown-${cell}-identity-issuer`]: tokens.issuer,
      [`unknown-${cell}-identity-jwks-uri`]: tokens.jwksUri,
    },
  });
  const routes = all.filter((object) => object['kind'] === 'HTTPRoute' && isOf(fleet, object));
  const found = [
    ...all.filter((object) => object['kind'] !== 'HTTPRoute' && isOf(fleet, object)),
    ...routes,
    ...filtersOf(routes, all),
    ...all.filter((object) => isSupply(object, fleet)).map((object) => supplied(object, options)),
    ...servicesOf(routes, options),
  ];
  const spaces = new Set(found.map((object) => namespaceOf(object)));
  return [...all.filter((object) => object['kind'] === 'Namespace' && spaces.has(nameOf(object))), ...found];
}

function cellOf({ root, environment, cell }: FleetManifestsOptions): string {
  const ids = loadPlatform(root, environment, { tenants: () => false }).cells.map(({ id }) => id);
  const [only] = ids;
  if (cell === undefined && ids.length === 1 && only !== undefined) return only;
  if (cell !== undefined && ids.includes(cell)) return cell;
  const listed = `the cells of ${environment} are ${ids.join(', ')}`;
  throw new SelectionError(
    cell === undefined
      ? `choose a cell with --cell: ${listed}`
      : `there is no cell "${cell}": ${listed}${didYouMean(cell, ids)}`,
  );
}

const nameOf = (object: Manifest): string => textOf(at(object, 'metadata', 'name'));
const namespaceOf = (object: Manifest): string => textOf(at(object, 'metadata', 'namespace'));

/** Whether an object is the fleet's own, or a route of its Gateway. */
function isOf(fleet: Fleet, object: Manifest): boolean {
  const names = (key: string): readonly string[] =>
    listOf(at(object, 'spec', key)).map((each) => textOf(at(each, 'name')));
  switch (object['kind']) {
    case 'GatewayClass':
      return nameOf(object) === gatewayClassName(fleet);
    case 'Gateway':
    case 'EnvoyProxy':
      return nameOf(object) === fleet;
    case 'ClientTrafficPolicy':
    case 'SecurityPolicy':
    case 'BackendTrafficPolicy':
      return names('targetRefs').includes(fleet);
    case 'HTTPRoute':
      return names('parentRefs').includes(fleet);
    default:
      return false;
  }
}

/** What routes answer by themselves. */
function filtersOf(routes: readonly Manifest[], all: readonly Manifest[]): readonly Manifest[] {
  const named = new Set(
    routes.flatMap((route) =>
      listOf(at(route, 'spec', 'rules'))
        .flatMap((rule) => listOf(at(rule, 'filters')))
        .map((filter) => `${namespaceOf(route)}/${textOf(at(filter, 'extensionRef', 'name'))}`),
    ),
  );
  return all.filter(
    (object) => object['kind'] === 'HTTPRouteFilter' && named.has(`${namespaceOf(object)}/${nameOf(object)}`),
  );
}

/** What policies of a fleet refer to. */
const isSupply = (object: Manifest, fleet: Fleet): boolean =>
  namespaceOf(object) === GATEWAY_NAMESPACE &&
  ((object['kind'] === 'ConfigMap' && nameOf(object) === JWKS_MIRROR.configMap) ||
    (object['kind'] === 'Service' && nameOf(object) === authorizerService(fleet)));

function supplied(object: Manifest, { jwks, address }: FleetManifestsOptions): Manifest {
  if (object['kind'] === 'ConfigMap')
    return jwks === undefined ? object : { ...object, data: { [JWKS_MIRROR.key]: jwks } };
  return address === undefined
    ? object
    : { ...object, spec: { ...objectOf(object['spec']), clusterIP: address } };
}

/** The Services that routes lead to. */
function servicesOf(routes: readonly Manifest[], { address }: FleetManifestsOptions): readonly Manifest[] {
  const led = routes.flatMap((route) =>
    listOf(at(route, 'spec', 'rules'))
      .flatMap((rule) => listOf(at(rule, 'backendRefs')))
      .map((backend) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: textOf(at(backend, 'name')), namespace: namespaceOf(route) },
        spec: {
          ports: [{ name: 'http', protocol: 'TCP', port: at(backend, 'port') ?? null }],
          ...(address !== undefined && { clusterIP: address }),
        },
      })),
  );
  return [
    ...new Map(
      led.map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
    ).values(),
  ];
}
