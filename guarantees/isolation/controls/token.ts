import { publisherStack } from '../cluster-settings';
import { headerProblems, policiesOfFleet, proxyProblems, tokenProblems } from '../fleet';
import { fleetOf, GATEWAY_NAMESPACE } from '../gateway';
import { contractOf } from '../owners';
import { broken, type Control, judgeAll, kept } from './control';

/**
 * The owner's callers are whom their verified token says: the gateway of its fleet lets in nobody else, and takes nobody's word
 * for it. The same for all owners of a fleet.
 */
export const token: Control = {
  name: 'token',
  check: ({ world, owner }) => {
    const fleet = fleetOf(owner);
    const gives = `calls with a verified token of this cell and of fleet ${fleet} only, by whose claims alone they are known`;
    const gateway = publisherStack(world, owner.place, 'gateway');
    if (!gateway && !world.complete) return kept(`contract ${contractOf(owner.place, 'gateway')}`, gives);
    if (!gateway) {
      return broken(
        `no stack of ${owner.place.cell} publishes its gateway`,
        'Synthesize the stack gateway too',
      );
    }
    const headers = policiesOfFleet(gateway, 'ClientTrafficPolicy', fleet);
    const around = [
      ...(headers.length === 0 ? [`no ClientTrafficPolicy removes callers’ own identity headers`] : []),
      ...headers.flatMap((policy) => headerProblems(policy).map((problem) => `${policy.address} ${problem}`)),
      ...proxyProblems(gateway, fleet),
    ];
    const candidates = policiesOfFleet(gateway, 'SecurityPolicy', fleet).map((policy) => ({
      address: policy.address,
      problems: [
        ...tokenProblems(world, gateway, policy, fleet),
        ...(around.length > 0 ? [`while ${around.join(' and ')}`] : []),
      ],
    }));
    return judgeAll(`SecurityPolicy of the Gateway ${fleet} in ${GATEWAY_NAMESPACE}`, candidates, {
      gives,
      remedy: `Let ${gateway.name} demand a token of the cell’s issuer, deny what no rule allows, ask the authorizer without failing open, and remove callers’ x-bulkhead-* headers first`,
    });
  },
};
