import * as z from 'zod/mini';
import { distinct, logRetentionDays } from './common';

const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));

// Cognito takes https, and http for localhost: "CallbackURLs", CreateUserPoolClient, Cognito API reference.
const redirectUrl = z
  .string()
  .check(
    z.regex(
      /^(https:\/\/[a-z0-9.-]+(:\d+)?|http:\/\/localhost(:\d+)?)(\/[^\s#]*)?$/,
      'must be an https URL without fragment, or http://localhost for development',
    ),
    z.maxLength(1024),
  );

export const identitySchema = z.strictObject({
  plan: z
    ._default(z.enum(['essentials', 'plus']), 'plus')
    .check(
      z.describe(
        'Feature plan of the user pool; threat protection takes plus, and prod takes threat protection. Default: plus.',
      ),
    ),
  // 5 minutes to a day: "AccessTokenValidity", CreateUserPoolClient, Cognito API reference.
  accessTokenMinutes: z
    ._default(whole(5, 1440), 60)
    .check(
      z.describe(
        'Life of access tokens, in minutes, 5-1440. A token can outlive an outage of identity by it. Default: 60.',
      ),
    ),
  refreshAfterMinutes: z
    ._default(whole(1, 1440), 10)
    .check(
      z.describe(
        'Age at which clients get a new access token, in minutes; below accessTokenMinutes. The difference is what an outage of identity may last before anybody notices. Default: 10.',
      ),
    ),
  // An hour to ten years: "RefreshTokenValidity", CreateUserPoolClient, Cognito API reference.
  refreshTokenHours: z
    ._default(whole(1, 8760), 12)
    .check(z.describe('How long a person stays signed in, in hours, 1-8760. Default: 12.')),
  mfa: z
    ._default(z.enum(['required', 'optional']), 'required')
    .check(z.describe('Second factor for people; prod needs required. Default: required.')),
  callbackUrls: z
    ._default(z.array(redirectUrl).check(z.maxLength(100), distinct), [])
    .check(
      z.describe('Where the web client may return to after sign-in. Default: https://app.<zone>/callback.'),
    ),
  logoutUrls: z
    ._default(z.array(redirectUrl).check(z.maxLength(100), distinct), [])
    .check(z.describe('Where the web client may return to after sign-out. Default: https://app.<zone>/.')),
  logRetentionDays: z
    ._default(logRetentionDays, 365)
    .check(z.describe('How long logs of the token function and the pool are kept, in days. Default: 365.')),
});

export type IdentityConfig = z.infer<typeof identitySchema>;
