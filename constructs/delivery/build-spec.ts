/**
 * What the projects of the home account run. YAML is a superset of JSON, so these are objects: no indentation to break.
 *
 * Bash variables are written `$NAME`: Terraform would take the form with braces for one of its own.
 */

/** Folder in a service's repository with its migrations, a file each, in the order of their names. */
export const MIGRATIONS_FOLDER = 'migrations';

/** File in a service's repository that lists findings which are accepted for a while. It is reviewed there as code is. */
export const WAIVERS_FILE = '.bulkhead/waivers.json';

/** Builds, or finds, the image of a commit and exports its digest. A commit is built once: its tag stays with its image. */
const BUILD = [
  'set -euo pipefail',
  'COMMIT=$(git rev-parse HEAD)',
  // A tag if there is one: what people call the release. Names of annotations and variables take no slash.
  'export RELEASE=$(git describe --tags --exact-match 2>/dev/null | tr / - || git rev-parse --short=12 HEAD)',
  'digest() { aws ecr describe-images --repository-name "$REPOSITORY" --image-ids imageTag="$COMMIT" --query "imageDetails[0].imageDigest" --output text; }',
  'if ! IMAGE=$(digest 2>/dev/null); then',
  '  aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"',
  '  docker build --tag "$REGISTRY/$REPOSITORY:$COMMIT" .',
  '  docker push --quiet "$REGISTRY/$REPOSITORY:$COMMIT"',
  '  IMAGE=$(digest)',
  'fi',
  'export IMAGE',
  'mkdir -p out',
  `if [ -f ${WAIVERS_FILE} ]; then cp ${WAIVERS_FILE} out/waivers.json; fi`,
];

/** Hands the migrations on, and exports the name of the last one, which the release needs. */
const MIGRATIONS = [
  `cp -r ${MIGRATIONS_FOLDER} out/`,
  // Other files may lie there too.
  `export SCHEMA=$(ls ${MIGRATIONS_FOLDER} | LC_ALL=C sort | sed -n 's/[.]\\(json\\|yaml\\|yml\\)$//p' | tail -1)`,
  `if [ -z "$SCHEMA" ]; then echo "${MIGRATIONS_FOLDER}/ is empty: a service with a schema has at least one migration" >&2; exit 1; fi`,
];

/** An artifact has at least one file, and this one says what is in it. */
const SUMMARY = [
  `printf '{"release":"%s","commit":"%s","image":"%s"}\\n' "$RELEASE" "$COMMIT" "$IMAGE" | tee out/release.json`,
];

/** Variables that later actions read, `#{Build.IMAGE}`. */
export const BUILD_NAMESPACE = 'Build';

/** @param schema whether the service brings migrations */
export const buildSpec = ({ schema }: { readonly schema: boolean }): string =>
  JSON.stringify({
    version: 0.2,
    env: { shell: 'bash', 'exported-variables': ['IMAGE', 'RELEASE', ...(schema ? ['SCHEMA'] : [])] },
    phases: {
      build: { commands: [[...BUILD, ...(schema ? MIGRATIONS : []), ...SUMMARY].join('\n')] },
    },
    artifacts: { 'base-directory': 'out', files: ['**/*'] },
  });

/** Runs a program of the artifact bucket, if it is the one it should be. */
const runProgram = (variable: string): readonly string[] => [
  'set -euo pipefail',
  `aws s3 cp --only-show-errors "s3://$ARTIFACTS/programs/$${variable}/index.js" /tmp/program.js`,
  `echo "$${variable}  /tmp/program.js" | sha256sum --check --status || { echo "the program is not the one that was deployed: its SHA-256 is not $${variable}" >&2; exit 1; }`,
  'node /tmp/program.js',
];

/** Variable that tells which program checks images. */
export const CHECK_PROGRAM = 'PROGRAM_SHA256';

export const scanSpec = (): string =>
  JSON.stringify({
    version: 0.2,
    env: { shell: 'bash' },
    phases: {
      install: { 'runtime-versions': { nodejs: 22 } },
      build: { commands: [runProgram(CHECK_PROGRAM).join('\n')] },
    },
  });

/** Makes one answer of those of all cells: `yes` if nobody says anything else. */
export const agreeSpec = (): string =>
  JSON.stringify({
    version: 0.2,
    env: { shell: 'bash', 'exported-variables': ['CONTRACT'] },
    phases: {
      build: {
        commands: [
          [
            'if [[ "$ANSWERS" =~ ^yes(,yes)*$ ]]; then CONTRACT=yes; else CONTRACT=wait; fi',
            'export CONTRACT',
            'echo "cells answer $ANSWERS: $CONTRACT"',
          ].join('\n'),
        ],
      },
    },
  });
