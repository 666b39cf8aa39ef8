import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { outside, type Rule } from '../core/validation';

/** What all CodeBuild projects of delivery have in common, in the home account and in cells. */

/** Amazon Linux 2023 with Node 22 in it: "Docker images provided by CodeBuild" and "Available runtimes", AWS CodeBuild User Guide. */
export const BUILD_MACHINES = {
  arm64: { type: 'ARM_CONTAINER', image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0' },
  x86_64: { type: 'LINUX_CONTAINER', image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0' },
} as const;

/** Processor that a project runs on. */
export type Architecture = keyof typeof BUILD_MACHINES;

/** Longest run, in minutes. CodeBuild takes 36 hours, a CodeBuild action of CodePipeline 8: "Quotas in AWS CodePipeline". */
export const LONGEST_RUN = 480;

export const DESCRIPTION_RULE: Rule<{ readonly description: string }> = {
  fails: ({ description }) => outside(description.length, 1, 255),
  message: ({ description }) =>
    `description must have 1 to 255 characters, got ${String(description.length)}`,
};

export const BUILDSPEC_RULE: Rule<{ readonly buildspec: string }> = {
  fails: ({ buildspec }) => buildspec.includes('${'),
  message: () => 'buildspec must have no ${, which Terraform would evaluate: write $NAME',
};

/** Log group of a project: where CodeBuild itself would put it. */
export const projectLogGroup = (project: string): string => `/aws/codebuild/${project}`;

/** Variables of a project, in the order of their names. */
export const plainVariables = (environment: Readonly<Record<string, string>>) =>
  Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value, type: 'PLAINTEXT' }));

/** One log, and that one encrypted (CKV_AWS_311 looks at the other). */
export const logsTo = (groupName: string) => ({
  cloudwatchLogs: { status: 'ENABLED', groupName },
  s3Logs: { status: 'DISABLED' },
});

/** CodeBuild takes a role for one project alone: "Cross-service confused deputy prevention", AWS CodeBuild User Guide. */
export const trustOfProject = (account: string, projectArn: string): DataAwsIamPolicyDocumentStatement => ({
  sid: 'ThisProject',
  effect: 'Allow',
  principals: [{ type: 'Service', identifiers: ['codebuild.amazonaws.com'] }],
  actions: ['sts:AssumeRole'],
  condition: [
    { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
    { test: 'ArnEquals', variable: 'aws:SourceArn', values: [projectArn] },
  ],
});
