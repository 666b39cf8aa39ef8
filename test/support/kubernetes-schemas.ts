import { execFileSync } from 'node:child_process';
import type { IConstruct } from 'constructs';
import { GeneratedChart, type KubernetesObject } from '../../constructs/core/chart';
import { withoutNewFields } from './envoy-gateway-crds';
import { securityGroupPolicyProblems } from './security-group-policy-schema';
import { targetGroupBindingProblems } from './target-group-binding-schema';

/** Packages that hold the schemas of an API group. */
const PACKAGES: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models',
  apps: 'kubernetes-models',
  batch: 'kubernetes-models',
  policy: 'kubernetes-models',
  'admissionregistration.k8s.io': 'kubernetes-models',
  'networking.k8s.io': 'kubernetes-models',
  'rbac.authorization.k8s.io': 'kubernetes-models',
  'scheduling.k8s.io': 'kubernetes-models',
  'karpenter.sh': '@kubernetes-models/karpenter',
  'karpenter.k8s.aws': '@kubernetes-models/karpenter',
  'keda.sh': '@kubernetes-models/keda',
  'argoproj.io': '@kubernetes-models/argo-rollouts',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'gateway.envoyproxy.io': '@kubernetes-models/envoy-gateway',
  'external-secrets.io': '@kubernetes-models/external-secrets',
};

/** Kinds that no package knows, and what is wrong with an object of them. */
const OWN_SCHEMAS: Readonly<Record<string, (object: KubernetesObject) => string[]>> = {
  SecurityGroupPolicy: securityGroupPolicyProblems,
  TargetGroupBinding: targetGroupBindingProblems,
};

// The packages are ES modules, which the test runner cannot load: another Node process does. Kubernetes' schemas let fields
// pass that they do not know, and an API server drops them in silence or refuses them ("Field validation", Kubernetes
// documentation), so what a schema never looks at is a problem too. An object that it looks into nowhere is free text to it.
const VALIDATE = `
  import { readFileSync } from 'node:fs';
  const watch = (value) => {
    if (typeof value !== 'object' || value === null) return { seen: value, unread: () => [] };
    const children = new Map();
    const get = (target, key) => {
      if (!children.has(key)) children.set(key, watch(target[key]));
      return children.get(key).seen;
    };
    const unread = (path) => {
      if (children.size === 0) return [];
      return Object.keys(value).flatMap((key) => {
        const at = path + '/' + key;
        if (children.has(key)) return children.get(key).unread(at);
        // The packages' generator takes this field for a description of the schema, and loses it.
        return Array.isArray(value) || key === 'description' ? [] : [at];
      });
    };
    return { seen: new Proxy(value, { get }), unread };
  };
  for (const { module, object } of JSON.parse(readFileSync(0, 'utf8'))) {
    const { [object.kind]: Model } = await import(module);
    const problem = (text) => console.log(object.kind + '/' + object.metadata.name + ': ' + text);
    const { seen, unread } = watch(object);
    try {
      Model.prototype.validate.call(seen);
    } catch (error) {
      problem(error.message);
    }
    for (const path of unread('')) problem('data' + path + ' is not known to the schema');
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
  const modelled = objects.filter(({ kind }) => !(kind in OWN_SCHEMAS)).map(withoutNewFields);
  const input = modelled.map(({ known: object }) => {
    const [group = ''] = object.apiVersion.split('/');
    const name = PACKAGES[group];
    if (name === undefined) throw new Error(`no schemas are known for ${object.apiVersion} ${object.kind}`);
    return { module: `${name}/${object.apiVersion}/${object.kind}`, object };
  });
  const options = { input: JSON.stringify(input), encoding: 'utf8' } as const;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', VALIDATE], options);
  return [
    ...objects.flatMap((object) => OWN_SCHEMAS[object.kind]?.(object) ?? []),
    ...modelled.flatMap(({ problems }) => problems),
    ...printed.split('\n').filter((line) => line !== ''),
  ];
}
