import { idlePolicies } from '../admission';
import { publisherStack } from '../cluster-settings';
import { EVERYBODY, finder, type Rule } from './rule';

/** Roles of operators and deployers hold for kinds of objects; whose objects, admission policies of the add-ons say. */
export const admission: Rule = ({ world, stack }) =>
  stack.owner || publisherStack(world, stack.place, 'addons') !== stack
    ? []
    : idlePolicies(stack).map(([policy, why]) =>
        finder('admission', stack)(
          `ValidatingAdmissionPolicy/${policy}`,
          EVERYBODY,
          `the admission policy ${policy} ${why}, so people may do with all namespaces what their role allows in one`,
          `Let the addons stack make ${policy} and a binding with Deny`,
          'operators and deployers',
        ),
      );
