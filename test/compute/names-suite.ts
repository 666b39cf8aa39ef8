import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import fc from 'fast-check';
import type { Platform } from '../../config/platform';
import { PLATFORM_USERS } from '../../constructs/cache/platform-users';
import { SELECTIVE } from '../../constructs/core/contract';
import { setPlacement } from '../../constructs/core/placement';
import { DedicatedDatabase } from '../../constructs/data/dedicated-database';
import { CacheStack } from '../../stacks/cache';
import type { PlatformStack } from '../../stacks/platform-stack';
import { TenantStack } from '../../stacks/tenant';
import { TIERS, TierStack } from '../../stacks/tier';
import { forgetTokens } from '../../synth/tokens';
import { OPTIONS } from '../data/fixture';
import { generatedObjects } from '../support/kubernetes-schemas';
import { type NamesOfKind, ownedNames, resourcePatterns } from '../support/owned-names';
import { SynthesizedStack } from '../support/synth';
import { FIXED, id, lookalikes, LONGEST, platformOf, type PLATFORMS, service } from './adversarial';

interface Owned {
  /** Whose names they are: a tenant, a tier, or a user of the cache. */
  readonly owner: string;
  readonly cell: string;
  readonly stack: SynthesizedStack;
  readonly kinds: readonly NamesOfKind[];
}

/** Of the random ids and names of services: the same in every run, so that what fails fails again. */
const SEED = 20261125;

export const aloneApp = () => Testing.app({ context: { [SELECTIVE]: true } });

/** Terraform JSON, without writing it. */
function jsonOf(stack: TerraformStack): SynthesizedStack {
  stack.prepareStack();
  const json = new SynthesizedStack(stack.toTerraform() as Record<string, unknown>);
  forgetTokens();
  return json;
}

export function owned(owner: string, cell: string, made: PlatformStack): Owned {
  const stack = jsonOf(made);
  const { backend } = stack.json['terraform'] as {
    readonly backend: { readonly s3: { readonly key: string } };
  };
  const custom = generatedObjects(made).map(({ kind, metadata }) => ({
    kind: `${kind} in ${metadata.namespace ?? 'cluster'}`,
    names: [metadata.name],
    max: 63,
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    ofCell: true as const,
  }));
  return {
    ...{ owner, cell, stack },
    kinds: [
      ...ownedNames(stack),
      ...custom,
      { kind: 'stack', names: [made.node.id], max: 255, pattern: /^[a-z0-9-]+$/ },
      // "Creating object key names", Amazon S3 User Guide.
      { kind: 'state', names: [backend.s3.key], max: 1024, pattern: /^[\w/.-]+$/ },
    ],
  };
}

/** Stacks of all owners, each in an app of its own. */
export function ownersOf(platform: Platform): Owned[] {
  return platform.cells.flatMap((cell) => [
    ...TIERS.map((tier) =>
      owned(`tier ${tier} of ${cell.id}`, cell.id, new TierStack(aloneApp(), { platform, cell, tier })),
    ),
    ...platform.tenants
      .filter((tenant) => tenant.cell === cell.id)
      .map((tenant) => owned(tenant.id, cell.id, new TenantStack(aloneApp(), { platform, cell, tenant }))),
  ]);
}

/** A database with a proxy, which a tenant may have too. */
function proxied(scope: TerraformStack, tenantId: string): void {
  new DedicatedDatabase(scope, `Database-${tenantId}`, {
    ...OPTIONS,
    ...{ tenantId, logins: ['bulkhead_x'], proxyConnectionPercent: 50 },
  });
}

/** A stack of databases with proxies, in the first cell of a platform. */
function databases({ name, environment, cells: [cell] }: Platform, ids: readonly string[]): SynthesizedStack {
  if (!cell) throw new Error('there is no cell');
  const { account, region } = cell;
  const stack = new TerraformStack(aloneApp(), 'databases');
  setPlacement(stack, { platform: name, environment, cell: cell.id, account, region });
  new AwsProvider(stack, 'aws', { region });
  for (const tenantId of ids) proxied(stack, tenantId);
  return jsonOf(stack);
}

/** Users and prefixes of the cache, each an owner: those of tiers are made in the cache's stack. */
const cacheUsers = (parts: readonly { readonly cell: string; readonly stack: SynthesizedStack }[]) =>
  parts.flatMap(({ cell, stack }) =>
    stack.resources('aws_elasticache_user').flatMap((user) => {
      const [, prefix] = / ~(\S+)\* /.exec(String(user['access_string'])) ?? [];
      return prefix === undefined ? [] : [{ cell, user: String(user['user_id']), prefix }];
    }),
  );

