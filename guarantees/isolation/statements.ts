import type { PolicyStatementFact } from './facts';
import { matches } from './patterns';

/** Whether an action's pattern covers an action. IAM knows no upper and lower case in actions. */
export const actionMatches = (pattern: string, action: string): boolean =>
  matches(pattern.toLowerCase(), action.toLowerCase());

/** Whether a statement allows an action. */
export const allowsAction = ({ allow, actions, notActions }: PolicyStatementFact, action: string): boolean =>
  allow &&
  (actions.some((pattern) => actionMatches(pattern, action)) ||
    (notActions.length > 0 && !notActions.some((pattern) => actionMatches(pattern, action))));

/** Variables of IAM that stand for tags of the session that asks. */
const SESSION_TAG = /^aws:PrincipalTag\/(.+)$/i;

/**
 * A resource's pattern with IAM's variables filled in: session tags that are sure to have one value become it; everything
 * else could be anything.
 */
export function fillVariables(text: string, tags: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([^},]*)[^}]*\}/g, (_, name: string) => {
    const tag = SESSION_TAG.exec(name.trim())?.[1];
    return (tag === undefined ? undefined : tags[tag]) ?? '*';
  });
}

/** A statement for people: its sid, or what it allows. */
export const statementName = ({ sid, actions, notActions }: PolicyStatementFact): string =>
  sid !== ''
    ? `statement ${sid}`
    : `the statement on ${(actions.length > 0 ? actions : notActions).join(', ')}`;
