import type { Construct } from 'constructs';
import type { Cell } from '../config/platform';
import type { IConnectable } from '../constructs/core/interfaces';
import { cellDeliveryContract } from './contracts';
import { CELL_DELIVERY } from './names';

/** Lets what operates on tenants of a cell reach one of its databases, past any proxy, or its cache. */
export function letOperationsIn(
  scope: Construct,
  cell: Pick<Cell, 'id'>,
  to: { allowFrom(peer: IConnectable): unknown },
): void {
  const { operationsSecurityGroupId } = cellDeliveryContract.read(scope, {
    stack: CELL_DELIVERY,
    cell: cell.id,
  });
  // Which databases it may call, its group says by their subnets.
  to.allowFrom({ peerName: 'operations', securityGroupId: operationsSecurityGroupId, openEgress: true });
}
