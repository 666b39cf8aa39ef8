import { WORKLOAD_LABELS } from '../../../constructs/core/workload-labels';
import { at, listOf, objectOf } from '../facts/json';
import { fleetOf, GATEWAY_LABEL, GATEWAY_NAMESPACE, isGatewayPeer } from '../gateway';
import { objectsOf } from '../stack';
import { type Control, judge, problems } from './control';

/** Proxies of the owner's own fleet may call its pods, and no other proxies: pooled tenants share one fleet, dedicated ones the other. */
export const gatewayFleet: Control = {
  name: 'gateway fleet',
  check: ({ owner, stack }) => {
    const fleet = fleetOf(owner);
    const [space] = (stack.kinds.get('Namespace') ?? []).filter(({ name }) => name === owner.namespace);
    const label = space?.labels[WORKLOAD_LABELS.fleet] ?? '';
    const candidates = objectsOf(stack, owner, 'NetworkPolicy')
      .map(({ address, body }) => ({
        address,
        // Pods of the namespace itself are no proxies: `references/network-policies.ts` says which of them may call.
        peers: listOf(at(body, 'spec', 'ingress'))
          .flatMap((rule) => listOf(at(rule, 'from')))
          .filter((peer) => Object.keys(objectOf(peer)).join() !== 'podSelector'),
      }))
      .filter(({ peers }) => peers.length > 0)
      .map(({ address, peers }) => ({
        address,
        problems: problems([
          [!peers.every((peer) => isGatewayPeer(peer, fleet)), `lets in more than proxies of fleet ${fleet}`],
          [
            label !== fleet,
            `while the namespace has the label ${WORKLOAD_LABELS.fleet}: ${label || '(none)'}`,
          ],
        ]),
      }));
    return judge('network policy that lets a gateway in', candidates, {
      gives: `calls from proxies of fleet ${fleet} only`,
      remedy: `Let in pods of ${GATEWAY_NAMESPACE} with the label ${GATEWAY_LABEL}: ${fleet}, both in one peer, and label the namespace ${WORKLOAD_LABELS.fleet}: ${fleet}`,
    });
  },
};
