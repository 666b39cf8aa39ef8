import type { TenantItem } from '../../constructs/registry/tenant-item';
import { commandLine } from '../command-line';
import { Refused } from '../mistake';
import type { OnboardingRequest } from '../request';
import type { Surroundings } from '../surroundings';

/** A request as a text that is the same for the same request, in whatever order its keys stand. */
export const askedFor = (request: OnboardingRequest): string => JSON.stringify(sorted(request));

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/**
 * Lets somebody ask again for a tenant who is there, if it is the same that is asked.
 *
 * @throws Refused when another has the id: another request, another key, or a tenant who has left
 */
export function requireSame(
  item: TenantItem,
  request: OnboardingRequest,
  key: string,
  surroundings: Pick<Surroundings, 'environment' | 'kind'>,
): void {
  const { tenantId, state, operation, createdAt } = item;
  if (state === 'offboarded') {
    throw new Refused(
      `${tenantId} was a tenant since ${createdAt} and has left: an id is never given again`,
      ['choose another id'],
    );
  }
  const instead = [
    `${commandLine(`show ${tenantId}`, surroundings)}   shows it`,
    'choose another id, if this is another customer',
  ];
  const onboarding = operation?.kind === 'onboard' ? operation : undefined;
  if (onboarding !== undefined && onboarding.key !== key) {
    throw new Refused(
      `${tenantId} is in the registry already, by another request: key ${onboarding.key}, ${onboarding.by}, ${onboarding.startedAt}; this one has key ${key}`,
      instead,
    );
  }
  const before = onboarding?.facts['request'];
  if (before !== undefined ? before === askedFor(request) : differences(item, request).length === 0) return;
  throw new Refused(
    [
      `${tenantId} is in the registry already, and something else is asked for now:`,
      ...(before === undefined
        ? differences(item, request)
        : [`  there:  ${before}`, `  asked:  ${askedFor(request)}`]),
    ].join('\n'),
    instead,
  );
}

/** What a request says and an item says otherwise. A tenant may have moved since: where it is, is not compared. */
function differences(item: TenantItem, request: OnboardingRequest): readonly string[] {
  const keys = ['tier', 'name', 'contact', 'rateLimitPerSecond'] as const;
  return keys
    .filter((key) => request[key] !== undefined && request[key] !== item[key])
    .map((key) => `  - ${key}: there ${JSON.stringify(item[key])}, asked ${JSON.stringify(request[key])}`);
}