/** Names that are given twice, and names that their service refuses. */
function problemsOf(all: readonly Pick<Owned, 'owner' | 'cell' | 'kinds'>[]): string[] {
  const owners = new Map<string, string>();
  return all.flatMap(({ owner, cell, kinds }) =>
    kinds.flatMap(({ kind, names, max, pattern, ofCell }) =>
      names.flatMap((name) => {
        const key = `${ofCell ? cell : ''} ${kind} ${name}`;
        const other = owners.get(key);
        owners.set(key, owner);
        return [
          ...(other === undefined ? [] : [`${kind} ${name} is of ${other} and of ${owner}`]),
          ...(name.length <= max && pattern.test(name) ? [] : [`${kind} ${name} is refused`]),
        ];
      }),
    ),
  );
}

export const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

/** ARNs of what an owner has, or may have: its secrets, its parameters, its queues. */
export function belongings({ owner, cell, stack }: Owned, platform: Platform): string[] {
  const { account = '', region = '' } = platform.cells.find(({ id: each }) => each === cell) ?? {};
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const namespace = stack.only('kubernetes_namespace_v1')['metadata'].name as string;
  const path = `${platform.name}/${platform.environment}/${cell}`;
  const queue = `${platform.name}-${platform.environment}-${cell}-${namespace}_`;
  return [
    ...stack
      .resources('aws_secretsmanager_secret')
      .map(({ name }) => arn('secretsmanager', `secret:${String(name)}-AbCdEf`)),
    arn('secretsmanager', `secret:${path}/${namespace}/database-AbCdEf`),
    ...stack.resources('aws_ssm_parameter').map(({ name }) => arn('ssm', `parameter${String(name)}`)),
    arn('ssm', `parameter/${path}/${namespace}/flags`),
    ...['jobs', `${owner.split(' ')[0] ?? ''}_dead`].map((name) => arn('sqs', `${queue}${name}`)),
  ];
}

/** What roles of one owner may use of another's, by patterns as they are or changed. */
export function reached(
  all: readonly Owned[],
  platform: Platform,
  change: (pattern: string) => string = (same) => same,
): string[] {
  const things = all.map((each) => ({ owner: each.owner, arns: belongings(each, platform) }));
  return all.flatMap(({ owner, stack }) => {
    const namespace = stack.only('kubernetes_namespace_v1')['metadata'].name as string;
    const patterns = [...new Set(resourcePatterns(stack, namespace))].map(change);
    return things
      .filter((other) => other.owner !== owner)
      .flatMap(({ arns }) => arns.filter((arn) => patterns.some((pattern) => matches(pattern, arn))))
      .map((arn) => `${owner} uses ${arn}`);
  });
}

/** Names of adversarial tenants on platforms whose own names are of one kind each: short, long, ending as a shortened one does. */
export function describeNames(kinds: readonly (typeof PLATFORMS)[number][]): void {
  describe.each(kinds)('names of adversarial tenants on platform $name', (kind) => {
    const randomIds = fc.uniqueArray(id, { minLength: 6, maxLength: 6 });
    const twoServices = fc.uniqueArray(service, { minLength: 2, maxLength: 2 });

    it('differ between owners, are taken by their services, and are in nobody else’s patterns', () => {
      fc.assert(
        // A run builds thirty stacks, so one has many ids.
        fc.property(randomIds, twoServices, (ids, services) => {
          const platform = platformOf(kind, [...FIXED, ...lookalikes(kind)], ids, services);
          const owners = ownersOf(platform);
          expect(problemsOf(owners)).toEqual([]);
          expect(reached(owners, platform)).toEqual([]);

          const caches = platform.cells.map((cell) => ({
            cell: cell.id,
            stack: jsonOf(new CacheStack(aloneApp(), { platform, cell })),
          }));
          const users = cacheUsers([...owners, ...caches]);
          const perCell = TIERS.length * services.length + PLATFORM_USERS.length;
          expect(users).toHaveLength(platform.tenants.length + platform.cells.length * perCell);
          expect(new Set(users.map(({ user }) => user)).size).toBe(users.length);
          const begun = users.flatMap(({ cell, prefix }) =>
            users.filter((other) => other.cell === cell && other.prefix.startsWith(prefix)).slice(1),
          );
          expect(begun).toEqual([]);
        }),
        { numRuns: 1, endOnFailure: true, seed: SEED },
      );
    });

    it('differ between databases that have proxies', () => {
      const ids = ['acme', 'acme-reader', 'acme-reader-reader', 'acme-proxy', 'acme-database', LONGEST];
      const platform = platformOf(kind, [], [], ['api']);
      const kinds = ownedNames(databases(platform, ids));
      expect(problemsOf([{ owner: 'all', cell: 'one', kinds }])).toEqual([]);
    });
  });
}
