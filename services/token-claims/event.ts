import { Refusal } from './refusal';

/** What Cognito sends before it makes tokens, as far as it is looked at. Nothing in it is trusted to have its type. */
export interface TokenEvent {
  readonly version: '3';
  readonly cause: Cause;
  /** Cognito's name of the user: for people of a provider it begins with the provider's name. */
  readonly userName: string | undefined;
  readonly clientId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Scopes that the token would have. */
  readonly scopes: readonly string[];
}

export type Cause = 'person' | 'machine';

/** "Pre token generation Lambda trigger sources", Cognito Developer Guide. */
const CAUSES: ReadonlyMap<unknown, Cause> = new Map<unknown, Cause>([
  ['TokenGeneration_HostedAuth', 'person'],
  ['TokenGeneration_Authentication', 'person'],
  ['TokenGeneration_NewPasswordChallenge', 'person'],
  ['TokenGeneration_AuthenticateDevice', 'person'],
  ['TokenGeneration_RefreshTokens', 'person'],
  ['TokenGeneration_ClientCredentials', 'machine'],
]);

/** More scopes than a client may have, 50, come from nowhere good. */
const MOST_SCOPES = 100;

/** An object's own member: what it inherits, nobody has sent. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Reads an event.
 *
 * Versions 1 and 2 are refused although the second could carry people's claims: neither is sent for machines, so a pool
 * that sends them issues machines' tokens unasked, and is not what was deployed.
 *
 * @throws Refusal when it is of another version or cause, or not of an event's shape
 */
export function readEvent(event: unknown): TokenEvent {
  if (own(event, 'version') !== '3') throw new Refusal('event-version');
  const cause = CAUSES.get(own(event, 'triggerSource'));
  if (!cause) throw new Refusal('event-trigger');
  const request = own(event, 'request');
  if (!isObject(request)) throw new Refusal('event-malformed');
  return {
    version: '3',
    cause,
    userName: text(own(event, 'userName')),
    clientId: text(own(own(event, 'callerContext'), 'clientId')),
    attributes: attributesOf(own(request, 'userAttributes')),
    scopes: scopesOf(own(request, 'scopes')),
  };
}

/** Machines have none. */
function attributesOf(value: unknown): TokenEvent['attributes'] {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new Refusal('event-malformed');
  return value;
}

function scopesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const isList = Array.isArray(value) && value.length <= MOST_SCOPES;
  if (!isList || !value.every((scope) => typeof scope === 'string')) throw new Refusal('event-malformed');
  return value;
}
