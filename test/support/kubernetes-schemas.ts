import { execFileSync } from 'node:child_process';
import type { IConstruct } from 'constructs';
import { GeneratedChart, type KubernetesObject } from '../../constructs/core/chart';

/** Packages that hold the schemas of an API group, by the end of its name. */
const PACKAGES: Readonly<Record<string, string>> = {
  'karpenter.sh': 'karpenter',
  'karpenter.k8s.aws': 'karpenter',
  'keda.sh': 'keda',
  'gateway.networking.k8s.io': 'gateway-api',
  'gateway.envoyproxy.io': 'envoy-gateway',
  'external-secrets.io': 'external-secrets',
};

// The packages are ES modules, which the test runner cannot load: another Node process does.
const VALIDATE = `
  import { readFileSync } from 'node:fs';
  for (const { module, object } of JSON.parse(readFileSync(0, 'utf8'))) {
    const { [object.kind]: Model } = await import(module);
    try {
      new Model(object).validate();
    } catch (error) {
      console.log(object.kind + '/' + object.metadata.name + ': ' + error.message);
    }
  }
`;

/** Every object of a custom kind below a construct. */
export function generatedObjects(scope: IConstruct): KubernetesObject[] {
  return scope.node
    .findAll()
    .flatMap((construct) => (construct instanceof GeneratedChart ? construct.objects : []));
}

/**
 * What the published schemas of their kinds find wrong with objects, one text each.
 *
 * @throws Error when the schemas of an object's API group are not known here
 */
export function schemaProblems(objects: readonly KubernetesObject[]): string[] {
  const input = objects.map((object) => {
    const [group = ''] = object.apiVersion.split('/');
    const name = PACKAGES[group];
    if (name === undefined) throw new Error(`no schemas are known for ${object.apiVersion} ${object.kind}`);
    return { module: `@kubernetes-models/${name}/${object.apiVersion}/${object.kind}`, object };
  });
  const options = { input: JSON.stringify(input), encoding: 'utf8' } as const;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', VALIDATE], options);
  return printed.split('\n').filter((line) => line !== '');
}
