import type { PolicyStatementFact } from './facts';
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

/** How a statement's conditions narrow it. */
export function narrowingOf({ conditions }: PolicyStatementFact): Narrowing {
  let narrowing: Narrowing = {};
  for (const { test, variable, values } of conditions) {
    if (!DEMANDS.test(test) || values.length === 0) continue;
    const service = CONTEXTS[variable.toLowerCase()];
    if (service !== undefined) narrowing = { ...narrowing, patterns: { service, values } };
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
