import { type Config, removePlatforms, type Stack, reviewed } from './platform';

afterAll(removePlatforms);

const CHART = 'assets/Resources/0123456789abcdef0123456789abcdef';
const NEW_CHART = 'assets/Resources/fedcba9876543210fedcba9876543210';

const policy = (spec: Config): Config => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace: 'tenant-acme' },
  spec,
});

/** A release of a chart whose objects are kept as JSON in pieces. */
const release = (chart: string, pieces: readonly unknown[], values: Config = {}): Stack => ({
  config: {
    resource: { helm_release: { It: { name: 'r', namespace: 'n', chart: `./${chart}`, ...values } } },
  },
  assets: { [`${chart}/manifests.json`]: JSON.stringify(pieces), [`${chart}/Chart.yaml`]: '{}' },
});
const objects = (chart: string, ...all: readonly Config[]): Stack =>
  release(
    chart,
    all.map((object) => [JSON.stringify(object)]),
  );

async function changesOf(before: Stack, after: Stack) {
  const { stacks } = await reviewed({ a: before }, { a: after });
  return stacks[0]?.changes ?? [];
}

describe('an object in a chart', () => {
  it('is reviewed as if it were a resource, and the folder of its chart is not', async () => {
    const before = objects(CHART, policy({ policyTypes: ['Ingress', 'Egress'] }));
    const after = objects(NEW_CHART, policy({ policyTypes: ['Ingress'] }));
    expect(await changesOf(before, after)).toEqual([
      {
        address: 'helm_release.It: NetworkPolicy tenant-acme/deny-all',
        type: 'k8s/networking.k8s.io/v1/NetworkPolicy',
        fate: 'change',
        attributes: [{ path: 'spec.policyTypes', before: 'Egress' }],
      },
    ]);
  });

  it('comes and goes with its chart', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
    };
    const changes = await changesOf(objects(CHART, policy({})), objects(NEW_CHART, role));
    expect(changes.map(({ fate, address }) => `${fate} ${address}`)).toEqual([
      'create helm_release.It: ClusterRole reader',
      'destroy helm_release.It: NetworkPolicy tenant-acme/deny-all',
    ]);
  });

  it('has the values that Terraform gives it as references', async () => {
    const pieces = [
      [
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"id":',
        { value: '0' },
        ',"host":"',
        { text: '1' },
        '.x"}}',
      ],
    ];
    const values = (group: string) => ({
      values: [`\${jsonencode({"terraform" = {"0" = aws_security_group.${group}.id, "1" = "a"}})}`],
    });
    expect(await changesOf(release(CHART, pieces, values('A')), release(CHART, pieces, values('B')))).toEqual(
      [
        expect.objectContaining({
          address: 'helm_release.It: ConfigMap c',
          attributes: [
            { path: 'data.id', before: '${aws_security_group.A.id}', after: '${aws_security_group.B.id}' },
          ],
        }),
      ],
    );
  });

  it('is read from plain files of a chart, and of others the release says that they are unseen', async () => {
    const chart = (template: string): Stack => ({
      config: {
        resource: { helm_release: { It: { name: 'r', chart: `./${CHART}`, timeout: template.length } } },
      },
      assets: {
        [`${CHART}/crds/a.yaml`]: `kind: A\napiVersion: v1\nmetadata:\n  name: a\nspec: ${String(template.length)}\n`,
        [`${CHART}/templates/b.yaml`]: template,
      },
    });
    const { stacks } = await reviewed({ a: chart('{{ .Values.a }}') }, { a: chart('{{ .Values.bc }}') });
    expect(stacks[0]?.changes.map(({ address }) => address)).toEqual([
      'helm_release.It',
      'helm_release.It: A a',
    ]);
    expect(stacks[0]?.findings.map(({ kind }) => kind)).toContain('unseen');
  });

  it('of a chart from elsewhere shows as the values that differ', async () => {
    const elsewhere = (replicas: number): Stack => ({
      config: {
        resource: {
          helm_release: { It: { chart: 'gateway', values: [JSON.stringify({ deployment: { replicas } })] } },
        },
      },
    });
    expect((await changesOf(elsewhere(1), elsewhere(2)))[0]?.attributes).toEqual([
      { path: 'values.deployment.replicas', before: '1', after: '2' },
    ]);
  });
});

describe('a program', () => {
  const lambda = (hash: string, code: string): Stack => ({
    config: {
      resource: {
        aws_lambda_function: {
          It: {
            filename: `./assets/Program/${hash}/program.zip`,
            source_code_hash: `\${filebase64sha256("./assets/Program/${hash}/program.zip")}`,
            function_name: 'f',
          },
        },
      },
    },
    assets: { [`assets/Program/${hash}/program.zip`]: code },
  });
  const [ONE, OTHER] = ['0'.repeat(32), 'f'.repeat(32)];

  it('that is another one is told by what is in it', async () => {
    const [change] = await changesOf(lambda(ONE, 'a'), lambda(OTHER, 'b'));
    expect(change?.attributes).toEqual([
      {
        path: 'filename',
        before: expect.stringMatching(/^program [0-9a-f]{8}$/),
        after: expect.stringMatching(/^program /),
      },
      {
        path: 'source_code_hash',
        before: expect.stringMatching(/^program /),
        after: expect.stringMatching(/^program /),
      },
    ]);
  });

  it('is the same in a folder of another name', async () => {
    expect(await changesOf(lambda(ONE, 'a'), lambda(OTHER, 'a'))).toEqual([]);
  });

  it('is another one in a folder of the same name', async () => {
    expect(await changesOf(lambda(ONE, 'a'), lambda(ONE, 'b'))).toHaveLength(1);
  });
});
