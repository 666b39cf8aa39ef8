import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';

/**
 * Starting a project with its own commands and image, and no variables but these: who starts it could otherwise run what he likes
 * as the project's role. "AWS CodeBuild condition keys", AWS CodeBuild User Guide.
 */
export const startAsItIs = (
  projectArn: string,
  variables: readonly string[],
): DataAwsIamPolicyDocumentStatement => ({
  sid: 'StartAsItIs',
  effect: 'Allow',
  actions: ['codebuild:StartBuild'],
  resources: [projectArn],
  condition: [
    ...['codebuild:environment.image', 'codebuild:source.buildspec'].map((variable) => ({
      test: 'Null',
      variable,
      values: ['true'],
    })),
    {
      test: 'ForAllValues:StringEquals',
      variable: 'codebuild:environment.environmentVariables.name',
      values: [...variables],
    },
  ],
});
