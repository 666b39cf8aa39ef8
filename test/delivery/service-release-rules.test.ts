import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ServiceRelease } from '../../constructs/delivery/service-release/service-release';
import { ANALYSIS_SECONDS } from '../../constructs/delivery/analysis-queries';
import { RELEASE_TIMES } from '../../constructs/delivery/service-release/times';
import { RELEASE, release } from './service-release-fixture';

describe('ServiceRelease props', () => {
  it('are refused with every problem named at once', () => {
    expect(() =>
      release({
        service: 'api-canary',
        slices: [
          { slice: 'canary', replicas: 0 },
          { slice: 'canary', replicas: 1 },
        ],

        smoke: { program: 'smoke', checks: [] },
        environment: { tier: 'starter', RELEASE: '1' },
        times: {
          scaleDownDelaySeconds: 360,
          progressDeadlineSeconds: 400,
          abortScaleDownDelaySeconds: 0,
          preStopSeconds: 1.5,
        },
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Release] invalid ServiceRelease props:
       - times.abortScaleDownDelaySeconds must be a whole number of seconds, at least 1, got 0
       - times.preStopSeconds must be a whole number of seconds, at least 1, got 1.5
       - times.scaleDownDelaySeconds must be longer than the analysis after the promotion, 360 s, got 360
       - times.progressDeadlineSeconds must be longer than smoke test and analysis, 420 s, got 400
       - times.abortScaleDownDelaySeconds must be at least the longest call, 30 s, got 0
       - service must not end in -internal, -canary, -preview, as slices and previews of another service do, got 'api-canary'
       - slices must have main among them, got canary, canary
       - slices must differ, got canary, canary
       - slices must each have at least one pod, got canary 0, canary 1
       - smoke.checks must name at least one call: nothing takes traffic that nobody has tried
       - environment must have names of capital letters, digits and underscores, and none of SERVICE, PORT, RELEASE, DATABASE_SCHEMA, got tier, RELEASE"
    `);
  });

  it('name no service after the account that smoke tests run as', () => {
    expect(() => release({ service: 'default' })).toThrow("service must not be called 'default'");
  });

  it.each([
    ['scaleDownDelaySeconds', ANALYSIS_SECONDS],
    ['progressDeadlineSeconds', RELEASE_TIMES.smokeDeadlineSeconds],
    ['abortScaleDownDelaySeconds', RELEASE.requestTimeoutSeconds - 1],
  ] as const)('refuse %s of %d seconds, and take one more', (key, most) => {
    expect(() => release({ times: { [key]: most } })).toThrow(`times.${key} must be`);
    expect(() => release({ times: { [key]: most + 1 } })).not.toThrow();
  });

  it.each(['api-internal', 'api-canary', 'api-preview'])('refuse a service called %s', (service) => {
    expect(() => release({ service })).toThrow('service must not end in -internal, -canary, -preview');
  });
});

describe('a release in its chart', () => {
  let outdir = '';
  let files: Readonly<Record<string, string>> = {};
  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'service-release-'));
    const app = new App({ outdir });
    const stack = new TerraformStack(app, 'test');
    new HelmProvider(stack, 'helm', {});
    const host = new TerraformVariable(stack, 'host', { type: 'string' });
    const hosts = { 'data-shard-1': { writer: host.stringValue, reader: `ro.${host.stringValue}` } };
    for (const service of ['api', 'worker']) {
      new ServiceRelease(stack, service, {
        ...RELEASE,
        service,
        environment: { DATABASE_HOSTS: JSON.stringify(hosts) },
      });
    }
    app.synth();
    const folder = join(outdir, 'stacks', 'test', 'assets');
    files = Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(({ name }) => name === 'manifests.json')
        .map(({ parentPath, name }) => [
          /"name":"release-(\w+)"/.exec(readFileSync(join(parentPath, 'Chart.yaml'), 'utf8'))?.[1] ?? '',
          readFileSync(join(parentPath, name), 'utf8'),
        ]),
    );
  });
  afterAll(() => {
    rmSync(outdir, { recursive: true });
  });

  /** An object's JSON as Helm prints it, with a value of Terraform's in its places. */
  const printed = (service: string, kind: string): string => {
    const manifests = JSON.parse(files[service] ?? '[]') as (string | object)[][];
    const texts = manifests.map((pieces) =>
      pieces.map((piece) => (typeof piece === 'string' ? piece : 'db.example')).join(''),
    );
    return texts.find((text) => text.includes(`"kind":"${kind}"`)) ?? '';
  };

  it('is a Helm release of its own for each service', () => {
    expect(Object.keys(files).sort()).toEqual(['api', 'worker']);
    expect(files['api']).not.toContain('worker');
  });

  it('keeps what analyses fill in, byte for byte', () => {
    const smoke = JSON.parse(printed('api', 'AnalysisTemplate')) as { spec: { metrics: unknown } };
    expect(JSON.stringify(smoke.spec.metrics)).toContain('"value":"{{args.preview}}"');
    expect(files['api']).toContain('httproute/{{args.namespace}}/{{args.route}}');
  });

  it('fills the hosts of databases into JSON within JSON', () => {
    const { data } = JSON.parse(printed('api', 'ConfigMap')) as { data: { template: string } };
    const { spec } = JSON.parse(data.template) as {
      spec: { containers: { env: { name: string; value: string }[] }[] };
    };
    const hosts = spec.containers[0]?.env.find(({ name }) => name === 'DATABASE_HOSTS')?.value ?? '';
    expect(JSON.parse(hosts)).toEqual({ 'data-shard-1': { writer: 'db.example', reader: 'ro.db.example' } });
  });
});
