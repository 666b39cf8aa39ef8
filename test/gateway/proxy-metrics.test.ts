import { histogramEdges, proxyMetrics } from '../../constructs/gateway/proxy-metrics';
import { fleetObjects } from '../../constructs/gateway/fleet';
import { fleetProps, only } from './fixture';

/** Whether a proxy keeps a statistic. Expressions are for the whole name: `safe_regex` of Envoy's StringMatcher. */
const kept = (name: string): boolean =>
  (proxyMetrics.matches ?? []).some(({ type, value }) =>
    type === 'Prefix' ? name.startsWith(value) : new RegExp(`^(${value})$`).test(name),
  );

const ROUTE = 'cluster.httproute/tenant-acme/service-api/rule/0';

describe('a proxy keeps', () => {
  it.each([
    `${ROUTE}.upstream_rq_2xx`,
    `${ROUTE}.upstream_rq_5xx`,
    `${ROUTE}.upstream_rq_time`,
    `${ROUTE}.membership_total`,
    `${ROUTE}.membership_healthy`,
    `${ROUTE}.membership_degraded`,
    'cluster_manager.warming_clusters',
    // Without these a proxy that ends would never see its last connection go.
    'listener.0.0.0.0_10443.downstream_cx_active',
    'listener.[__]_10443.downstream_cx_active',
    'http.https-10443.downstream_rq_5xx',
    'server.live',
  ])('%s', (name) => {
    expect(kept(name)).toBe(true);
  });
});

describe('a proxy does without', () => {
  it.each([
    // One a status code, and again for what is inside and outside: they say what the classes say.
    `${ROUTE}.upstream_rq_200`,
    `${ROUTE}.external.upstream_rq_5xx`,
    `${ROUTE}.external.upstream_rq_time`,
    `${ROUTE}.retry.upstream_rq_5xx`,
    `${ROUTE}.upstream_cx_total`,
    `${ROUTE}.circuit_breakers.default.cx_open`,
    'vhost.enterprise/https/acme.vcluster.other.upstream_rq_2xx',
  ])('%s', (name) => {
    expect(kept(name)).toBe(false);
  });
});

it('no expression has a backslash, which Envoy Gateway would double', () => {
  expect(JSON.stringify(proxyMetrics)).not.toContain('\\');
});

it('every objective of a fleet is an edge of the histogram, once and in order', () => {
  const { value = '' } = histogramEdges([800, 400, 800, 250]);
  const [setting] = (
    JSON.parse(value) as { stats_config: { histogram_bucket_settings: { buckets: number[] }[] } }
  ).stats_config.histogram_bucket_settings;
  expect(setting?.buckets).toEqual([10, 25, 50, 100, 250, 400, 500, 800, 1000, 2500, 10_000]);
});

it('a route costs about 20 series in each proxy: what 1,000 dedicated tenants make is known', () => {
  const { value = '' } = only('EnvoyProxy', fleetObjects(fleetProps('enterprise')))['spec'].bootstrap as {
    value?: string;
  };
  const edges = (value.split('"buckets":[')[1] ?? '').split(']')[0]?.split(',').length ?? 0;
  // Edges and infinity, sum and count; classes 2 to 5; members; timeouts, overflows, and two kinds of failing open.
  const series = edges + 1 + 2 + 4 + 3 + 2 + 2;
  expect(series).toBe(23);
});
