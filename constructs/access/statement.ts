/** A condition of a policy statement, in the words of `aws_iam_policy_document`. */
export interface Condition {
  /** Operator: `StringEquals`, `Null`, `ForAllValues:StringNotEquals`. */
  readonly test: string;
  /** Condition key: `aws:RequestedRegion`. */
  readonly variable: string;
  /** One of these must match; several conditions must all hold. */
  readonly values: readonly string[];
}

/** One statement of an identity policy, as data: it can be counted, split and tested before Terraform runs. */
export interface Statement {
  /** Letters and digits; unique within a role. */
  readonly sid: string;
  /** @default 'Allow' */
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** Literal ARNs or patterns, never tokens: their length counts. */
  readonly resources: readonly string[];
  /** @default - the statement always applies */
  readonly conditions?: readonly Condition[];

  /**
   * Whether what is kept there is what deployments put there, so that whoever looks for drift must read it. Nothing of a
   * customer's is.
   *
   * @default false
   */
  readonly isDeployed?: boolean;
}

/** The statements as IAM reads them. */
export function policyJson(statements: readonly Statement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ sid, effect, actions, resources, conditions = [] }) => ({
      Sid: sid,
      Effect: effect ?? 'Allow',
      Action: actions,
      Resource: resources,
      ...(conditions.length > 0 && { Condition: conditionBlock(conditions) }),
    })),
  });
}

function conditionBlock(conditions: readonly Condition[]): Record<string, Record<string, readonly string[]>> {
  const block: Record<string, Record<string, readonly string[]>> = {};
  for (const { test, variable, values } of conditions) block[test] = { ...block[test], [variable]: values };
  return block;
}

/**
 * Divides statements among as few policies as their order allows: each policy takes statements until the next no longer
 * fits. Allow and deny mean the same in whichever policy of a role they stand.
 *
 * @param limit longest policy in characters, white space not counted
 * @returns one list a policy; a statement too long for any policy stands alone
 */
export function packStatements(
  statements: readonly Statement[],
  limit: number,
): readonly (readonly Statement[])[] {
  const policies: Statement[][] = [];
  for (const statement of statements) {
    const last = policies.at(-1);
    if (last && policyJson([...last, statement]).length <= limit) last.push(statement);
    else policies.push([statement]);
  }
  return policies;
}
