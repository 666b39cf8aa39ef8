import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { App, Fn, TerraformStack, TerraformVariable } from 'cdktf';
import { GeneratedChart, type KubernetesObject } from '../../constructs/core/chart';

/**
 * A chart on its whole way: values computed by Terraform, template rendered by Go's engine with the functions Helm gives
 * it, documents split as Helm splits them, YAML read by the library Kubernetes reads it with. Needs `terraform`, and Go
 * with the Debian packages golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev (in /usr/share/gocode, or
 * wherever GOPATH says).
 */
const RENDERER = `package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type files struct{ folder string }

func (f files) Get(name string) string {
	content, err := os.ReadFile(filepath.Join(f.folder, name))
	if err != nil {
		return ""
	}
	return string(content)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func read(name string) map[string]interface{} {
	content, err := os.ReadFile(name)
	check(err)
	values := map[string]interface{}{}
	check(yaml.Unmarshal(content, &values))
	return values
}

func main() {
	folder := os.Args[1]
	functions := sprig.TxtFuncMap()
	functions["fromJsonArray"] = func(text string) []interface{} {
		array := []interface{}{}
		if err := json.Unmarshal([]byte(text), &array); err != nil {
			array = []interface{}{err.Error()}
		}
		return array
	}
	source, err := os.ReadFile(filepath.Join(folder, "templates/manifests.yaml"))
	check(err)
	parsed, err := template.New("manifests").Funcs(functions).Option("missingkey=zero").Parse(string(source))
	check(err)
	values := read(filepath.Join(folder, "values.yaml"))
	for key, value := range read(os.Args[2]) {
		values[key] = value
	}
	rendered := bytes.Buffer{}
	check(parsed.Execute(&rendered, map[string]interface{}{"Values": values, "Files": files{folder}}))
	for _, document := range regexp.MustCompile("(?:^|\\\\s*\\n)---\\\\s*").Split(rendered.String(), -1) {
		if len(bytes.TrimSpace([]byte(document))) == 0 {
			continue
		}
		line, err := yaml.YAMLToJSON([]byte(document))
		check(err)
		os.Stdout.Write(append(line, '\\n'))
	}
}
`;

const GO_ENVIRONMENT = {
  ...process.env,
  GO111MODULE: 'off',
  GOPATH: process.env['GOPATH'] ?? '/usr/share/gocode',
};

/** What this machine lacks, or undefined. */
function missing(): string | undefined {
  const runs = (tool: string, ...args: string[]): boolean =>
    spawnSync(tool, args, { env: GO_ENVIRONMENT }).status === 0;
  if (!runs('terraform', 'version')) return 'terraform';
  if (!runs('go', 'version')) return 'go';
  if (!runs('go', 'list', 'github.com/Masterminds/sprig')) return 'golang-github-masterminds-sprig-dev';
  if (!runs('go', 'list', 'sigs.k8s.io/yaml')) return 'golang-k8s-sigs-yaml-dev';
  return undefined;
}

const lacking = missing();
const where = lacking === undefined ? describe : describe.skip;

const folder = mkdtempSync(join(tmpdir(), 'chart-integration-'));
const renderer = join(folder, 'renderer');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function buildRenderer(): void {
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'main.go'), RENDERER);
  const cwd = join(folder, 'source');
  execFileSync('go', ['build', '-o', renderer, './main.go'], { cwd, env: GO_ENVIRONMENT });
}

const widget = (spec: unknown): KubernetesObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one' }, spec }) as KubernetesObject;

/** What Kubernetes would be sent for one object, with Terraform's variables set as given. */
function deploy(
  variables: Readonly<Record<string, unknown>>,
  spec: (variable: (name: string) => TerraformVariable) => unknown,
): unknown {
  const outdir = mkdtempSync(join(folder, 'app-'));
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'test');
  new HelmProvider(stack, 'helm');
  const declared: Record<string, TerraformVariable> = {};
  const variable = (name: string): TerraformVariable =>
    (declared[name] ??= new TerraformVariable(stack, name, {}));
  new GeneratedChart(stack, 'Chart', {
    name: 'chart',
    namespace: 'default',
    objects: [widget(spec(variable))],
  });
  app.synth();
  const home = join(outdir, 'stacks', 'test');
  const { resource } = JSON.parse(readFileSync(join(home, 'cdk.tf.json'), 'utf8')) as {
    resource: { helm_release: Record<string, { chart: string; values?: string[] }> };
  };
  const [release] = Object.values(resource.helm_release);

  const values = join(outdir, 'values.yaml');
  writeFileSync(values, evaluate(release?.values?.[0] ?? '{}', variables, join(outdir, 'console')));
  const printed = execFileSync(renderer, [join(home, release?.chart ?? ''), values], { encoding: 'utf8' });
  const documents = printed.trimEnd().split('\n');
  expect(documents).toHaveLength(1);
  const object = JSON.parse(documents[0] ?? '') as { spec: unknown };
  expect(object).toEqual(widget(object.spec));
  return object.spec;
}

