// First, for modules of the framework that require one another want to be loaded in its own order.
import 'cdktf';
import { TokenMap } from 'cdktf/lib/tokens/private/token-map';

/**
 * Lets go of every token made so far. The framework keeps them, and with each the stack it is of, for as long as the
 * process lives: 0.3 MiB for each stack of a tenant.
 *
 * Numbers of tokens are never given twice, so a token that is used after all is refused by the framework and never
 * taken for another one.
 */
export function forgetTokens(): void {
  const tokens = TokenMap.instance() as unknown as Readonly<
    Record<(typeof MAPS)[number], Map<unknown, unknown>>
  >;
  for (const map of MAPS) tokens[map].clear();
}

const MAPS = ['stringTokenMap', 'numberTokenMap'] as const;
