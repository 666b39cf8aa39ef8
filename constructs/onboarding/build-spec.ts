import type { Placement } from '../core/placement';
import { OUTCOME, STEPS } from './definition';
import { onboarderRoleArn, onboardingProjectName, starterRoleArn } from './names';

/**
 * What the projects run: the `bulkhead` command, of the version of this repository that is deployed everywhere.
 *
 * In JSON, which is YAML too. No `${`, which Terraform would take for its own. What a request says stands in variables, always
 * in quotes, and gets to the command in a file: no shell ever reads it.
 */

export interface Source {
  /** Connection of the home account to where the repository is. */
  readonly connectionArn: string;
  /** Owner and name of this platform's own repository, and its branch. */
  readonly repository: string;
  readonly branch: string;
  readonly environment: string;
}

/**
 * Where git reaches a repository through a connection, whichever provider it is of: "Connect to Git repositories with AWS
 * CodeConnections", Amazon EKS User Guide.
 */
export function remoteOf({
  connectionArn,
  repository,
}: Pick<Source, 'connectionArn' | 'repository'>): string {
  const [, , service = '', region = '', account = '', connection = ''] = connectionArn.split(':');
  const id = connection.split('/').at(-1) ?? '';
  return `https://${service}.${region}.amazonaws.com/git-http/${account}/${region}/${id}/${repository}.git`;
}

/** A text as one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The deployed version, with the tenants that the branch has by now. */
export const checkOut = (source: Source): readonly string[] => {
  const tenants = `config/environments/${source.environment}/tenants`;
  return [
    `if [ "$COMMIT" = none ]; then echo "the platform's own pipeline has not deployed any version everywhere yet: that one would be run" >&2; exit 1; fi`,
    // Signs requests with the role's credentials.
    "git config --global credential.helper '!aws codecommit credential-helper $@'",
    'git config --global credential.UseHttpPath true',
    'git init --quiet platform',
    'cd platform',
    `git remote add origin ${quoted(remoteOf(source))}`,
    `git fetch --quiet origin ${quoted(source.branch)}`,
    'git merge-base --is-ancestor "$COMMIT" FETCH_HEAD',
    'git checkout --quiet --detach "$COMMIT"',
    `rm -rf ${tenants}`,
    `if git cat-file -e FETCH_HEAD:${tenants} 2> /dev/null; then git checkout --quiet FETCH_HEAD -- ${tenants}; fi`,
    // By the lock file's checksums, and without a package's own programs.
    'npm ci --omit=dev --ignore-scripts --no-audit --no-fund',
  ];
};

/** Longest texts in what is told, in characters: an event has room for 256 KiB, and people for less. */
const LONGEST = 600;

/**
 * What the command has said, line by line in JSON, and its exit code, as one object. Exit codes and events are those of
 * `cli/tenant/common.ts` and `lifecycle/events.ts`.
 */
export const OUTCOME_FILTER = [
  `def short: if type == "string" and length > ${String(LONGEST)} then .[:${String(LONGEST)}] + "…" else . end;`,
  'def list: if type == "array" then [.[] | strings | short][:10] else null end;',
  '[inputs | fromjson? | objects] as $lines',
  '| ([$lines[] | select(.type == "failed" or .type == "error")] | last) as $bad',
  '| ([$lines[] | select(.type == "waiting")] | last) as $waiting',
  // Names and addresses that the tenant needs. Who it is, whoever asked knows.
  '| ([$lines[] | select(has("type") | not) | del(.name, .contact, .file)] | last) as $result',
  '| {',
  'outcome: ({"0": "done", "2": "refused", "3": "refused", "4": "waiting"}[$code] // "failed"),',
  'cell: ([$lines[] | .. | objects | .cell | strings] | last),',
  'phase: ($bad.phase // $waiting.phase),',
  'reason: (($bad.message // $waiting.text) | short),',
  'exists: ($bad.exists | list), missing: ($bad.missing | list), next: (($bad.next // $waiting.next) | list),',
  'result: (if ($result | tojson | length) < 4000 then $result else null end)',
  '} | with_entries(select(.value != null))',
].join(' ');

/** Runs the command, and tells what it came to. It fails only if that cannot be told. */
const runCommand = (environment: string, flags: string): readonly string[] => [
  `printf '%s' "$REQUEST" > "$WORK/request.json"`,
  'CODE=0',
  `node bin/bulkhead.js tenant onboard "$TENANT" --env ${environment} --from "$WORK/request.json" --key "$REQUEST_ID" --push --yes --json${flags} > "$WORK/events.jsonl" || CODE=$?`,
  `${OUTCOME}=$(jq -Rnc --arg code "$CODE" ${quoted(OUTCOME_FILTER)} "$WORK/events.jsonl")`,
  `export ${OUTCOME}`,
  // Reasons may quote what was asked for, and the log has no personal data: they are in the variable, and in the event.
  `printf '%s\\n' "$${OUTCOME}" | jq -c '{outcome, cell, phase}'`,
];

