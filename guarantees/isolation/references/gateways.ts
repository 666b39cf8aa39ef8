import { WORKLOAD_LABELS } from '../../../constructs/core/workload-labels';
import { at, isTrue, type Json, listOf, textOf, textsOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { targetsOf } from '../fleet';
import { selects } from '../selectors';
import type { Stack } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Policies that say whom gateways let in. One that is about less than a whole Gateway takes the place of the Gateway's there. */
const POLICIES = ['SecurityPolicy', 'ClientTrafficPolicy'];

const FLEETS = ['shared', 'enterprise'];

/** The platform's gateways: whose routes they take, and whether what lets callers in holds for all of them. */
export const gateways: Rule = (scene) => {
  const { owner, kinds } = scene.stack;
  if (owner) return [];
  return [
    ...POLICIES.flatMap((kind) => kinds.get(kind) ?? []).flatMap((policy) => partial(scene, policy)),
    ...(kinds.get('Gateway') ?? []).flatMap((gateway) => listeners(scene, gateway)),
    ...(kinds.get('EnvoyProxy') ?? []).flatMap((proxy) => shared(scene, proxy)),
  ];
};

function partial({ stack }: Scene, policy: KubernetesFact): readonly Finding[] {
  const others = targetsOf(policy).filter(
    (target) => textOf(at(target, 'kind')) !== 'Gateway' || textOf(at(target, 'sectionName')) !== '',
  );
  const labelled = at(policy.body, 'spec', 'targetSelectors') !== undefined;
  if (others.length === 0 && !labelled) return [];
  const [first] = others;
  const what = labelled
    ? 'whatever has a label'
    : `${textOf(at(first, 'kind'))} ${textOf(at(first, 'name'))} ${textOf(at(first, 'sectionName'))}`.trim();
  return [
    finder('gateway', stack)(
      policy,
      EVERYBODY,
      `${policy.kind} ${policy.name} is about ${what}, and takes the place there of what the Gateway's asks of callers`,
      'Make policies for whole Gateways only',
      'callers of gateways',
    ),
  ];
}

/**
 * A listener takes no routes of namespaces with another fleet's label, and so none of that fleet's owners. Those without a label
 * it may take where the control plane does not look at them.
 */
function listeners({ stack }: Scene, gateway: KubernetesFact): readonly Finding[] {
  const others = FLEETS.filter((fleet) => fleet !== gateway.name);
  return listOf(at(gateway.body, 'spec', 'listeners')).flatMap((listener): readonly Finding[] => {
    const spaces = at(listener, 'allowedRoutes', 'namespaces');
    const from = textOf(at(spaces, 'from')) || 'Same';
    const takes = (labels: Readonly<Record<string, string>>): boolean =>
      from === 'All' || (from !== 'Same' && selects(at(spaces, 'selector'), labels));
    const taken = others.filter((fleet) => takes({ [WORKLOAD_LABELS.fleet]: fleet }));
    if (taken.length > 0) {
      return [
        finder('gateway', stack)(
          gateway,
          `owners of fleet ${taken.join(', ')}`,
          `Gateway ${gateway.name} takes routes of namespaces of other fleets (allowedRoutes)`,
          `Take no routes of namespaces with the label ${WORKLOAD_LABELS.fleet} of another fleet than ${gateway.name}`,
        ),
      ];
    }
    return takes({}) && looksEverywhere(stack)
      ? [
          finder('gateway', stack)(
            gateway,
            EVERYBODY,
            `Gateway ${gateway.name} takes routes of namespaces of no fleet (allowedRoutes), and nothing keeps the control plane from reading them`,
            `Let the control plane watch namespaces with the label ${WORKLOAD_LABELS.fleet} only`,
          ),
        ]
      : [];
  });
}

/** What changes a release's values from elsewhere. */
const CHANGES = ['set', 'set_list', 'set_sensitive', 'set_wo', 'postrender'];

/** Whether a stack's control plane may read namespaces without a label: what it is told is missing, or cannot be read here. */
function looksEverywhere({ byType }: Stack): boolean {
  const releases = (byType.get('helm_release') ?? []).filter(({ values }) =>
    textOf(values['chart']).endsWith('gateway-helm'),
  );
  const narrow = releases.filter(({ values }) => {
    const [text, ...others] = textsOf(values['values']);
    const watch = at(parsed(text), 'config', 'envoyGateway', 'provider', 'kubernetes', 'watch');
    return (
      others.length === 0 &&
      CHANGES.every((name) => values[name] === undefined) &&
      textOf(at(watch, 'type')) === 'NamespaceSelector' &&
      !selects(at(watch, 'namespaceSelector'), {})
    );
  });
  return releases.length === 0 || narrow.length < releases.length;
}

/** JSON in which references, which may hold quotes, are left out. */
function parsed(text = ''): Json | undefined {
  try {
    return JSON.parse(text.replace(/‹[^›]*›/g, '')) as Json;
  } catch {
    return undefined;
  }
}

function shared({ stack }: Scene, proxy: KubernetesFact): readonly Finding[] {
  const merged = isTrue(at(proxy.body, 'spec', 'mergeGateways'));
  return merged
    ? [
        finder('gateway', stack)(
          proxy,
          EVERYBODY,
          `EnvoyProxy ${proxy.name} serves the Gateways of all fleets with the same proxies (mergeGateways)`,
          'Let each fleet have proxies of its own',
        ),
      ]
    : [];
}
