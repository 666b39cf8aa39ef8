import type { PolicyStatementFact } from './facts';
import type { Owner } from './owners';
import { addressIn, attribute, policiesOf, resourcesOf, type Stack } from './stack';

/** An IAM role and who may take it. */
export interface Role {
  /** `use1a-tenant-acme:aws_iam_role.X`. */
  readonly address: string;
  readonly name: string;
  readonly account: string;
  readonly stack: string;
  readonly owner: Owner | undefined;
  /** Statements of its trust policy, or undefined if that cannot be read. */
  readonly trust: readonly PolicyStatementFact[] | undefined;
  /** What its sessions' tags are sure to be, because every way in demands it: `kubernetes-namespace` to `tenant-acme`. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Service by which EKS gives pods their roles. */
export const POD_IDENTITY = 'pods.eks.amazonaws.com';

/** The roles of a stack. */
export const rolesOf = (stack: Stack): readonly Role[] =>
  resourcesOf(stack, 'aws_iam_role').map((resource) => {
    const trusts = policiesOf(stack, resource.address, 'assume_role_policy');
    const trust = trusts[0]?.statements;
    return {
      address: addressIn(stack, resource),
      name: attribute(resource, 'name'),
      account: stack.place.account,
      stack: stack.name,
      owner: stack.owner,
      trust,
      // Of an owner's role, `references/trust.ts` tells of everybody else that may take it.
      tags: sureTags(stack.owner ? (trust ?? []).filter(trustsPods) : (trust ?? [])),
    };
  });

/** Whether a statement of a trust policy is about pods. */
export const trustsPods = ({ principals }: PolicyStatementFact): boolean =>
  principals.some(({ identifiers }) => identifiers.includes(POD_IDENTITY));

/** Whether pods may take a role. */
export const isForPods = ({ trust }: Role): boolean => trust?.some(trustsPods) === true;

/** Whether nodes alone may take a role. */
export const isForNodes = (role: Role | undefined): boolean =>
  role?.trust?.every(
    ({ allow, principals, notPrincipals }) =>
      !allow ||
      (notPrincipals.length === 0 &&
        principals.every(({ identifiers }) => identifiers.every((each) => each === 'ec2.amazonaws.com'))),
  ) === true;

/** Tags that every statement of a trust policy demands with the same single value. */
function sureTags(trust: readonly PolicyStatementFact[]): Record<string, string> {
  const demanded = trust.filter(({ allow }) => allow).map(demandedTags);
  const [first = {}, ...others] = demanded;
  return Object.fromEntries(
    Object.entries(first).filter(([tag, value]) => others.every((tags) => tags[tag] === value)),
  );
}

/** Session tags that a statement demands exactly: `StringEquals` on one value without wildcards. */
export function demandedTags({ conditions }: PolicyStatementFact): Record<string, string> {
  return Object.fromEntries(
    conditions.flatMap(({ test, variable, values }) => {
      const tag = /^aws:RequestTag\/(.+)$/i.exec(variable)?.[1];
      const [value, ...more] = values;
      // ForAllValues and IfExists let a request without the tag pass.
      const exact = /^StringEquals$/i.test(test) && value !== undefined && more.length === 0;
      return tag !== undefined && exact ? [[tag, value]] : [];
    }),
  );
}
