import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError, loadPlatform, type LoadOptions } from '../../config/load';

// Expected messages read as a person sees them, without quotes around them.
expect.addSnapshotSerializer({ test: (value) => typeof value === 'string', print: String });

/** A small valid production platform; line numbers in expected messages count from its first line. */
export const PLATFORM = `platform: bulkhead
environment: prod
account: "111111111111"
region: us-east-1
costCentre: platform
deployers:
  - arn:aws:iam::111111111111:role/delivery
state:
  backend: s3
registry:
  replicaRegions: [us-west-2]
dns: { domain: bulkhead.example }
load:
  tenants: { starter: 10, professional: 5, enterprise: 2 }
  callsPerMonth: 2592000
  peakCallsPerSecond: 10
cells:
  use1a:
    account: "222222222222"
    region: us-east-1
    zones: [us-east-1a, us-east-1b, us-east-1c]
    network:
      cidr: 10.16.0.0/16
      flowLogRetentionDays: 365
    cluster:
      kubernetesVersion: "1.36"
      administrators: [arn:aws:iam::222222222222:role/admin]
      systemNodes: { instanceTypes: [m7g.large], min: 3, max: 6 }
  usw2a:
    region: us-west-2
    zones: [us-west-2a, us-west-2b, us-west-2c]
    network:
      cidr: 10.17.0.0/16
    cluster:
      kubernetesVersion: "1.36"
      administrators: [arn:aws:iam::111111111111:role/admin]
      systemNodes: { instanceTypes: [m7g.large], min: 3, max: 6 }
delivery:
  connection: arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000
  repository: bulkhead/platform
  services: { api: { repository: bulkhead/api, schema: true } }
`;

/** A valid tenant file. */
export function tenantFile(id: string, cell = 'use1a'): string {
  return `id: ${id}\nname: ${id} Ltd\ntier: enterprise\ncell: ${cell}\ncontact: oncall@${id}.example\n`;
}

/** Files by path below `config/environments`; undefined leaves a file of the valid config out. */
export type Files = Readonly<Record<string, string | Uint8Array | undefined>>;

const VALID: Files = {
  'prod/platform.yaml': PLATFORM,
  'prod/tenants/acme.yaml': tenantFile('acme'),
  'prod/tenants/globex.yaml': tenantFile('globex', 'usw2a'),
};

/** Runs `use` on a project that holds the valid config, changed by `files`. */
export function inProject<T>(files: Files, use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'bulkhead-config-'));
  try {
    for (const [path, content] of Object.entries({ ...VALID, ...files })) {
      if (content === undefined) continue;
      const file = join(root, 'config/environments', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Loads the valid config, changed by `files`. */
export function load(files: Files = {}, environment = 'prod', options: LoadOptions = {}) {
  return inProject(files, (root) => loadPlatform(root, environment, options));
}

/** The text a person sees for the valid config, changed by `files`; fails when that config loads. */
export function refusal(files: Files, environment = 'prod', options: LoadOptions = {}): string {
  return inProject(files, (root) => refusalIn(root, environment, options));
}

/** The text a person sees for the config in `root`; fails when that config loads. */
export function refusalIn(root: string, environment = 'prod', options: LoadOptions = {}): string {
  try {
    loadPlatform(root, environment, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the config was accepted');
}

/** platform.yaml with each first `from` replaced by its `to`; fails when a `from` is not there. */
export function platform(...replacements: readonly (readonly [from: string, to: string])[]): Files {
  return { 'prod/platform.yaml': replaced(PLATFORM, replacements) };
}

/** acme.yaml with each first `from` replaced by its `to`; fails when a `from` is not there. */
export function acme(...replacements: readonly (readonly [from: string, to: string])[]): Files {
  return { 'prod/tenants/acme.yaml': replaced(tenantFile('acme'), replacements) };
}

function replaced(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the fixture has no ${JSON.stringify(from)}`);
    return result.replace(from, () => to);
  }, text);
}
