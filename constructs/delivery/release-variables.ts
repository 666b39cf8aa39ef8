import { PROGRAM_VARIABLE } from './names';

/**
 * Variables that a pipeline sets when it starts a cell's release project: what is released, and where. All others are the
 * project's own, and a pipeline may not set them: with another token endpoint it would get the secret of a synthetic tenant.
 */
export const PIPELINE_VARIABLES = [
  'STEP',
  PROGRAM_VARIABLE,
  // Where a release stands in its plan.
  'CELL',
  'RING',
  'OWNER',
  'SLICE',
  'TIER',
  // What is released.
  'IMAGE',
  'RELEASE',
  'SCHEMA',
  'DATABASES',
  'MIGRATIONS_FOLDER',
  // How patiently.
  'ALARMS',
  'CONTRACT_AFTER_DAYS',
  'DEADLINE_MINUTES',
  'PARALLEL',
  'SOAK_MINUTES',
] as const;

/** What a step of a release leaves for the steps after it. */
export const EXPORTED_VARIABLES = ['CONTRACT'] as const;

/** File in which the program leaves them, for the shell: `export CONTRACT=…`. In the folder that it runs in. */
export const EXPORTS_FILE = 'exports.sh';
