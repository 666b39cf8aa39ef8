import type { Placement } from '../core/placement';
import { operatorRoleArn } from './names';

/** The one variable that is set by who starts the project: a JSON list of the words that stand after `bulkhead tenant`. */
export const ARGUMENTS = 'ARGUMENTS';

/**
 * What the project does. Not `offboard`, which takes the words of two people, while the project speaks for nobody in particular;
 * nor `onboard`, which has a project of its own; nor what needs the registry alone, which anybody runs where he is.
 */
export const OPERATIONS_COMMANDS = ['move', 'revoke', 'suspend'] as const;

/** A list of texts without control characters whose first is one of the commands, and that names no other environment. */
const ALLOWED = [
  `type == "array" and length > 1 and length < 20 and all(.[]; type == "string" and length < 200 and (test("[[:cntrl:]]") | not))`,
  `and (.[0] as $command | ${JSON.stringify(OPERATIONS_COMMANDS)} | any(. == $command))`,
  `and all(.[]; (startswith("--env") or startswith("--rehearse")) | not)`,
].join(' ');

export interface OperationsSpecProps {
  readonly environment: string;
  readonly home: Placement;
  readonly cell: Placement;
  /** Pipeline of the home account that deploys the platform: the version of its last success is run. */
  readonly pipelineName: string;
  /** Commands that check out the commit in the variable `COMMIT`, of this platform's repository, with what it needs. */
  readonly checkOut: readonly string[];
}

/**
 * Of a cell: runs one command of `bulkhead tenant`, of the version of this repository that is deployed everywhere, in the cell's
 * VPC. It acts as a role of the home account, and takes the cell's role for tenants' data from there. In JSON, which is YAML too.
 * No `${`, which Terraform would take for its own.
 */
export const operationsSpec = ({
  environment,
  home,
  cell,
  pipelineName,
  checkOut,
}: OperationsSpecProps): string =>
  JSON.stringify({
    version: 0.2,
    env: { shell: 'bash' },
    phases: {
      install: { 'runtime-versions': { nodejs: 22 }, 'on-failure': 'ABORT' },
      // One command, for `set -e` holds in one only.
      build: {
        'on-failure': 'ABORT',
        commands: [
          [
            'set -euo pipefail',
            'WORK=$PWD',
            `if ! printf '%s' "$${ARGUMENTS}" | jq -en '[inputs] | length == 1 and (.[0] | ${ALLOWED})' > /dev/null; then echo '${ARGUMENTS} must be a JSON list of what stands after "bulkhead tenant": ${OPERATIONS_COMMANDS.join(', ')}, without --env' >&2; exit 2; fi`,
            `printf '[profile operator]\\nrole_arn = %s\\ncredential_source = EcsContainer\\nregion = %s\\n' ${operatorRoleArn(home, cell)} ${home.region} > "$WORK/aws-config"`,
            // All that the command starts finds the same. It renews itself, for a session lasts an hour.
            'export AWS_CONFIG_FILE="$WORK/aws-config" AWS_PROFILE=operator',
            // Newest first: "ListPipelineExecutions", AWS CodePipeline API Reference.
            `COMMIT=$(aws codepipeline list-pipeline-executions --pipeline-name ${pipelineName} --max-items 50 --output json | jq -r '[.pipelineExecutionSummaries[] | select(.status == "Succeeded") | .sourceRevisions[0].revisionId // empty][0] // "none"')`,
            ...checkOut,
            // Words go to the command one by one: no shell reads them.
            `printf '%s' "$${ARGUMENTS}" | jq -j '(. + ["--env", "${environment}", "--yes"])[] + "\\u0000"' | xargs -0 node bin/bulkhead.js tenant`,
          ].join('\n'),
        ],
      },
    },
  });
