import { MIGRATION_NAMESPACE } from '../../core/migrations';
import {
  MIGRATIONS_GROUP,
  RELEASE_NAME_LABEL,
  releaseName,
  RELEASES_GROUP,
  releasesGroup,
  SLICES,
  smokeTokenName,
} from '../../core/releases';
import { admissionPolicy, inGroup } from './admission-policy';

/** How groups of single services begin; the service follows. */
const GROUP = releasesGroup('');

/** Ends of the names of a service's slices, `main` being without. */
const ENDS = `[${SLICES.map((slice) => `'${releaseName('', slice)}'`).join(', ')}]`;

const TOKEN = smokeTokenName('');

/** Label of pods that tells their service: "Recommended Labels", Kubernetes documentation. */
const NAME_LABEL = 'app.kubernetes.io/name';

const forTemplates = (expression: string): string => `!variables.template || ${expression}`;

/**
 * Keeps whoever releases a service to that service: its pod templates with its image, its account and nothing that is
 * another's, and the token of its smoke test. Their role says neither names nor contents, for RBAC knows none.
 *
 * What a template may hold is what the platform's own holds (`constructs/delivery/service-release/pod-template.ts`), all but
 * values: who may release can run any program of his, and no other with its rights.
 *
 * @param imagePrefix what the names of all services' images in the cell's region begin with, up to the service
 */
export const releasePolicy = (imagePrefix: string): ReturnType<typeof admissionPolicy> =>
  admissionPolicy({
    name: 'bulkhead-releases',
    match: {
      resourceRules: [
        // Subresources too: whatever a later role may allow by mistake.
        { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] },
      ],
      // Asking who one is and what one may do is a request to create something, and changes nothing.
      excludeResourceRules: ['authentication.k8s.io', 'authorization.k8s.io'].map((group) => ({
        apiGroups: [group],
        apiVersions: ['*'],
        operations: ['*'],
        resources: ['*'],
      })),
    },
    whom: inGroup(RELEASES_GROUP),
    variables: {
      place: "has(request.namespace) ? request.namespace : ''",
      // What is changed there, another policy says.
      migration: `variables.place == '${MIGRATION_NAMESPACE}' && '${MIGRATIONS_GROUP}' in request.userInfo.groups`,
      write:
        "request.operation in ['CREATE', 'UPDATE'] && request.resource.group == '' && !has(request.subResource)",
      template: "variables.write && request.resource.resource == 'podtemplates'",
      secret: "variables.write && request.resource.resource == 'secrets'",
      // Has a rollout lead all traffic to the version that is proven.
      abort:
        "request.operation == 'UPDATE' && request.resource.group == 'argoproj.io' && request.resource.resource == 'rollouts' && request.?subResource.orValue('') == 'status'",
      name: "object == null ? '' : object.?metadata.?name.orValue('')",
      // Of a service's pods the account has the service's name.
      service: "variables.template ? object.?template.?spec.?serviceAccountName.orValue('') : ''",
      labels: 'variables.template ? object.?template.?metadata.?labels.orValue({}) : {}',
      containers: 'variables.template ? object.?template.?spec.?containers.orValue([]) : []',
    },
    validations: [
      {
        expression:
          "variables.migration || (variables.template || variables.secret || variables.abort) && (variables.place.startsWith('tier-') || variables.place.startsWith('tenant-'))",
        message:
          'Releases may make and change pod templates and the token of their smoke test in namespaces tier-* and tenant-*, and nothing else.',
        messageExpression:
          "'Releases may make and change pod templates and the token of their smoke test in namespaces tier-* and tenant-*, not ' + request.operation + ' ' + request.resource.resource + ' in ' + variables.place + '.'",
      },
      {
        expression: forTemplates(
          `${ENDS}.exists(end, request.userInfo.groups.exists(g, g + end == '${GROUP}' + variables.name))`,
        ),
        message:
          'Pod templates must have the name of a slice of a service that the release is of, such as api-canary.',
      },
      {
        expression: `!variables.abort || ${ENDS}.exists(end, request.userInfo.groups.exists(g, g + end == '${GROUP}' + variables.name)) && object.?status.?abort.orValue(false) == true && object.?status.orValue({}).all(k, k == 'abort' || k in oldObject.?status.orValue({}) && object.status[k] == oldObject.status[k]) && oldObject.?status.orValue({}).all(k, k == 'abort' || k in object.?status.orValue({}))`,
        message: 'Releases may abort rollouts of their own service, and change nothing else of their status.',
      },
      {
        expression: forTemplates(
          `('${GROUP}' + variables.service) in request.userInfo.groups && ${ENDS}.exists(end, variables.service + end == variables.name)`,
        ),
        message: 'Pods of a release must run as the service account of their own service.',
      },
      {
        expression: forTemplates(
          [
            'variables.containers.size() == 1',
            `variables.containers.all(c, c.?image.orValue('').startsWith('${imagePrefix}' + variables.service + '@sha256:') && c.image.matches('@sha256:[0-9a-f]{64}$'))`,
            'object.template.spec.?initContainers.orValue([]).size() == 0',
            'object.template.spec.?ephemeralContainers.orValue([]).size() == 0',
          ].join(' && '),
        ),
        message: `Pods of a release must have one container and no other, with an image ${imagePrefix}<service> of their own service by its digest.`,
      },
      {
        expression: forTemplates(
          [
            'object.?template.?spec.?volumes.orValue([]).all(v, has(v.emptyDir))',
            'object.?template.?spec.?imagePullSecrets.orValue([]).size() == 0',
            'variables.containers.all(c, c.?env.orValue([]).all(e, !has(e.valueFrom)) && c.?envFrom.orValue([]).size() == 0)',
          ].join(' && '),
        ),
        message:
          'Pods of a release must have volumes of kind emptyDir only, and no secrets or config maps, in variables neither.',
      },
      {
        expression: forTemplates(
          [
            'object.?template.?spec.?automountServiceAccountToken.orValue(true) == false',
            ...['hostNetwork', 'hostPID', 'hostIPC'].map(
              (field) => `!object.template.spec.?${field}.orValue(false)`,
            ),
          ].join(' && '),
        ),
        message:
          'Pods of a release must not be given a token of Kubernetes (automountServiceAccountToken: false), nor share anything of their host.',
      },
      {
        // Or they would get the calls of another service, or of another slice.
        expression: forTemplates(
          `variables.labels.all(k, k == '${NAME_LABEL}' && variables.labels[k] == variables.service || k == '${RELEASE_NAME_LABEL}' && variables.labels[k] == variables.name) && '${RELEASE_NAME_LABEL}' in variables.labels`,
        ),
        message: `Pods of a release must have the label ${RELEASE_NAME_LABEL} with the name of their template, may have ${NAME_LABEL} with that of their service, and no others.`,
      },
      {
        // Other controllers read other annotations.
        expression: forTemplates(
          "object.?template.?metadata.?annotations.orValue({}).all(k, k.startsWith('bulkhead/'))",
        ),
        message: 'Pods of a release must have annotations bulkhead/* only.',
      },
      {
        // A secret of another type may be filled by a controller, with the token of any account.
        expression: `!variables.secret || variables.name.startsWith('${TOKEN}') && ('${GROUP}' + variables.name.substring(${String(TOKEN.length)})) in request.userInfo.groups && object.?type.orValue('Opaque') == 'Opaque'`,
        message: `Secrets of a release must be called ${TOKEN}<service> and of type Opaque.`,
      },
    ],
  });
