import { MIGRATION_NAMESPACE } from '../../core/migrations';
import { MIGRATIONS_GROUP, schemaName } from '../../core/releases';
import { admissionPolicy } from './admission-policy';

/** Beginnings of names: accounts and jobs of a database, what is known of its schema, and the migrations of a release. */
const ACCOUNT = schemaName('');
const STATE = `${schemaName('state')}-`;
const MIGRATIONS = 'migrations-';

const of = (group: string, resource: string): string =>
  `request.resource.group == '${group}' && request.resource.resource == '${resource}' && !has(request.subResource)`;

const forJobs = (expression: string): string => `!variables.job || object == null || ${expression}`;
const CONTAINERS = '(variables.pod.?initContainers.orValue([]) + variables.pod.?containers.orValue([]))';

/**
 * Keeps whoever changes schemas to the jobs that do it: as the database's own account, with the platform's images, and without
 * the secrets of those that apply the platform's own SQL in the same namespace.
 *
 * @param images all that containers of these jobs may run
 */
export const migrationPolicy = (images: readonly string[]): ReturnType<typeof admissionPolicy> =>
  admissionPolicy({
    name: 'bulkhead-migrations',
    match: {
      resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
    },
    whom: `has(request.namespace) && request.namespace == '${MIGRATION_NAMESPACE}' && has(request.userInfo.groups) && '${MIGRATIONS_GROUP}' in request.userInfo.groups`,
    variables: {
      // Objects know their names even where a request has none, as when many are deleted at once.
      name: "oldObject != null ? oldObject.metadata.name : object == null ? '' : object.?metadata.?name.orValue('')",
      job: `${of('batch', 'jobs')} && request.operation in ['CREATE', 'UPDATE', 'DELETE']`,
      configMap: `${of('', 'configmaps')} && request.operation in ['CREATE', 'UPDATE']`,
      pod: 'variables.job && object != null ? object.spec.template.spec : {}',
      account: "variables.job && object != null ? variables.pod.?serviceAccountName.orValue('') : ''",
    },
    validations: [
      {
        expression: `variables.job && variables.name.startsWith('${ACCOUNT}') || variables.configMap && (variables.name.startsWith('${STATE}') || variables.name.startsWith('${MIGRATIONS}'))`,
        message: `Schema changes may write jobs ${ACCOUNT}*, and config maps ${STATE}* and ${MIGRATIONS}*, and nothing else of ${MIGRATION_NAMESPACE}.`,
        messageExpression: `'Schema changes may write jobs ${ACCOUNT}*, and config maps ${STATE}* and ${MIGRATIONS}*, not ' + request.operation + ' ' + request.resource.resource + ' ' + variables.name + '.'`,
      },
      {
        // Who could change them could have another database migrated by what nobody has seen.
        expression: `!variables.configMap || !variables.name.startsWith('${MIGRATIONS}') || object.?immutable.orValue(false)`,
        message: `Config maps ${MIGRATIONS}* must be immutable.`,
      },
      {
        expression: forJobs(
          `variables.account.startsWith('${ACCOUNT}') && variables.name.startsWith(variables.account + '-')`,
        ),
        message: `Jobs of schema changes must run as the service account ${ACCOUNT}<database> that their own name begins with.`,
      },
      {
        expression: forJobs(
          `${CONTAINERS}.all(c, c.?image.orValue('') in [${images.map((image) => `'${image}'`).join(', ')}])`,
        ),
        message: `Jobs of schema changes may run the images ${images.join(', ')} only.`,
      },
      {
        expression: forJobs(
          [
            'variables.pod.?volumes.orValue([]).all(v, has(v.emptyDir) || has(v.configMap))',
            'variables.pod.?imagePullSecrets.orValue([]).size() == 0',
            `${CONTAINERS}.all(c, c.?env.orValue([]).all(e, !has(e.valueFrom)) && c.?envFrom.orValue([]).size() == 0)`,
          ].join(' && '),
        ),
        message:
          'Jobs of schema changes must have volumes of kinds emptyDir and configMap only, and no secrets, in variables neither.',
      },
      {
        expression: forJobs('variables.pod.?automountServiceAccountToken.orValue(true) == false'),
        message:
          'Jobs of schema changes must not be given a token of Kubernetes (automountServiceAccountToken: false).',
      },
    ],
  });
