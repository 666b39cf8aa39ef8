import { WORKLOAD_PORT } from '../../../constructs/core/workload-port';
import { isWithin } from '../addresses';
import { at, type Json, listOf, objectOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import { fleetOf, GATEWAY_NAMESPACE, isGatewayPeer, isPeer } from '../gateway';
import type { Owner } from '../owners';
import { selectedOwner } from '../selectors';
import { objectsOf, type Stack } from '../stack';
import type { World } from '../world';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Where pods ask for the credentials of their role: "EKS Pod Identity Agent", Amazon EKS User Guide. */
const POD_IDENTITY_AGENT = '169.254.170.23/32';

/** Label of pods of smoke tests. Written down here once more, for what constructs take it to be must not change what is proved. */
const SMOKE_LABEL = 'bulkhead/smoke';

const fixes = {
  Ingress: `Let in proxies of the owner’s own fleet, by one peer with both selectors, and pods of smoke tests, on TCP ${WORKLOAD_PORT} only`,
  Egress:
    'Let out to DNS, to the subnets of databases on their ports, and to AWS on TCP 443 only; pods of smoke tests to those of the namespace',
};

/** What policies of an owner's namespace let in and out. Every peer must be understood as one that all owners may have. */
export const networkPolicies: Rule = (scene) => {
  const { owner } = scene.stack;
  if (!owner) return [];
  return objectsOf(scene.stack, owner, 'NetworkPolicy').flatMap((policy) => [
    ...listOf(at(policy.body, 'spec', 'ingress')).flatMap((rule) => ingress(scene, owner, policy, rule)),
    ...listOf(at(policy.body, 'spec', 'egress')).flatMap((rule) => egress(scene, owner, policy, rule)),
  ]);
};

function ingress(scene: Scene, owner: Owner, policy: KubernetesFact, rule: Json): readonly Finding[] {
  const found = finder('network-policy', scene.stack);
  const peers = listOf(at(rule, 'from'));
  const name = `network policy ${policy.name}`;
  if (peers.length === 0)
    return [found(policy, owner.stack, `${name} lets in everybody`, fixes.Ingress, EVERYBODY)];
  return peers.flatMap((peer) => {
    if (isSmoke(peer) && onlyPorts(rule, [WORKLOAD_PORT])) return [];
    if (isGatewayPeer(peer, fleetOf(owner))) {
      if (onlyPorts(rule, [WORKLOAD_PORT])) return [];
      return [
        found(
          policy,
          owner.stack,
          `${name} lets gateways in on ${ports(rule)}`,
          fixes.Ingress,
          GATEWAY_NAMESPACE,
        ),
      ];
    }
    const who = whoIs(scene, owner, peer);
    return [found(policy, owner.stack, `${name} lets in ${JSON.stringify(peer)}`, fixes.Ingress, who)];
  });
}

function egress(scene: Scene, owner: Owner, policy: KubernetesFact, rule: Json): readonly Finding[] {
  const found = finder('network-policy', scene.stack);
  const peers = listOf(at(rule, 'to'));
  const name = `network policy ${policy.name}`;
  if (peers.length === 0) return [found(policy, EVERYBODY, `${name} lets out to everybody`, fixes.Egress)];
  return peers.flatMap((peer) => {
    const ofSmoke = isSmoke(at(policy.body, 'spec')) && isInside(peer) && onlyPorts(rule, [WORKLOAD_PORT]);
    if (ofSmoke || isDataPeer(scene.world, scene.stack, peer, rule)) return [];
    return [
      found(
        policy,
        whoIs(scene, owner, peer),
        `${name} lets out to ${JSON.stringify(peer)} on ${ports(rule)}`,
        fixes.Egress,
      ),
    ];
  });
}

/** Whether a peer is what all pods may call: DNS, databases and AWS. */
export const isDataPeer = (world: World, stack: Stack, peer: Json, rule: Json): boolean =>
  (isPeer(peer, 'kube-system', 'k8s-app', 'kube-dns') && onlyPorts(rule, [53])) ||
  isData(world, stack, peer, rule);

/** A peer that selects pods and no namespace is in the policy's own. */
const isInside = (peer: Json): boolean => Object.keys(objectOf(peer)).join() === 'podSelector';

/**
 * Whether a peer, or what a policy is for, is pods of smoke tests in the policy's own namespace: those that only the platform's own
 * analyses make. All other pods reach one another through the gateway, which knows whose calls they are.
 */
function isSmoke(selecting: Json | undefined): boolean {
  const { podSelector, namespaceSelector, ipBlock } = objectOf(selecting);
  if (namespaceSelector !== undefined || ipBlock !== undefined) return false;
  const { matchLabels, matchExpressions } = objectOf(podSelector);
  return (
    SMOKE_LABEL in objectOf(matchLabels) ||
    listOf(matchExpressions).some(
      (expression) =>
        textOf(at(expression, 'key')) === SMOKE_LABEL &&
        ['Exists', 'In'].includes(textOf(at(expression, 'operator'))),
    )
  );
}

/** Address ranges in which no pod of another owner listens on these ports. */
function isData(world: World, stack: Stack, peer: Json, rule: Json): boolean {
  const block = objectOf(objectOf(peer)['ipBlock']);
  const cidr = textOf(block['cidr']);
  if (cidr === '' || Object.keys(objectOf(peer)).length !== 1) return false;
  if (onlyPorts(rule, [443])) return true;
  if (cidr === POD_IDENTITY_AGENT) return onlyPorts(rule, [80]);
  if (!onlyPorts(rule, [5432]) && !onlyPorts(rule, [6379])) return false;
  const subnets = world.isolatedRanges(stack.place);
  return subnets === undefined
    ? /\/(1[6-9]|2\d|3[0-2])$/.test(cidr)
    : subnets.some((subnet) => isWithin(cidr, subnet));
}

/** Whether a rule names ports, and no others than these. Without any it would be about all. */
function onlyPorts(rule: Json, wanted: readonly number[]): boolean {
  const named = listOf(at(rule, 'ports'));
  return (
    named.length > 0 &&
    named.every(
      (port) =>
        wanted.some((number) => textOf(at(port, 'port')) === String(number)) &&
        at(port, 'endPort') === undefined,
    )
  );
}

function ports(rule: Json): string {
  const named = listOf(at(rule, 'ports')).map(
    (port) => `${textOf(at(port, 'protocol')) || 'TCP'} ${textOf(at(port, 'port')) || 'all ports'}`,
  );
  return named.length > 0 ? named.join(', ') : 'all ports';
}

/** Whose pods a peer is. */
function whoIs({ world, stack }: Scene, owner: Owner, peer: Json): string {
  const { namespaceSelector, ipBlock } = objectOf(peer);
  if (ipBlock !== undefined) return `everybody in ${textOf(objectOf(ipBlock)['cidr'])}`;
  if (isInside(peer)) return `pods of ${owner.namespace}, past the gateway`;
  return selectedOwner(world, owner, namespaceSelector) ?? `pods outside ${stack.owner?.namespace ?? ''}`;
}
