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
