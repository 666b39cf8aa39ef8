/** One way in which something of one owner reaches, or could reach, what is another's. */
export interface Finding {
  /** Family of rules that found it: `iam`, `network-policy`. */
  readonly rule: string;
  /** Stack of who reaches: an owner's, or one of the platform. */
  readonly from: string;
  /** Stack of the owner that is reached, or words for whoever it may be: `a tenant that could come, such as acme-x`. */
  readonly to: string;
  /** Address and, of a policy, the statement: `use1a-tenant-acme:aws_iam_role_policy.X, statement OwnSecrets`. */
  readonly where: string;
  /** What is wrong. */
  readonly problem: string;
  /** What to change. */
  readonly fix: string;
}

/** A finding in one readable line. */
export const findingText = ({ where, from, to, problem, fix }: Finding): string =>
  `${where}: ${from} reaches ${to}: ${problem}. ${fix}`;
