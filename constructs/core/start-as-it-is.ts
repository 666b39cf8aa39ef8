import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';

/**
 * That a project is started with its own commands and image, and no variables but these: who starts it could otherwise run what he
 * likes as the project's role. "AWS CodeBuild condition keys", AWS CodeBuild User Guide.
 */
export const asItIs = (
  variables: readonly string[],
): readonly { readonly test: string; readonly variable: string; readonly values: readonly string[] }[] => [
  ...['codebuild:environment.image', 'codebuild:source.buildspec'].map((variable) => ({
    test: 'Null',
    variable,
    values: ['true'],
  })),
  {
    test: 'ForAllValues:StringEquals',
    variable: 'codebuild:environment.environmentVariables.name',
    values: variables,
  },
];

/** Starting a project {@link asItIs}, as a statement of a role that Terraform makes. */
export const startAsItIs = (
  projectArn: string,
  variables: readonly string[],
): DataAwsIamPolicyDocumentStatement => ({
  sid: 'StartAsItIs',
  effect: 'Allow',
  actions: ['codebuild:StartBuild'],
  resources: [projectArn],
  condition: asItIs(variables).map(({ values, ...condition }) => ({ ...condition, values: [...values] })),
});
