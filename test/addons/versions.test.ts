import { CHARTS, NODE_IMAGE_ALIAS, type PinnedChart } from '../../constructs/cluster/addons/versions';

const charts: readonly [string, PinnedChart][] = Object.entries(CHARTS);

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
    expect(CHARTS[crds].version).toBe(CHARTS[controller].version);
    expect(CHARTS[crds].repository).toBe(CHARTS[controller].repository);
  });

  it('pins the image of nodes to one release', () => {
    expect(NODE_IMAGE_ALIAS).toMatch(/^[a-z0-9]+@v\d[\d.]+$/);
  });
});
