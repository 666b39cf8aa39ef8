import type { TenantItem } from '../../constructs/registry/tenant-item';
import { commandLine } from '../command-line';
import type { Surroundings } from '../surroundings';
import { readFacts } from './facts';
import { same } from './goal';
import { MOVE_PHASES, replicationName } from './names';

const after = (phase: string, other: (typeof MOVE_PHASES)[number]): boolean =>
  MOVE_PHASES.findIndex((name) => name === phase) >= MOVE_PHASES.indexOf(other);

/**
 * What a move that has not ended keeps in the two databases, what is not done yet, and the commands to go on or to take it back:
 * for whoever looks at a tenant, and for whom a phase has failed.
 *
 * @param phase that was begun last
 */
export function leftBehind(
  phase: string,
  item: TenantItem,
  surroundings: Pick<Surroundings, 'environment' | 'kind'>,
): {
  readonly exists: readonly string[];
  readonly missing: readonly string[];
  readonly next: readonly string[];
} {
  const { tenantId: id } = item;
  const { from, to, copies } = readFacts(item);
  const [old, other] = [`${from.cell}/${from.shard}`, `${to.cell}/${to.shard}`];
  const command = commandLine(`move ${id}`, surroundings);
  const next = [`${command}   goes on`, ...(phase === 'retire' ? [] : [`${command} --undo   takes it back`])];
  if (!copies) return { exists: [], missing: [`${id} may still be tier ${from.tier}`], next };
  const isThere = same({ cell: item.cell ?? '', shard: item.shard ?? '' }, to);
  const held = (direction: 'out' | 'back', where: string): string =>
    `${where} may have the slot ${replicationName(id, direction)}: it keeps write-ahead log until the move ends or is undone, so do not leave it for days`;
  return {
    exists: [
      `${id} is served from ${isThere ? other : old}`,
      ...(after(phase, 'copy')
        ? [`rows of ${id} are in ${old} and, not all of them perhaps, in ${other}`]
        : []),
      ...(after(phase, 'copy') && !after(phase, 'soak') ? [held('out', old)] : []),
      ...(after(phase, 'verify') ? [held('back', other)] : []),
      ...(after(phase, 'freeze') && !isThere
        ? [`if the process was killed, writes of ${id} may be refused in ${old} (tenancy.moves.frozen)`]
        : []),
      'tables of both databases cannot be changed until the move ends or is undone',
    ],
    missing: [
      ...(isThere ? [] : [`${id} is not served from ${other}`]),
      `its rows in ${isThere ? old : other} are not ${isThere ? 'deleted' : 'complete'}`,
    ],
    next,
  };
}
