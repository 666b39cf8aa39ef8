import type { Placement } from '../core/placement';
import { artifactBucketName, PROGRAM_VARIABLE, programKey } from './names';
import { EXPORTED_VARIABLES, EXPORTS_FILE } from './release-variables';

/** Node of the image, by the name that buildspecs have for it: "Available runtimes", AWS CodeBuild User Guide. Programs are bundled for it. */
const NODE = 22;

/** Where the program is put: outside of the folder with the artifact, so that nothing in an artifact can be taken for it. */
const FOLDER = '/opt/bulkhead';

/**
 * Commands of a release project: the release program, and nothing else. It runs in the folder of the pipeline's artifact,
 * which holds a service's migrations and is only read.
 *
 * In JSON, which is YAML too. No `${`, which Terraform would take for its own.
 *
 * @param region of the cell, in which the home account has a bucket with the program
 */
export function releaseBuildspec(home: Placement, region: string): string {
  const hash = `$${PROGRAM_VARIABLE}`;
  const program = `${FOLDER}/index.js`;
  const commands = [
    // It becomes a part of a path.
    `expr "${hash}" : '[0-9a-f]\\{64\\}$' > /dev/null`,
    `mkdir -p ${FOLDER}`,
    `aws s3 cp --only-show-errors "s3://${artifactBucketName(home, region)}/${programKey(hash)}" ${program}`,
    // Whoever could write to the bucket, and to no pipeline, could otherwise run anything in the cell.
    `echo "${hash}  ${program}" | sha256sum --check --status`,
    `EXPORTS_FILE=${EXPORTS_FILE} node ${program}`,
    `if [ -f ${EXPORTS_FILE} ]; then . ./${EXPORTS_FILE}; fi`,
  ];
  return JSON.stringify(
    {
      version: 0.2,
      env: { 'exported-variables': EXPORTED_VARIABLES },
      phases: {
        install: { 'runtime-versions': { nodejs: NODE }, 'on-failure': 'ABORT' },
        build: { 'on-failure': 'ABORT', commands },
      },
    },
    undefined,
    2,
  );
}