const spec = (commands: readonly string[]): string =>
  JSON.stringify({
    version: 0.2,
    env: { shell: 'bash', 'exported-variables': [OUTCOME] },
    phases: {
      install: { 'runtime-versions': { nodejs: 22 }, 'on-failure': 'ABORT' },
      // One command, for `set -e` holds in one only.
      build: {
        'on-failure': 'ABORT',
        commands: [['set -euo pipefail', 'WORK=$PWD', ...commands].join('\n')],
      },
    },
  });

/** Variables that the home account's project sets for a cell's, and no others. */
export const CELL_VARIABLES = ['REQUEST', 'REQUEST_ID', 'TENANT', 'COMMIT'] as const;

/** How often it is looked whether the cell's build has ended, in seconds. */
const LOOK_SECONDS = 15;

/**
 * Starts the cell's project and waits for it, at home: a state machine reaches no other region ("Accessing resources in other AWS
 * accounts in your workflows", AWS Step Functions Developer Guide), and cells are in several.
 */
const provision = (cells: readonly Placement[]): readonly string[] => [
  'case "$CELL" in',
  ...cells.map(
    (cell) =>
      `${cell.cell ?? ''}) ROLE=${starterRoleArn(cell)}; REGION=${cell.region}; PROJECT=${onboardingProjectName(cell)} ;;`,
  ),
  '*) echo "no such cell: $CELL" >&2; exit 1 ;;',
  'esac',
  `printf '[profile cell]\\nrole_arn = %s\\ncredential_source = EcsContainer\\nregion = %s\\n' "$ROLE" "$REGION" > "$WORK/aws-config"`,
  'export AWS_CONFIG_FILE="$WORK/aws-config" AWS_PROFILE=cell AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10',
  `jq -n '[env | {${CELL_VARIABLES.join(', ')}} | to_entries[] | {name: .key, value: .value, type: "PLAINTEXT"}]' > "$WORK/variables.json"`,
  'BUILD=$(aws codebuild start-build --project-name "$PROJECT" --environment-variables-override "file://$WORK/variables.json" --query build.id --output text)',
  'echo "$CELL: build $BUILD"',
  'COMPLETE=false',
  'while [ "$COMPLETE" != true ]; do',
  `  sleep ${String(LOOK_SECONDS)}`,
  '  aws codebuild batch-get-builds --ids "$BUILD" --query \'builds[0]\' --output json > "$WORK/build.json"',
  '  COMPLETE=$(jq -r .buildComplete "$WORK/build.json")',
  'done',
  `${OUTCOME}=$(jq -r '[.exportedEnvironmentVariables[]? | select(.name == "${OUTCOME}") | .value][0] // empty' "$WORK/build.json")`,
  `export ${OUTCOME}`,
  `if [ -z "$${OUTCOME}" ]; then echo "$CELL: build $BUILD ended as $(jq -r .buildStatus "$WORK/build.json") and says nothing" >&2; exit 1; fi`,
];

/** Of the home account: places a tenant, has a cell provision it, or takes back what was begun. */
export const homeSpec = (source: Source, cells: readonly Placement[]): string =>
  spec([
    `if [ "$STEP" = ${STEPS.provision} ]; then`,
    ...provision(cells),
    'else',
    ...checkOut(source),
    `if [ "$STEP" = ${STEPS.undo} ]; then`,
    ...runCommand(source.environment, ' --undo'),
    'else',
    // Pooled tenants are served after this. A dedicated one is on the branch, and waits for its cell.
    ...runCommand(source.environment, ' --until publish'),
    'fi',
    'fi',
  ]);

/**
 * Of a cell: goes on where the home account stopped, in the cell's VPC, as a role of the home account.
 *
 * @param installTerraform commands that do so
 */
export const cellSpec = (
  source: Source,
  {
    home,
    cell,
    installTerraform,
  }: { readonly home: Placement; readonly cell: Placement; readonly installTerraform: readonly string[] },
): string =>
  spec([
    `printf '[profile onboarder]\\nrole_arn = %s\\ncredential_source = EcsContainer\\nregion = %s\\n' ${onboarderRoleArn(home, cell)} ${home.region} > "$WORK/aws-config"`,
    // All that the command starts finds the same: git, Terraform, kubectl's tokens. It renews itself, for a session lasts an hour.
    'export AWS_CONFIG_FILE="$WORK/aws-config" AWS_PROFILE=onboarder',
    ...installTerraform,
    ...checkOut(source),
    ...runCommand(source.environment, ''),
  ]);
