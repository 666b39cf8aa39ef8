import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';

/**
 * For the policy of a secret: refuses its value to everybody but pods of a namespace, whatever their roles allow them.
 *
 * @param namespace an owner's namespace: `tenant-acme`
 */
export const onlyPodsOf = (namespace: string): DataAwsIamPolicyDocumentStatement => ({
  // Denies, so everybody is meant; in a secret's policy `*` is this secret.
  sid: 'NobodyElse',
  effect: 'Deny',
  principals: [{ type: '*', identifiers: ['*'] }],
  actions: ['secretsmanager:GetSecretValue'],
  resources: ['*'],
  condition: [
    { test: 'StringNotEquals', variable: 'aws:PrincipalTag/kubernetes-namespace', values: [namespace] },
  ],
});

/**
 * For the policy of a secret: refuses its value to everybody but these roles, whatever others are allowed.
 *
 * @param roleArns ARNs, in which `*` stands for any characters
 */
export const onlyRoles = (roleArns: readonly string[]): DataAwsIamPolicyDocumentStatement => ({
  // As above.
  sid: 'NobodyElse',
  effect: 'Deny',
  principals: [{ type: '*', identifiers: ['*'] }],
  actions: ['secretsmanager:GetSecretValue'],
  resources: ['*'],
  condition: [{ test: 'ArnNotLike', variable: 'aws:PrincipalArn', values: [...roleArns] }],
});
