import type { ResourceFact } from '../facts';
import { type Json, objectOf, textOf, textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { API_SCOPES, functionName, inputOf, MACHINE_SCOPE, TENANT_ATTRIBUTE } from '../identity';
import { type Owner, pathOfCell } from '../owners';
import { attribute, resourcesOf, type Stack } from '../stack';
import { isSyntheticOf, SYNTHETIC_TENANTS } from '../synthetic';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Functions: what stacks have them do for owners, and whom the platform's own let call them. */
export const functions: Rule = (scene) => {
  const { owner } = scene.stack;
  const called = resourcesOf(scene.stack, 'aws_lambda_invocation');
  return owner
    ? called.flatMap((call) => calls(scene, owner, call))
    : [
        ...called.flatMap((call) => calls(scene, syntheticOf(scene, call), call)),
        ...resourcesOf(scene.stack, 'aws_lambda_permission', 'aws_lambda_function_url').flatMap((each) =>
          admitted(scene, each),
        ),
      ];
};

/** For whom a stack has functions work: an owner, or in the identity stack a tenant that the platform itself is. */
type Beneficiary = Pick<Owner, 'kind' | 'id' | 'stack' | 'namespace' | 'place'>;

/** The synthetic tenant that a call of the identity stack is for. For others the platform's stacks call no function. */
function syntheticOf({ world, stack }: Scene, call: ResourceFact): Beneficiary {
  const id = textOf(inputOf(call)['tenantId']);
  const namespace = `tenant-${id}`;
  const known =
    isSyntheticOf(stack.place, namespace) && world.publisher(stack.place, 'identity') === stack.name;
  return {
    kind: 'tenant',
    id: known ? id : SYNTHETIC_TENANTS,
    namespace: known ? namespace : '',
    stack: stack.name,
    place: stack.place,
  };
}

/** What may be said to each function, by key: whether a value is about the owner alone. */
type Input = Readonly<Record<string, (value: Json, owner: Beneficiary) => boolean>>;

const anything = (): boolean => true;
const ownId = (value: Json, { id }: Beneficiary): boolean => value === id;

const INPUTS: Readonly<Record<'machine-client' | 'oidc-provider', Input>> = {
  'machine-client': {
    tenantId: ownId,
    secretArn: (value, { stack }) =>
      /^‹[^›]*:aws_secretsmanager_secret\.[\w-]+\.arn›$/.test(textOf(value)) &&
      textOf(value).startsWith(`‹${stack}:`),
    secretName: (value, { place, namespace }) =>
      textOf(value).startsWith(`${pathOfCell(place)}/${namespace}/`),
    scopes: (value, { namespace }) =>
      textsOf(value).every((scope) => [...API_SCOPES, `${namespace}/${MACHINE_SCOPE}`].includes(scope)),
    accessTokenMinutes: anything,
    rotation: anything,
  },
  'oidc-provider': {
    tenantId: ownId,
    issuer: anything,
    clientId: anything,
    attributeMapping: (value) =>
      Object.keys(objectOf(value)).every(
        (key) => key.toLowerCase() !== TENANT_ATTRIBUTE && !key.includes('‹'),
      ),
  },
};

function calls(scene: Scene, owner: Beneficiary, call: ResourceFact): readonly Finding[] {
  const { world, stack } = scene;
  const found = finder('function', stack);
  const name = attribute(call, 'function_name');
  const known = Object.entries(INPUTS).find(
    ([end]) => owner.kind === 'tenant' && name === functionName(stack, end as keyof typeof INPUTS),
  );
  if (!known) {
    return [
      found(
        call,
        EVERYBODY,
        `it calls ${name}, and nobody has checked for whom that works`,
        'Call the cell’s machine-client or oidc-provider only',
      ),
    ];
  }
  const [, keys] = known;
  const input = inputOf(call);
  const wrong = [
    ...Object.keys(input).filter((key) => keys[key]?.(input[key] ?? null, owner) !== true),
    ...(input['tenantId'] === undefined ? ['tenantId'] : []),
  ];
  return wrong.map((key) => {
    const value = input[key] ?? null;
    const [other] = world.ownersNamed(JSON.stringify(value), stack.place);
    return found(
      call,
      reached(scene, other, JSON.stringify(value)),
      `it asks for ${key} ${textsOf(value).join(', ') || 'that cannot be read'} (input)`,
      `Ask for tenant ${owner.id}, its own scope and its own secret only`,
    );
  });
}

/** Whom a value of an input names: by its references, or by an id of a tenant in it. */
function reached({ world, stack }: Scene, other: Owner | undefined, text: string): string {
  if (other && other.stack !== stack.name) return other.stack;
  const ids = text.match(/[a-z][a-z0-9-]*/g) ?? [];
  const named = ids.flatMap((id) => {
    const owner = world.complete
      ? (world.ownerOfNamespace(stack.place, `tenant-${id}`) ?? world.ownerOfNamespace(stack.place, id))
      : undefined;
    return owner && owner.stack !== stack.name ? [owner.stack] : [];
  });
  return named[0] ?? EVERYBODY;
}

/** Whoever may call a function has it do what its role may: a service of AWS, for one resource of the same stack. */
function admitted({ stack }: Scene, permission: ResourceFact): readonly Finding[] {
  const source = attribute(permission, 'source_arn');
  const service = /^[a-z-]+\.amazonaws\.com$/.test(attribute(permission, 'principal'));
  if (permission.type === 'aws_lambda_permission' && service && isOwnSource(stack, source)) return [];
  return [
    finder('function', stack)(
      permission,
      'whatever the function may do for owners',
      permission.type === 'aws_lambda_permission'
        ? `it lets ${attribute(permission, 'principal')} call ${attribute(permission, 'function_name')} for ${source || 'anything of anybody'} (source_arn)`
        : 'it lets the internet call a function',
      'Let a service of AWS call it, for one resource of the same stack (source_arn)',
      EVERYBODY,
    ),
  ];
}

const isOwnSource = ({ name, place }: Stack, source: string): boolean =>
  source.startsWith(`‹${name}:`) ||
  (new RegExp(`^arn:aws:[a-z-]+:[a-z0-9-]+:${place.account}:[^*?]+$`).test(source) && !source.includes('‹?'));
