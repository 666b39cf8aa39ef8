import type { Placement } from '../core/placement';
import {
  artifactBucketName,
  PLATFORM_ARTIFACT,
  PROGRAM_VARIABLE,
  programKey,
  REPORT_ARTIFACT,
} from './names';

/**
 * What the projects of the infrastructure's own pipeline run. The first runs what a change says; all others run the program
 * that was deployed before it, on the change's output only (ADR 0027).
 *
 * In JSON, which is YAML too. No `${`, which Terraform would take for its own.
 */

/** Terraform for x86-64 Linux, and the SHA-256 of its archive: the release's own list of checksums, `SHA256SUMS`. */
export const TERRAFORM = {
  version: '1.11.4',
  sha256: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
} as const;

/** Outside of every artifact, so that nothing in one can be taken for the program. */
const FOLDER = '/opt/bulkhead';
const PROGRAM = `${FOLDER}/index.js`;

/** Variables of the review that the pipeline decides by, and shows. */
export const REVIEW_VARIABLES = ['RISK', 'SUMMARY'] as const;

/** Variables that actions set, and no others. */
export const INFRASTRUCTURE_VARIABLES = [
  'STEP',
  PROGRAM_VARIABLE,
  'CELL',
  'STACKS',
  'CHANGES',
  'DEPLOYED',
  'ALARMS',
  'MINUTES',
] as const;

export const installTerraform: readonly string[] = [
  `curl --fail --silent --show-error --location --output /tmp/terraform.zip https://releases.hashicorp.com/terraform/${TERRAFORM.version}/terraform_${TERRAFORM.version}_linux_amd64.zip`,
  `echo "${TERRAFORM.sha256}  /tmp/terraform.zip" | sha256sum --check --status`,
  'unzip -qo /tmp/terraform.zip terraform -d /usr/local/bin',
];

const fetchProgram = (home: Placement, region: string): readonly string[] => [
  // It becomes a part of a path.
  `expr "$${PROGRAM_VARIABLE}" : '[0-9a-f]\\{64\\}$' > /dev/null`,
  `mkdir -p ${FOLDER}`,
  `aws s3 cp --only-show-errors "s3://${artifactBucketName(home, region)}/${programKey(`$${PROGRAM_VARIABLE}`)}" ${PROGRAM}`,
  `echo "$${PROGRAM_VARIABLE}  ${PROGRAM}" | sha256sum --check --status`,
];

interface Spec {
  readonly commands: readonly string[];
  readonly exported?: readonly string[];
  readonly artifacts?: { readonly 'base-directory': string; readonly files: readonly string[] };
}

const spec = ({ commands, exported, artifacts }: Spec): string =>
  JSON.stringify({
    version: 0.2,
    env: { shell: 'bash', ...(exported && { 'exported-variables': exported }) },
    phases: {
      install: { 'runtime-versions': { nodejs: 22 }, 'on-failure': 'ABORT' },
      // One command, for `set -e` holds in one only.
      build: { 'on-failure': 'ABORT', commands: [['set -euo pipefail', ...commands].join('\n')] },
    },
    ...(artifacts && { artifacts }),
  });

/** Checks the change, rehearses it, and hands its output on. It has no credentials that anything could be done with. */
export const verifySpec = (environment: string): string =>
  spec({
    commands: [
      ...installTerraform,
      'npm ci --no-audit --no-fund',
      'npm run verify',
      `npx bulkhead rehearse --env ${environment} --verify`,
      `rm -rf cdktf.out/${environment}`,
      `node bin/synth.js ${environment}`,
    ],
    artifacts: { 'base-directory': `cdktf.out/${environment}`, files: ['**/*'] },
  });

