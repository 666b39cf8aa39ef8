import { deployerOf, isLeaving } from '../deployment';
import type { Finding } from '../finding';
import type { Owner } from '../owners';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** As whom a stack is deployed, into which cluster, where its state is kept, and what its tags say. */
export const deployment: Rule = (scene) => {
  const { owner } = scene.stack;
  const own = owner ? [...state(scene, owner), ...roles(scene, owner), ...logins(scene, owner)] : [];
  return [...own, ...tags(scene)];
};

/** The state is the stack's own. */
function state({ stack }: Scene, owner: Owner): readonly Finding[] {
  const { key } = stack.state;
  const file = key.split('/').at(-1) ?? '';
  if (key === '' || file === `${owner.stack}.tfstate`) return [];
  return [
    finder('state', stack)(
      'terraform.backend',
      file.replace(/\.tfstate$/, ''),
      `its state is ${key}`,
      `Keep it in ${owner.stack}.tfstate`,
    ),
  ];
}

/** One provider of AWS, and it takes the role that may touch owners of this kind only; an administrator's when one leaves. */
function roles({ stack }: Scene, owner: Owner): readonly Finding[] {
  const found = finder('deployment', stack);
  const deployer = deployerOf(owner);
  const fix = `Deploy it with one provider, as ${deployer}`;
  const strange = isLeaving(stack) ? [] : stack.providers.filter(({ role }) => role !== deployer);
  return [
    ...strange.map(({ role }) =>
      found(
        'provider.aws',
        EVERYBODY,
        `it is deployed as ${role === '' ? 'whoever runs Terraform' : role}`,
        fix,
      ),
    ),
    ...stack.providers
      .filter(({ others }) => others.length > 0)
      .map(({ others }) =>
        found('provider.aws', EVERYBODY, `a provider works as its ${others.join(', ')} say`, fix),
      ),
    ...(stack.providers.length === 1
      ? []
      : [found('provider.aws', EVERYBODY, `it has ${stack.providers.length} providers of AWS`, fix)]),
  ];
}

/** Objects of Kubernetes go into the cell's own cluster, by the same deployer. */
function logins({ world, stack }: Scene, owner: Owner): readonly Finding[] {
  const deployer = deployerOf(owner);
  const leaving = isLeaving(stack);
  return stack.logins.flatMap(({ address, host, cluster, role }) => {
    const found = finder('deployment', stack);
    const [name, endpoint] = ['name', 'endpoint'].map((field) => world.field(owner.place, 'cluster', field));
    const elsewhere = world.text(cluster) !== name || world.text(host) !== endpoint;
    return [
      ...(elsewhere
        ? [
            found(
              address,
              EVERYBODY,
              `its objects go into the cluster ${cluster} at ${host}`,
              'Use name and endpoint of the contract of the cell’s cluster',
            ),
          ]
        : []),
      ...((leaving ? role.includes('-deploy-') : role !== deployer)
        ? [found(address, EVERYBODY, `it logs in to the cluster as ${role}`, `Log in as ${deployer}`)]
        : []),
    ];
  });
}

/** Tags that reports, policies and the boundary go by. Of the platform's stacks the cell's only. */
function tags({ stack }: Scene): readonly Finding[] {
  const { owner, place } = stack;
  const found = finder('tag', stack);
  const own = {
    ...(owner && { tenant: owner.kind === 'tenant' ? owner.id : 'shared', tier: owner.tier }),
    cell: place.cell === '' ? 'shared' : place.cell,
  };
  const carried = [
    ...stack.providers.map((provider) => ['provider.aws', provider.tags, true] as const),
    ...(owner ? stack.resources : []).map(({ address, values }) => [address, values['tags'], false] as const),
  ];
  return carried.flatMap(([at, found_, all]) =>
    Object.entries(own).flatMap(([key, value]): readonly Finding[] => {
      const tag =
        typeof found_ === 'object' && found_ !== null
          ? (found_ as Readonly<Record<string, unknown>>)[key]
          : undefined;
      if (tag === value || (tag === undefined && !all)) return [];
      const what = typeof tag === 'string' ? tag : '(none)';
      return [
        found(
          at,
          key === 'tenant' ? `tenant ${what}` : `${key} ${what}`,
          `its tag ${key} is ${what}`,
          `Tag it ${key}: ${value}`,
        ),
      ];
    }),
  );
}
