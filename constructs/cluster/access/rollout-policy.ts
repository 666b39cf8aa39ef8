import { METRICS_ORIGIN } from '../../core/metrics-address';
import { NODE_IMAGE } from '../../core/node-image';
import { PREVIEW_SUFFIX, RELEASE_NAME_LABEL, smokeTokenName } from '../../core/releases';
import { admissionPolicy } from './admission-policy';

const GROUP = 'argoproj.io';
const ANALYSES = "['analysistemplates', 'analysisruns']";

/** By its repository: while a new version reaches owners one by one, analyses of both versions begin. */
const SMOKE_IMAGE = NODE_IMAGE.replace(/:.*$/, '');

const forRollouts = (expression: string): string =>
  `request.resource.resource != 'rollouts' || ${expression}`;
const CONTAINERS = '(j.spec.?initContainers.orValue([]) + j.spec.?containers.orValue([]))';

/**
 * Keeps rollouts and analyses of tiers and tenants to the ways of releases: what runs stands in a pod template, which another
 * policy is about, and not in the rollout; and an analysis asks the cell's metrics or runs the smoke test, with no rights.
 *
 * Argo Rollouts' controller does what these objects say with rights of its own: it changes Services, reads secrets and calls
 * addresses. Nobody is exempt, for it makes most of them itself. Whose a namespace is, its name says.
 */
export const rolloutPolicy = admissionPolicy({
  name: 'bulkhead-rollouts',
  match: {
    // Not subresources: what the controller says of a rollout is its status.
    resourceRules: [
      { apiGroups: [GROUP], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'] },
    ],
  },
  whom: "request.resource.resource == 'clusteranalysistemplates' || has(request.namespace) && (request.namespace.startsWith('tier-') || request.namespace.startsWith('tenant-'))",
  variables: {
    name: "object.?metadata.?name.orValue('')",
    strategy: 'object.spec.?strategy.orValue({})',
    blueGreen: 'variables.strategy.?blueGreen.orValue({})',
    metrics: `request.resource.resource in ${ANALYSES} ? object.spec.?metrics.orValue([]) : []`,
    jobs: 'variables.metrics.filter(m, has(m.provider.job)).map(m, m.provider.job.spec.template)',
  },
  validations: [
    {
      expression: `request.resource.resource in ['rollouts', 'analysistemplates', 'analysisruns']`,
      message:
        'In namespaces of tiers and tenants there may be Rollouts, AnalysisTemplates and AnalysisRuns, and nothing else of Argo, nor templates for the whole cluster.',
      messageExpression:
        "'Of Argo there may be Rollouts, AnalysisTemplates and AnalysisRuns in namespaces of tiers and tenants, and no ' + request.resource.resource + '.'",
    },
    {
      expression: forRollouts(
        [
          '!has(object.spec.template)',
          "object.spec.?workloadRef.?apiVersion.orValue('') == 'v1'",
          "object.spec.workloadRef.?kind.orValue('') == 'PodTemplate'",
          "object.spec.workloadRef.?name.orValue('') == variables.name",
          "variables.name != ''",
        ].join(' && '),
      ),
      message: 'Rollouts must follow the PodTemplate of their own name, and have no template themselves.',
    },
    {
      // The controller would lead calls of another service to these pods.
      expression: forRollouts(
        [
          '!has(variables.strategy.canary)',
          "variables.blueGreen.?activeService.orValue('') == variables.name",
          `variables.blueGreen.?previewService.orValue('') == variables.name + '${PREVIEW_SUFFIX}'`,
        ].join(' && '),
      ),
      message: `Rollouts must be blue-green, with the Service of their own name as the active one, and <name>${PREVIEW_SUFFIX} as the preview.`,
    },
    {
      expression: forRollouts(
        `object.spec.?selector.?matchLabels.orValue({}) == {'${RELEASE_NAME_LABEL}': variables.name} && object.spec.?selector.?matchExpressions.orValue([]).size() == 0`,
      ),
      message: `Rollouts must select pods by the label ${RELEASE_NAME_LABEL} with their own name, and by nothing else.`,
    },
    {
      // Without, a release that fails its tests would take calls: somebody's word for it is not enough.
      expression: forRollouts(
        ['prePromotionAnalysis', 'postPromotionAnalysis']
          .map(
            (analysis) =>
              `variables.blueGreen.?${analysis}.?templates.orValue([]).size() > 0 && variables.blueGreen.${analysis}.templates.all(t, !t.?clusterScope.orValue(false))`,
          )
          .join(' && '),
      ),
      message: 'Rollouts must be judged before and after promotion, by templates of their own namespace.',
    },
    {
      expression: `!(request.resource.resource in ${ANALYSES}) || object.spec.?args.orValue([]).all(a, !has(a.valueFrom) || !has(a.valueFrom.secretKeyRef)) && object.spec.?templates.orValue([]).all(t, !t.?clusterScope.orValue(false))`,
      message: 'Analyses may have no arguments from secrets, and no templates of the whole cluster.',
    },
    {
      // Argo Rollouts itself writes an authentication of empty parts into the runs that it makes.
      expression: `variables.metrics.all(m, m.provider.all(k, k in ['job', 'prometheus']) && (!has(m.provider.prometheus) || m.provider.prometheus.?address.orValue('').startsWith('${METRICS_ORIGIN}/') && m.provider.prometheus.?headers.orValue([]).size() == 0 && m.provider.prometheus.?authentication.orValue({}).all(k, m.provider.prometheus.authentication[k] == {})))`,
      message: `Analyses may run jobs and ask the metrics at ${METRICS_ORIGIN}, and call nothing else.`,
    },
    {
      expression: `variables.jobs.all(j, j.spec.?serviceAccountName.orValue('default') == 'default' && j.spec.?automountServiceAccountToken.orValue(true) == false && ${CONTAINERS}.all(c, c.?image.orValue('').startsWith('${SMOKE_IMAGE}:') || c.?image.orValue('').startsWith('${SMOKE_IMAGE}@')))`,
      message: `Jobs of analyses must run as the service account default, without its token (automountServiceAccountToken: false), and images ${SMOKE_IMAGE} only.`,
    },
    {
      expression: `variables.jobs.all(j, j.spec.?volumes.orValue([]).all(v, has(v.emptyDir) || has(v.configMap) || has(v.secret) && v.secret.?secretName.orValue('').startsWith('${smokeTokenName('')}')) && ${CONTAINERS}.all(c, c.?env.orValue([]).all(e, !has(e.valueFrom)) && c.?envFrom.orValue([]).size() == 0))`,
      message: `Jobs of analyses may hold no secret but ${smokeTokenName('')}*, and that as a volume.`,
    },
    {
      // A Service would lead calls to them.
      expression: `variables.jobs.all(j, !('${RELEASE_NAME_LABEL}' in j.?metadata.?labels.orValue({})))`,
      message: `Pods of analyses must not have the label ${RELEASE_NAME_LABEL}, by which calls find their pods.`,
    },
  ],
});
