import { accessRule } from './access';
import { admissionRule } from './admission';
import { contractRule } from './contract';
import { dataRule, unseenRule } from './data';
import { deliveryRule } from './delivery';
import { exposureRule } from './exposure';
import { firewallRule } from './firewall';
import { gatewayRule } from './gateway';
import { identityRule } from './identity';
import { isolationRule } from './isolation';
import { limitRule } from './limits';
import { networkRule } from './network';
import { networkPolicyRule } from './network-policies';
import { protectionRule } from './protection';
import { rbacRule } from './rbac';
import type { RiskRule } from './rule';
import { stateRule } from './state';
import { watchRule } from './watches';

/** Everything that a change is judged by. */
export const RULES: readonly RiskRule[] = [
  dataRule,
  stateRule,
  deliveryRule,
  isolationRule,
  protectionRule,
  firewallRule,
  watchRule,
  limitRule,
  admissionRule,
  identityRule,
  accessRule,
  rbacRule,
  networkRule,
  exposureRule,
  networkPolicyRule,
  gatewayRule,
  contractRule,
  unseenRule,
];
