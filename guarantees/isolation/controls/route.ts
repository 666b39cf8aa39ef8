import { at, listOf, textOf } from '../facts/json';
import { claimOf, fleetOf, GATEWAY_NAMESPACE, hostLabelOf, isHostOf } from '../gateway';
import { hostsOf, isOwnersOnly, isParent, rulesOf } from '../routes';
import { objectsOf } from '../stack';
import { type Control, judgeAll, problems } from './control';

/** Calls reach the owner's services by routes of its own fleet and host, which demand the owner's own claim each. */
export const route: Control = {
  name: 'route',
  check: ({ world, owner, stack }) => {
    const fleet = fleetOf(owner);
    const [header, value] = claimOf(owner);
    const all = objectsOf(stack, owner, 'HTTPRoute');
    const led = all.filter((each) => rulesOf(each).some(({ backends }) => backends.length > 0));
    // What answers by itself, such as a refusal, needs no claim, but a place of its own.
    const candidates = (led.length > 0 ? all : []).map((each) => {
      const parents = listOf(at(each.body, 'spec', 'parentRefs'));
      return {
        address: each.address,
        problems: problems([
          [
            parents.length === 0 || !parents.every((parent) => isParent(parent, GATEWAY_NAMESPACE, fleet)),
            `belongs to others than the Gateway ${fleet} (parentRefs)`,
          ],
          [
            !hostsOf(each).every((host) => isHostOf(world, owner, host)),
            `is for other hosts than ${hostLabelOf(owner)} of the cell’s zone (hostnames)`,
          ],
          ...rulesOf(each)
            .filter(({ backends }) => backends.length > 0)
            .flatMap(({ matches }) => matches)
            .map(
              (match) =>
                [
                  !isOwnersOnly(owner, match),
                  `leads calls for ${textOf(at(match, 'path', 'value')) || '/'} to services without ${header}: ${value}`,
                ] as const,
            ),
        ]),
      };
    });
    return judgeAll('HTTPRoute to its services', candidates, {
      gives: `calls whose verified token says ${header}: ${value}, and no others`,
      remedy: `Give ${owner.namespace} HTTPRoutes of the Gateway ${fleet} for its host, in which every match of a rule with backends asks for the header ${header} with exactly ${value}`,
    });
  },
};
