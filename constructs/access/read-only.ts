import type { Statement } from './statement';

/** Verbs of actions that only look. */
const LOOKS = /^[a-z0-9-]+:(BatchGet|Describe|Get|List|Lookup|Search|View)/;

/** Actions that look at what customers or programs keep, and not at how it is kept. Terraform needs none of them to plan. */
const LOOKS_INTO = [
  /^athena:GetQueryResults/,
  /^codebuild:BatchGetBuilds$/,
  /^dynamodb:(BatchGetItem|GetItem|GetRecords|GetShardIterator)$/,
  /^ecr:(BatchGetImage|GetAuthorizationToken|GetDownloadUrlForLayer)$/,
  /^kinesis:Get(Records|ShardIterator)/,
  /^logs:(GetLogEvents|GetLogRecord|GetQueryResults)/,
  /^s3:(GetObject(?!Tagging)|ListBucketVersions)/,
  /^secretsmanager:(BatchGetSecretValue|GetSecretValue|GetRandomPassword)/,
];

const isLook = (action: string): boolean =>
  LOOKS.test(action) && !LOOKS_INTO.some((pattern) => pattern.test(action));

/**
 * What of a deployer's statements only looks: enough to plan what the deployer deploys, too little to change any of it, or to
 * read what it holds but for what deployments themselves put there. Refusals stay whole.
 */
export function readOnly(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement) => {
    if (statement.effect === 'Deny') return [statement];
    const actions = statement.actions.filter(statement.isDeployed ? (action) => LOOKS.test(action) : isLook);
    return actions.length > 0 ? [{ ...statement, actions }] : [];
  });
}
