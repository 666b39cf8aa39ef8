import type { PolicyStatementFact, StackPlace } from './facts';
import { SHARED } from '../../constructs/core/tags';

/** What conditions make of a statement's resources, as far as they are understood. Others are taken to let everything pass. */
export interface Narrowing {
  /** Patterns that the resources must match besides, and the service whose they are. */
  readonly patterns?: { readonly service: string; readonly values: readonly string[] };
  /** Tag that the resource must carry, with one value. */
  readonly tag?: { readonly name: 'tenant' | 'tier'; readonly value: string };
}

/** Operators that hold only if the key is there and has one of the values. */
const DEMANDS = /^(StringEquals|StringLike|ArnEquals|ArnLike)$/i;

/**
 * Contexts that services put on what they encrypt: who may decrypt only with such a context reads only what these names
 * name. Source: "Encryption context" of each service, AWS KMS Developer Guide.
 */
const CONTEXTS: Readonly<Record<string, string>> = {
  'kms:encryptioncontext:secretarn': 'secretsmanager',
  'kms:encryptioncontext:parameter_arn': 'ssm',
  'kms:encryptioncontext:aws:sqs:arn': 'sqs',
  'kms:encryptioncontext:aws:logs:arn': 'logs',
};

/** What AWS itself knows of a key by other names than its ARN, each as the ARN of what has that name. */
const NAMES: Readonly<
  Record<string, (name: string, place: StackPlace) => readonly [service: string, arn: string]>
> = {
  'kms:resourcealiases': (alias, { region, account }) => ['kms', `arn:aws:kms:${region}:${account}:${alias}`],
  'kms:encryptioncontext:aws:dynamodb:tablename': (table) => [
    'dynamodb',
    `arn:aws:dynamodb:*:*:table/${table}`,
  ],
};

/** A key may have several aliases, so that conditions on them ask for any. */
const OF_ALIASES = /^ForAnyValue:(StringEquals|StringLike)$/i;

/** How a statement's conditions narrow it, in a stack of this place. */
export function narrowingOf({ conditions }: PolicyStatementFact, place: StackPlace): Narrowing {
  let narrowing: Narrowing = {};
  for (const { test, variable, values } of conditions) {
    const key = variable.toLowerCase();
    const demands = key === 'kms:resourcealiases' ? OF_ALIASES : DEMANDS;
    if (!demands.test(test) || values.length === 0) continue;
    const service = CONTEXTS[key];
    if (service !== undefined) narrowing = { ...narrowing, patterns: { service, values } };
    const named = NAMES[key];
    const [first, ...others] = named ? values.map((name) => named(name, place)) : [];
    if (first) {
      const arns = [first, ...others].map(([, arn]) => arn);
      narrowing = { ...narrowing, patterns: { service: first[0], values: arns } };
    }
    const tag = /^aws:ResourceTag\/(tenant|tier)$/i.exec(variable)?.[1]?.toLowerCase();
    const [value = '', ...more] = values;
    const exact = more.length === 0 && !/[*?$]/.test(value);
    if ((tag === 'tenant' || tag === 'tier') && exact)
      narrowing = { ...narrowing, tag: { name: tag, value } };
  }
  return narrowing;
}

/** Whether a tag's value keeps out everything of owners: theirs carry their tier. */
export const isSharedOnly = ({ tag }: Narrowing): boolean => tag?.name === 'tier' && tag.value === SHARED;

/** Whether a statement demands that who asks belongs to an account: others put on their roles whatever tags they like. */
export const demandsAccount = ({ conditions, principals }: PolicyStatementFact, account: string): boolean =>
  conditions.some(
    ({ test, variable, values }) =>
      /^StringEquals$/i.test(test) &&
      /^aws:PrincipalAccount$/i.test(variable) &&
      values.length === 1 &&
      values[0] === account,
  ) ||
  (principals.length > 0 &&
    principals.every(
      ({ type, identifiers }) =>
        type === 'AWS' && identifiers.every((identifier) => accountOf(identifier) === account),
    ));

/** Roles that a statement demands who asks to be, by their exact ARNs; nothing if it demands none, or a pattern. */
export const demandedRoles = ({ conditions }: PolicyStatementFact): readonly string[] =>
  conditions
    .filter(
      ({ test, variable, values }) =>
        /^(StringEquals|ArnEquals)$/i.test(test) &&
        /^aws:PrincipalArn$/i.test(variable) &&
        values.every((value) => /^arn:aws[\w-]*:iam::\d{12}:role\/[^*?$]+$/.test(value)),
    )
    .flatMap(({ values }) => values);

/** Roles that a statement demands who asks to be one of, by ARNs of which some end in `-*`; nothing if it demands none. */
export const demandedRolePatterns = ({ conditions }: PolicyStatementFact): readonly string[] =>
  conditions
    .filter(
      ({ test, variable, values }) =>
        /^(StringLike|ArnLike)$/i.test(test) &&
        /^aws:PrincipalArn$/i.test(variable) &&
        values.every((value) => /^arn:aws[\w-]*:iam::\d{12}:role\/[^*?$]+(-\*)?$/.test(value)),
    )
    .flatMap(({ values }) => values);

/** Who may ask: of a whole account, those of its roles that a condition names, if it does. */
export function asked(
  statement: PolicyStatementFact,
  identifiers: readonly string[],
  roles: readonly string[] = demandedRoles(statement),
): readonly string[] {
  return identifiers.flatMap((identifier) => {
    const account = WHOLE_ACCOUNT.exec(identifier)?.[1];
    const named = roles.filter((role) => accountOf(role) === account);
    return account !== undefined && named.length > 0 ? named : [identifier];
  });
}

/** A principal that stands for all of an account. */
export const WHOLE_ACCOUNT = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/;

/** Account of a principal: of its ARN, or the account itself; empty for everybody. */
export const accountOf = (identifier: string): string =>
  /^(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(identifier)?.[1] ?? '';

/** Whether a statement demands that who asks comes from pods of one namespace. */
export const demandsNamespace = ({ conditions }: PolicyStatementFact, namespace: string): boolean =>
  conditions.some(
    ({ test, variable, values }) =>
      /^StringEquals$/i.test(test) &&
      /^aws:PrincipalTag\/kubernetes-namespace$/i.test(variable) &&
      values.length === 1 &&
      values[0] === namespace,
  );
