import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import type { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import type { Statement } from './statement';

/** Statements as a policy document, in one line: IAM's limits then count nothing but content. */
export function policyDocument(
  scope: Construct,
  id: string,
  statements: readonly Statement[],
  provider?: TerraformProvider,
): string {
  const document = new DataAwsIamPolicyDocument(scope, id, {
    ...(provider && { provider }),
    statement: statements.map(({ sid, effect, actions, resources, conditions = [] }) => ({
      sid,
      effect: effect ?? 'Allow',
      actions: [...actions],
      resources: [...resources],
      condition: conditions.map(({ test, variable, values }) => ({ test, variable, values: [...values] })),
    })),
  });
  return document.minifiedJson;
}

/** Trust of a role that exactly the named roles may assume. */
export function trustDocument(
  scope: Construct,
  id: string,
  trustedRoleArns: readonly string[],
  provider?: TerraformProvider,
): string {
  const document = new DataAwsIamPolicyDocument(scope, id, {
    ...(provider && { provider }),
    statement: [
      {
        sid: 'Deployers',
        // Not sts:TagSession or sts:SetSourceIdentity: nobody needs to carry tags into the session.
        actions: ['sts:AssumeRole'],
        principals: [{ type: 'AWS', identifiers: [...trustedRoleArns] }],
      },
    ],
  });
  return document.minifiedJson;
}