/** Plans every stack against what is deployed, as roles that only read, and says how much it may hurt. */
export const reviewSpec = (home: Placement): string =>
  spec({
    commands: [
      ...installTerraform,
      ...fetchProgram(home, home.region),
      'mkdir -p out',
      [
        `node ${PROGRAM} deploy --out "$CODEBUILD_SRC_DIR" --plan-only --read-only --no-refresh`,
        "--together '*' --parallel 8 --work /tmp/work --report out/report.json --export out",
        '| tee out/report.txt',
      ].join(' '),
      ...REVIEW_VARIABLES.map((name) => `export ${name}=$(cat out/${name})`),
    ],
    exported: REVIEW_VARIABLES,
    artifacts: { 'base-directory': 'out', files: ['report.json', 'report.txt'] },
  });

/** Plans again, and applies what was reviewed or needs no review. */
const deployCommand = [
  `node ${PROGRAM} deploy --out "$CODEBUILD_SRC_DIR" --stacks "$STACKS"`,
  `--reviewed "$CODEBUILD_SRC_DIR_${REPORT_ARTIFACT}/report.json"`,
  "--together '*-tenant-*' --parallel 8 --work /tmp/work",
].join(' ');

/** Of the home account: deploys its own stacks, and those that a cell stands on, when it is the cell's turn. */
export const applySpec = (home: Placement, pipeline: string, apartMinutes: number): string =>
  spec({
    commands: [
      ...installTerraform,
      ...fetchProgram(home, home.region),
      `if [ "$CELL" != none ]; then node ${PROGRAM} turn --pipeline ${pipeline} --region ${home.region} --cell "$CELL" --changes "$CHANGES" --minutes ${String(apartMinutes)}; fi`,
      deployCommand,
      // With the program: what looks for drift in it later is what has deployed it.
      `cp ${PROGRAM} "$CODEBUILD_SRC_DIR/program.js"`,
      '(cd "$CODEBUILD_SRC_DIR" && zip -qr /tmp/deployed.zip .)',
      'aws s3 cp --only-show-errors /tmp/deployed.zip "s3://$DEPLOYED"',
    ],
  });

/** Of a cell: deploys its stacks, unless the cell is unwell, or watches it. */
export const cellSpec = (home: Placement, { region }: Placement): string => {
  const soak = `node ${PROGRAM} soak --region ${region} --alarms "$ALARMS"`;
  return spec({
    commands: [
      ...fetchProgram(home, region),
      'if [ "$STEP" = soak ]; then',
      `  ${soak} --minutes "$MINUTES"`,
      'else',
      ...[...installTerraform, `${soak} --minutes 0 --may-be-missing`, deployCommand].map(
        (line) => `  ${line}`,
      ),
      'fi',
    ],
  });
};

/** Looks for drift in what was deployed, and tells people. */
export const driftSpec = (where: string, topicArn: string, topicRegion: string): string => {
  const publish = `aws sns publish --region ${topicRegion} --topic-arn ${topicArn}`;
  return spec({
    commands: [
      // Silence would be taken for no drift.
      'TOLD=no',
      `trap '[ "$TOLD" = yes ] || ${publish} --subject "Drift in ${where} could not be looked for" --message "The last lines of the log say why: $CODEBUILD_BUILD_ID" > /dev/null' EXIT`,
      ...installTerraform,
      'CODE=0',
      `node program.js drift --out . --stacks "$STACKS" --read-only --parallel 4 --work /tmp/work --message /tmp/drift.txt || CODE=$?`,
      'if [ -f /tmp/drift.txt ]; then',
      // The longest message is 256 KiB: "Publish", Amazon SNS API Reference.
      '  head -c 200000 /tmp/drift.txt > /tmp/message.txt',
      `  ${publish} --subject "Drift in ${where}" --message file:///tmp/message.txt > /dev/null`,
      '  TOLD=yes',
      'fi',
      // Drift has been told, and is no failure of the look at it.
      'case "$CODE" in 0|20) TOLD=yes ;; *) exit "$CODE" ;; esac',
    ],
  });
};

/** Artifacts of an action that deploys: the first is the one that it runs in. */
export const DEPLOY_INPUTS: readonly string[] = [PLATFORM_ARTIFACT, REPORT_ARTIFACT];
