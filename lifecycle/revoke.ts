import { commandLine } from './command-line';
import { knownTenant } from './known';
import { type Outcome, revokeTokens, type StateSurroundings } from './suspend';

/** Ends the tokens of a tenant that are out. Its state stays: it gets new ones, if it is served. */
export async function revoke(
  tenantId: string,
  surroundings: Omit<StateSurroundings, 'now'>,
): Promise<Outcome> {
  const item = await knownTenant(tenantId, surroundings);
  const revoked = await revokeTokens(item, surroundings);
  const isServed = item.state === 'active' || item.state === 'moving';
  return {
    item,
    ...revoked,
    notDone: [
      ...revoked.notDone,
      ...(isServed
        ? [
            `${tenantId} is ${item.state}, and gets new tokens at once: ${commandLine(`suspend ${tenantId}`, surroundings)} keeps it out`,
          ]
        : []),
    ],
  };
}
