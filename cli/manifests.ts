import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { ConfigError } from '../config/load';
import { type Rule, ValidationError } from '../constructs/core/validation';
import { type Fleet, FLEETS } from '../constructs/core/workload-labels';

interface ManifestsFlags {
  readonly env: string;
  readonly stacks?: string;
  readonly fleet?: Fleet;
  readonly cell?: string;
  readonly issuer?: string;
  readonly jwksUri?: string;
  readonly jwks?: string;
  readonly address?: string;
}

/** Exit codes of `bulkhead manifests`: printed; nothing could be printed. */
const EXIT = { printed: 0, unusable: 2 } as const;

const isUrl = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);

const RULES: readonly Rule<ManifestsFlags>[] = [
  {
    fails: ({ fleet, stacks }) => fleet !== undefined && stacks !== undefined,
    message: () => '--fleet is of all stacks of a cell, so there is no --stacks with it',
  },
  {
    fails: ({ fleet, ...of }) =>
      fleet === undefined &&
      [of.cell, of.issuer, of.jwksUri, of.jwks, of.address].some((value) => value !== undefined),
    message: () => '--cell, --issuer, --jwks-uri, --jwks and --address are about a fleet: --fleet shared',
  },
  {
    fails: ({ fleet, issuer }) => fleet !== undefined && !isUrl(issuer ?? ''),
    message: ({ issuer }) =>
      `--issuer must be the URL that tokens have in iss, which only a deployment knows, got ${issuer ?? 'nothing'}`,
  },
  {
    fails: ({ fleet, jwksUri }) => fleet !== undefined && !isUrl(jwksUri ?? ''),
    message: ({ jwksUri }) =>
      `--jwks-uri must be the URL of the issuer's public keys, which only a deployment knows, got ${jwksUri ?? 'nothing'}`,
  },
  {
    fails: ({ jwks }) => jwks !== undefined && publicKeys(jwks) === undefined,
    message: ({ jwks = '' }) =>
      `--jwks must be a file with a JSON Web Key Set, {"keys":[…]}, of public keys only, got ${jwks}`,
  },
  {
    fails: ({ address }) => address !== undefined && isIP(address) === 0,
    message: ({ address = '' }) => `--address must be an IP address, got ${address}`,
  },
];

/** The command `bulkhead manifests`. */
export function manifestsCommand(root: string = process.cwd()): Command {
  return new Command('manifests')
    .description(
      'print the Kubernetes objects of stacks as YAML: custom kinds, namespaces, services and config maps; what only a deployment knows is a word that begins with unknown-',
    )
    .option('--env <environment>', 'environment', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option(
      '--stacks <globs>',
      'only these stacks, for example "use1a-gateway,use1a-tenant-*" (default: all)',
    )
    .addOption(
      new Option(
        '--fleet <fleet>',
        'only what egctl translates of a fleet of gateways; add a Secret envoy of type kubernetes.io/tls in envoy-gateway-system yourself, for keys are not printed',
      ).choices(FLEETS),
    )
    .option('--cell <cell>', "the fleet's cell (default: the only one)")
    .option('--issuer <url>', 'who signs tokens of the fleet')
    .option('--jwks-uri <url>', "where the issuer's public keys are")
    .option('--jwks <file>', "the mirror's copy of those keys (default: an empty set)")
    .option('--address <ip>', 'address of every service (default: none)')
    .action(async (flags: ManifestsFlags) => {
      process.exitCode = await run(root, flags);
    });
}

async function run(root: string, flags: ManifestsFlags): Promise<number> {
  const broken = RULES.filter(({ fails }) => fails(flags)).map(({ message }) => message(flags));
  if (broken.length > 0) {
    process.stderr.write(broken.map((problem) => `${problem}\n`).join(''));
    return EXIT.unusable;
  }
  const { SelectionError } = await import('../stacks/plan');
  try {
    const documents = (await objectsOf(root, flags)).map((manifest) =>
      stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }),
    );
    process.stdout.write(documents.map((document) => `---\n${document}`).join(''));
    return EXIT.printed;
  } catch (error) {
    if (![ConfigError, SelectionError, ValidationError].some((mistake) => error instanceof mistake))
      throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return EXIT.unusable;
  }
}

async function objectsOf(root: string, flags: ManifestsFlags): Promise<readonly object[]> {
  const { env: environment, fleet, cell, issuer = '', jwksUri = '', jwks, address } = flags;
  // Loaded here, for they bring the framework along, which no other command needs.
  if (fleet === undefined) {
    const { manifests } = await import('../synth/manifests');
    const stacks = (flags.stacks ?? '').split(/[\s,]+(?![^{]*\})/).filter((pattern) => pattern !== '');
    return manifests({ root, environment, stacks });
  }
  const { fleetManifests } = await import('../synth/fleet-manifests');
  const keys = jwks === undefined ? undefined : publicKeys(jwks);
  return fleetManifests({
    ...{ root, environment, fleet, tokens: { issuer, jwksUri } },
    ...(cell !== undefined && { cell }),
    ...(keys !== undefined && { jwks: keys }),
    ...(address !== undefined && { address }),
  });
}

/** A file's set of keys as one line; undefined if there is none in it, or one that nobody should see. */
function publicKeys(file: string): string | undefined {
  try {
    const set = JSON.parse(readFileSync(file, 'utf8')) as { readonly keys?: unknown } | null;
    const keys: unknown[] = Array.isArray(set?.keys) ? set.keys : [undefined];
    const arePublic = keys.every(
      (key) => typeof key === 'object' && key !== null && 'kty' in key && !('d' in key) && !('k' in key),
    );
    return arePublic ? JSON.stringify(set) : undefined;
  } catch {
    return undefined;
  }
}
