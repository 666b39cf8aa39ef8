import fc from 'fast-check';
import { settingsIn, STEPS } from '../../../services/release/settings';

const CLUSTER = {
  CLUSTER_NAME: 'bulkhead-prod-use1a',
  CLUSTER_ENDPOINT: 'https://ABCDEF.gr7.us-east-1.eks.amazonaws.com',
  CLUSTER_CA: Buffer.from('-----BEGIN CERTIFICATE-----'.repeat(4)).toString('base64'),
};
const PROJECT = { SERVICE: 'api', CELL: 'use1a', AWS_REGION: 'us-east-1' };
const IMAGE = `111111111111.dkr.ecr.us-east-1.amazonaws.com/bulkhead/prod/api@sha256:${'a'.repeat(64)}`;
const GOOD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  deploy: {
    ...PROJECT,
    ...CLUSTER,
    RING: 'canary',
    OWNER: 'tier-starter',
    SLICE: 'canary',
    IMAGE,
    RELEASE: 'v1.2.3',
    SECRET_PATH: 'bulkhead/prod/use1a',
    TOKEN_ENDPOINT: 'https://auth.example.com/oauth2/token',
  },
  expand: {
    ...PROJECT,
    ...CLUSTER,
    RING: 'internal',
    RELEASE: 'v1.2.3',
    SCHEMA: '02_email',
    DATABASES: '["shard-1","tenant-acme"]',
  },
  soak: { ...PROJECT, RING: 'starter', ALARMS: '["bulkhead-prod-use1a-burn-starter"]', SOAK_MINUTES: '15' },
  'contract-check': { ...PROJECT, ...CLUSTER, DATABASES: '["shard-1"]', CONTRACT_AFTER_DAYS: '7' },
  contract: { ...PROJECT, ...CLUSTER, DATABASES: '["shard-1"]', CONTRACT_AFTER_DAYS: '7' },
};
const ALL = Object.assign({}, ...Object.values(GOOD)) as Record<string, string>;
const problems = (step: string, more: Readonly<Record<string, string>>): string => {
  try {
    settingsIn({ STEP: step, ...GOOD[step], ...more });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test.each(STEPS)('%s takes what it needs, and what other steps need besides', (step) => {
  expect(problems(step, {})).toBe('');
  expect(settingsIn({ ...ALL, SLICE: 'main', ...GOOD[step], STEP: step }).STEP).toBe(step);
});

test.each(STEPS)('%s tells all that is missing at once', (step) => {
  const needed = Object.keys(GOOD[step] ?? {}).filter((name) => name !== 'SLICE');
  const told = (() => {
    try {
      settingsIn({ STEP: step });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  })();
  for (const name of needed) expect(told).toContain(`  - ${name} must be set`);
});

test('has defaults that the README names', () => {
  expect(settingsIn({ STEP: 'deploy', ...GOOD['deploy'], SLICE: '' })).toMatchObject({
    SLICE: 'main',
    DEADLINE_MINUTES: 60,
  });
  expect(settingsIn({ STEP: 'expand', ...GOOD['expand'] })).toMatchObject({
    DATABASES: ['shard-1', 'tenant-acme'],
    ...{ PARALLEL: 5, DEADLINE_MINUTES: 60, MIGRATIONS_FOLDER: 'migrations' },
  });
  expect(settingsIn({ STEP: 'contract-check', ...GOOD['contract-check'] })).toMatchObject({
    EXPORTS_FILE: 'exports.sh',
  });
});

test.each([
  ['', 'deploy, expand, soak, contract-check, contract'],
  ['promote', "got 'promote'"],
])('refuses step %p', (step, said) => {
  expect(() => settingsIn({ STEP: step })).toThrow(said);
});

test.each([
  ['deploy', 'IMAGE', IMAGE.replace(/@.*/, ':latest'), 'must be an image by its digest'],
  ['deploy', 'IMAGE', IMAGE.slice(0, -1), 'must be an image by its digest'],
  ['deploy', 'OWNER', 'kube-system', "must be an owner's namespace"],
  ['deploy', 'OWNER', `tenant-${'a'.repeat(32)}`, 'OWNER '],
  ['deploy', 'SLICE', 'blue', 'must be one of internal, canary, main'],
  [
    'deploy',
    'OWNER',
    'tenant-acme',
    "SLICE must be main for tenant-acme: only a tier's tenants are divided, got 'canary'",
  ],
  ['deploy', 'SCHEMA', '02_email', 'DATABASES must be set, for SCHEMA is'],
  ['deploy', 'SCHEMA', '02-email', 'must be the name of a migration'],
  ['deploy', 'RELEASE', '"}', 'must be the name of a release'],
  ['deploy', 'TOKEN_ENDPOINT', 'http://auth.example.com/oauth2/token', 'must be an https URL'],
  ['deploy', 'CLUSTER_ENDPOINT', 'https://a b', 'must be an https URL'],
  ['deploy', 'DEADLINE_MINUTES', '480', 'must be at most 479'],
  ['expand', 'DATABASES', 'shard-1', 'must be a JSON list of databases'],
  ['expand', 'DATABASES', '[]', 'must have at least one'],
  ['expand', 'DATABASES', '["shard-1","shard-1"]', 'must name each once'],
  ['expand', 'DATABASES', '["../secrets"]', 'must be the name of a database'],
  ['expand', 'DATABASES', '{"a":1}', 'must be a JSON list'],
  ['expand', 'PARALLEL', '21', 'must be at most 20'],
  ['expand', 'PARALLEL', '0', 'must be at least 1'],
  ['soak', 'ALARMS', '["a b"]', 'must be the name of an alarm'],
  ['soak', 'SOAK_MINUTES', 'soon', 'must be a whole number'],
  ['contract', 'CONTRACT_AFTER_DAYS', '0', 'must be at least 1'],
])('%s refuses %s = %s', (step, name, value, said) => {
  expect(problems(step, { [name]: value })).toContain(said);
});

test('nothing that a variable may hold ends in anything but settings or a list of problems', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json());
  const variables = fc.dictionary(fc.constantFrom(...Object.keys(ALL)), text);
  fc.assert(
    fc.property(fc.constantFrom(...STEPS), variables, (step, more) => {
      const told = problems(step, more);
      return told === '' || told.startsWith('invalid environment:\n  - ');
    }),
    { numRuns: 100 },
  );
});
