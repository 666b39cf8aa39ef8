import {
  ANALYSIS,
  ANALYSIS_SECONDS,
  errorBudget,
  errorRatioQuery,
  objectiveMetrics,
} from '../../constructs/delivery/analysis-queries';
import { schemaProblems } from '../support/kubernetes-schemas';

const SOURCE = { workspaceId: 'ws-1' };
const ROUTE = { namespace: '{{args.namespace}}', route: '{{args.route}}' };
const metrics = objectiveMetrics(SOURCE, ROUTE, { availabilityPercent: 99.9, p95Milliseconds: 400 });

it.each([
  [99.5, 0.005],
  [99.9, 0.001],
  [99.95, 0.0005],
  [90, 0.1],
])('%d %% available leave a budget of %d', (availability, budget) => {
  expect(errorBudget(availability)).toBe(budget);
});

it('what passes is what the tier promises', () => {
  expect(metrics.map(({ name, successCondition }) => [name, successCondition])).toEqual([
    ['watched', 'result[0] >= 1'],
    ['errors', 'result[0] <= 0.001'],
    ['p95', 'result[0] <= 400'],
  ]);
});

it('a promise of six nines is still a number that Argo Rollouts reads', () => {
  const [, errors] = objectiveMetrics(SOURCE, ROUTE, {
    availabilityPercent: 99.9999,
    p95Milliseconds: 400,
  });
  expect(errors?.successCondition).toBe('result[0] <= 0.000001');
});

it('queries go to the signing proxy of Argo Rollouts, and their arguments are left for the analysis to fill in', () => {
  for (const { provider } of metrics) {
    expect(provider.prometheus?.address).toBe('http://127.0.0.1:9091/workspaces/ws-1');
    expect(provider.prometheus?.query).toContain(
      '{envoy_cluster_name="httproute/{{args.namespace}}/{{args.route}}/rule/0"',
    );
  }
});

it('is a template that Argo Rollouts takes', () => {
  const template = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'api-objectives', namespace: 'tier-starter' },
    spec: { args: [{ name: 'namespace' }, { name: 'route' }], metrics },
  };
  expect(schemaProblems([template])).toEqual([]);
});

it('looks after the old version’s last call has left the window, and for six minutes in all', () => {
  expect(ANALYSIS.initialDelaySeconds).toBeGreaterThan(ANALYSIS.windowSeconds);
  expect(ANALYSIS_SECONDS).toBe(360);
  for (const { initialDelay, interval, count, failureLimit } of metrics)
    expect([initialDelay, interval, count, failureLimit]).toEqual(['150s', '30s', 8, 1]);
});

it('reads as a person would ask', () => {
  expect(errorRatioQuery({ namespace: 'tier-starter', route: 'service-api' })).toMatchInlineSnapshot(
    `"(sum(increase(envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/tier-starter/service-api/rule/0",envoy_response_code_class="5"}[120s])) / sum(increase(envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/tier-starter/service-api/rule/0"}[120s])) and sum(increase(envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/tier-starter/service-api/rule/0"}[120s])) >= 20 and sum(increase(envoy_cluster_upstream_rq_xx{envoy_cluster_name="httproute/tier-starter/service-api/rule/0",envoy_response_code_class="5"}[120s])) >= 5) or vector(0)"`,
  );
});
