import { CHARTS, NODE_IMAGE_ALIAS } from '../../constructs/cluster/addons/versions';
import type { PinnedChart } from '../../constructs/core/pinned-release';
import { ENVOY_GATEWAY, GATEWAY_IMAGES } from '../../constructs/gateway/versions';

const ALL = { ...CHARTS, envoyGateway: ENVOY_GATEWAY };
const charts: readonly [string, PinnedChart][] = Object.entries(ALL);

describe('the table of versions', () => {
  it.each(charts)('pins %s exactly, says from where and when it was checked', (_, chart) => {
    expect(chart.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(chart.repository).toMatch(/^(https|oci):\/\/[^/]+(\/.*)?[^/]$/);
    expect(chart.checked).toMatch(/^20\d\d-(0\d|1[0-2])-[0-3]\d$/);
    expect(chart.appVersion).not.toBe('');
  });

  it.each([
    ['karpenterCrds', 'karpenter'],
    ['envoyGatewayCrds', 'envoyGateway'],
  ] as const)('gives %s the version and home of %s', (crds, controller) => {
    expect(ALL[crds].version).toBe(ALL[controller].version);
    expect(ALL[crds].repository).toBe(ALL[controller].repository);
  });

  it.each(Object.entries(GATEWAY_IMAGES))('pins the image of %s to one release', (_, image) => {
    expect(image).toMatch(/^[a-z.]+\.(io|aws)\/[a-z/]+:[a-z-]*v?\d+\.\d+\.\d+[a-z-]*$/);
  });

  it('pins the image of nodes to one release', () => {
    expect(NODE_IMAGE_ALIAS).toMatch(/^[a-z0-9]+@v\d[\d.]+$/);
  });
});
