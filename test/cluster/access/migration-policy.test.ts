import { migrationPolicy } from '../../../constructs/cluster/access/migration-policy';
import { SCHEMA_IMAGES } from '../../../constructs/core/migration-images';
import { fillSchemaJob } from '../../../constructs/core/schema-jobs';
import { schemaJob } from '../../../constructs/delivery/schema-pod';
import { type AdmissionRequest, refusals } from '../../support/admission';

const [policy, binding] = migrationPolicy(SCHEMA_IMAGES);

const GROUPS = ['system:authenticated', 'bulkhead:releases:api', 'bulkhead:migrations'];

const asked = (
  resource: string,
  object: object | null,
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest => ({
  operation: 'CREATE',
  group: resource === 'jobs' ? 'batch' : '',
  resource,
  namespace: 'data-migrations',
  groups: GROUPS,
  object,
  ...more,
});

const CONTAINER = { name: 'x', image: SCHEMA_IMAGES[0] };

/** The job that expands a database, as the release program makes it, with something else about its pod. */
function job(pod: object = {}, name?: string): AdmissionRequest {
  const template = schemaJob({
    ...{ name: 'schema-shard-1', namespace: 'data-migrations', region: 'us-east-1' },
    ...{ host: 'shard-1.example', port: 5432, database: 'bulkhead' },
    ...{ batchSize: 1000, batchDelayMs: 10, lockTimeoutMs: 500, deadlineSeconds: 3600 },
  });
  const { metadata, spec } = fillSchemaJob(JSON.stringify(template), 'shard-1', {
    ...{ phase: 'expand', migration: '0002_split', configMap: 'migrations-0123456789ab', attempt: '1' },
  });
  const changed = { ...spec.template, spec: { ...spec.template.spec, ...pod } };
  return asked('jobs', {
    metadata: { ...metadata, name: name ?? metadata.name },
    spec: { ...spec, template: changed },
  });
}
const configMap = (
  name: string,
  more: object = {},
  request: Partial<AdmissionRequest> = {},
): AdmissionRequest => asked('configmaps', { metadata: { name }, ...more }, request);
const removed = (resource: string, name: string): AdmissionRequest =>
  asked(resource, null, { operation: 'DELETE', oldObject: { metadata: { name } } });

const WHAT = (what: string): string =>
  `Schema changes may write jobs schema-*, and config maps schema-state-* and migrations-*, not ${what}.`;
const IMMUTABLE = 'Config maps migrations-* must be immutable.';
const ACCOUNT =
  'Jobs of schema changes must run as the service account schema-<database> that their own name begins with.';
const IMAGE = `Jobs of schema changes may run the images ${SCHEMA_IMAGES.join(', ')} only.`;
const HOLDS =
  'Jobs of schema changes must have volumes of kinds emptyDir and configMap only, and no secrets, in variables neither.';
const TOKEN =
  'Jobs of schema changes must not be given a token of Kubernetes (automountServiceAccountToken: false).';

const TABLE: readonly (readonly [string, AdmissionRequest, readonly string[]])[] = [
  ['starts a job', job(), []],
  ['ends a job', removed('jobs', 'schema-shard-1-0123456789ab'), []],
  ['notes how far a database is', configMap('schema-state-shard-1'), []],
  [
    'notes it again',
    configMap(
      'schema-state-shard-1',
      {},
      {
        operation: 'UPDATE',
        oldObject: { metadata: { name: 'schema-state-shard-1' } },
      },
    ),
    [],
  ],
  ['brings the migrations of a release', configMap('migrations-0123456789ab', { immutable: true }), []],
  ['brings some that can be changed later', configMap('migrations-0123456789ab'), [IMMUTABLE]],
  ['changes what jobs are', configMap('schema-shard-1'), [WHAT('CREATE configmaps schema-shard-1')]],
  [
    "changes the platform's own SQL",
    configMap('tenancy-shard-1'),
    [WHAT('CREATE configmaps tenancy-shard-1')],
  ],
  [
    'removes what is known of a database',
    removed('configmaps', 'schema-state-shard-1'),
    [WHAT('DELETE configmaps schema-state-shard-1')],
  ],
  [
    "ends a job of the platform's own SQL",
    removed('jobs', 'tenancy-shard-1'),
    [WHAT('DELETE jobs tenancy-shard-1')],
  ],
  [
    'makes an account',
    asked('serviceaccounts', { metadata: { name: 'schema-shard-1' } }),
    [WHAT('CREATE serviceaccounts schema-shard-1')],
  ],
  ["reads another's password by a job", job({ serviceAccountName: 'tenancy-shard-1' }), [ACCOUNT]],
  ['runs as the account of another database', job({ serviceAccountName: 'schema-shard-2' }), [ACCOUNT]],
  ['runs as nobody in particular', job({ serviceAccountName: undefined }), [ACCOUNT]],
  ['calls a job after another database', job({}, 'schema-shard-12-0123456789ab'), [ACCOUNT]],
  ['runs an image of its own', job({ containers: [{ ...CONTAINER, image: 'api:1' }] }), [IMAGE]],
  [
    'runs one first',
    job({ initContainers: [{ ...CONTAINER, image: `${String(SCHEMA_IMAGES[0])}-evil` }] }),
    [IMAGE],
  ],
  ['mounts a secret', job({ volumes: [{ name: 's', secret: { secretName: 's' } }] }), [HOLDS]],
  [
    'mounts a token',
    job({ volumes: [{ name: 's', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
    [HOLDS],
  ],
  [
    'reads a secret into a variable',
    job({
      containers: [
        { ...CONTAINER, env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
      ],
    }),
    [HOLDS],
  ],
  ['takes a token of Kubernetes', job({ automountServiceAccountToken: true }), [TOKEN]],
  ['does so elsewhere, which another policy is about', { ...job(), namespace: 'tier-starter' }, []],
];

describe('whoever changes schemas', () => {
  const said = refusals(
    policy,
    TABLE.map(([, request]) => request),
  );

  it.each(TABLE.map(([what, , expected], index) => [what, said[index], expected] as const))(
    'and %s is told: %j',
    (_, actual, expected) => {
      expect(actual).toEqual(expected);
    },
  );

  it('is looked at alone: deployers of databases have a policy of their own', () => {
    const bad = job({ serviceAccountName: 'tenancy-shard-1' });
    expect(
      refusals(policy, [
        { ...bad, groups: ['bulkhead:deployers:tenant'] },
        { ...bad, groups: [] },
      ]),
    ).toEqual([[], []]);
  });

  it('is refused what cannot be decided, and the audit log is told', () => {
    expect(policy.spec).toMatchObject({ failurePolicy: 'Fail' });
    expect(binding.spec).toEqual({ policyName: 'bulkhead-migrations', validationActions: ['Deny', 'Audit'] });
  });
});