/** The text that Terraform makes of a template. */
function evaluate(text: string, variables: Readonly<Record<string, unknown>>, home: string): string {
  mkdirSync(home);
  const declared = Object.keys(variables).map((name) => ({ variable: { [name]: { type: 'any' } } }));
  writeFileSync(
    join(home, 'main.tf.json'),
    JSON.stringify([{ output: { text: { value: text } } }, ...declared]),
  );
  writeFileSync(join(home, 'terraform.tfvars.json'), JSON.stringify(variables));
  const options = {
    cwd: home,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  } as const;
  execFileSync('terraform', ['apply', '-auto-approve', '-input=false', '-no-color'], options);
  return execFileSync('terraform', ['output', '-raw', 'text'], options);
}

where(`a generated chart${lacking === undefined ? '' : ` (skipped: this machine has no ${lacking})`}`, () => {
  beforeAll(buildRenderer, 300_000);

  it('delivers an object byte for byte, whatever its strings mean to Go templates, Terraform or YAML', () => {
    const spec = {
      template: 'hello {{ .Values.name }} and {{- range . }}{{ end -}} }}{{ `',
      terraform: 'literal ${var.x} and %{ if true } and $${escaped} and trailing ${',
      quotes: `"double" 'single' \`back\` \\ backslash \\" \\u0000`,
      unicode: 'Zürich 東京 🛡️ \u2028 \u2029 \u0085 \ufeff \uffff \u007f \u0001',
      lines: 'one\ntwo\r\n\n---\nthree\t',
      lookalikes: ['<<terraform:0>>', '{"value":"0"}', '0', '1e10', '--- # not a document', ''],
      yaml: [
        'yes',
        'no',
        'null',
        '~',
        '0x10',
        '1_000',
        '2026-11-23',
        '- a',
        ': b',
        '# c',
        '&d',
        '*e',
        '!f',
        '@h',
        '<<',
      ],
      numbers: [0, -1, 1.5, 1e21, 1e-7, 9007199254740991, 300000],
      others: [true, false, null, [], {}],
      'key with {{ braces }}: and "quotes"': 1,
      '<<': 'not a merge',
      yes: 'not a boolean',
      '1': 'not a number',
    };
    expect(deploy({}, () => spec)).toEqual(spec);
  });

  it("fills in Terraform's values, each in its own type", () => {
    const variables = {
      name: 'arn:aws:iam::111111111111:role/"quoted"\\ {{ x }} \n ${y} 東京',
      list: ['a', 'b"c', '{{ d }}'],
      whole: 9007199254740991,
      fraction: 0.25,
      flag: true,
      map: { key: 'value', nested: { n: 1 } },
    };
    const spec = deploy(variables, (v) => ({
      string: v('name').stringValue,
      list: v('list').listValue,
      whole: v('whole').numberValue,
      fraction: v('fraction').numberValue,
      flag: v('flag').booleanValue,
      map: v('map').value,
      upper: Fn.upper(v('name').stringValue),
      count: Fn.lengthOf(v('list').listValue),
      [`key-${v('flag').stringValue}`]: 1,
    }));
    const { name, ...rest } = variables;
    expect(spec).toEqual({ ...rest, string: name, upper: name.toUpperCase(), count: 3, 'key-true': 1 });
  });

  it('fills in values inside longer strings as text', () => {
    const variables = { name: '"q"\\{{ x }}\n', number: 8080 };
    const spec = deploy(variables, (v) => [
      `before "${v('name').stringValue}" \${after} {{ end }}`,
      `${v('name').stringValue}${v('name').stringValue}`,
      `port ${String(v('number').numberValue)}/tcp`,
    ]);
    expect(spec).toEqual([
      `before "${variables.name}" \${after} {{ end }}`,
      variables.name + variables.name,
      'port 8080/tcp',
    ]);
  });

  it('never reads a filled-in value again: text that looks like another gap stays as it is', () => {
    const variables = { first: '{"value":"1"} <<terraform:1>> {{ .Values }}', second: 'secret' };
    const spec = deploy(variables, (v) => [v('first').stringValue, v('second').stringValue, '{"text":"0"}']);
    expect(spec).toEqual([variables.first, variables.second, '{"text":"0"}']);
  });
});
