import * as z from 'zod/mini';

/**
 * What AWS allows an account in a region, where it can be raised: what a new account has, and the most that AWS gives. Whoever
 * had a quota raised writes it down here, and the quota guarantee counts with it.
 */
export const QUOTAS = {
  // "Quotas in Amazon Cognito", Amazon Cognito Developer Guide.
  appClientsPerPool: { default: 1000, max: 10_000, what: 'Clients of a user pool' },
  resourceServersPerPool: { default: 25, max: 300, what: 'Resource servers of a user pool' },
  identityProvidersPerPool: { default: 300, max: 1000, what: 'Identity providers of a user pool' },
  userAuthenticationPerSecond: {
    default: 120,
    max: 100_000,
    what: "Sign-ins and refreshed tokens of people a second, all of the account's user pools in the region together",
  },
  clientAuthenticationPerSecond: {
    default: 150,
    max: 100_000,
    what: "Tokens of machines a second, all of the account's user pools in the region together",
  },
  userFederationPerSecond: {
    default: 25,
    max: 100_000,
    what: "Sign-ins through identity providers a second, all of the account's user pools in the region together",
  },
  // "Lambda quotas", AWS Lambda Developer Guide. A new account may begin with less.
  lambdaConcurrency: {
    default: 1000,
    max: 100_000,
    what: 'Lambda functions of the account that run in the region at the same time',
  },
} as const satisfies Readonly<
  Record<string, { readonly default: number; readonly max: number; readonly what: string }>
>;

export type QuotaName = keyof typeof QUOTAS;

const quota = (name: QuotaName) => {
  const { default: usual, max, what } = QUOTAS[name];
  return z
    ._default(z.int().check(z.gte(1), z.lte(max)), usual)
    .check(z.describe(`${what}. Default: ${usual}, what a new account has.`));
};

export const quotasSchema = z.strictObject({
  appClientsPerPool: quota('appClientsPerPool'),
  resourceServersPerPool: quota('resourceServersPerPool'),
  identityProvidersPerPool: quota('identityProvidersPerPool'),
  userAuthenticationPerSecond: quota('userAuthenticationPerSecond'),
  clientAuthenticationPerSecond: quota('clientAuthenticationPerSecond'),
  userFederationPerSecond: quota('userFederationPerSecond'),
  lambdaConcurrency: quota('lambdaConcurrency'),
});
