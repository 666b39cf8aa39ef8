import * as z from 'zod/mini';
import { distinct, logRetentionDays, whole } from './common';

// Cognito takes https, and http for localhost: "CallbackURLs", CreateUserPoolClient, Cognito API reference.
export const redirectUrl = z
  .string()
  .check(
    z.regex(
      /^(https:\/\/[a-z0-9.-]+(:\d+)?|http:\/\/localhost(:\d+)?)(\/[^\s#]*)?$/,
      'must be an https URL without fragment, or http://localhost for development',
    ),
    z.maxLength(1024),
  );

/** What an SES identity may send as: its one address, or addresses of its domain and of names below it. */
function mayBeFrom(identityArn: string, from: string): boolean {
  const [, identity = ''] = identityArn.split(':identity/');
  const [address = ''] = /[^<\s]+@[^>\s]+/.exec(from) ?? [];
  const [, domain = ''] = address.split('@');
  return address === identity || domain === identity || domain.endsWith(`.${identity}`);
}

const mailSchema = z
  .strictObject({
    identityArn: z
      .string()
      .check(
        z.regex(
          /^arn:aws:ses:[a-z]{2}(-[a-z]+)+-\d:\d{12}:identity\/[\w.@+-]+$/,
          'must be the ARN of an SES identity, such as arn:aws:ses:us-east-1:222222222222:identity/bulkhead.example',
        ),
        z.describe('ARN of the verified SES identity, in a region from which Cognito sends.'),
      ),
    from: z
      .string()
      .check(
        z.regex(
          /^([\w .-]+ <[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+>|[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+)$/,
          'must be an e-mail address, or a name with one in angle brackets',
        ),
        z.maxLength(320),
        z.describe('Sender that people see: an address of the identity, with a name before it if wanted.'),
      ),
  })
  .check(
    z.refine(
      ({ identityArn, from }) => mayBeFrom(identityArn, from),
      'must have a sender of its own identity',
    ),
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
  // Cognito takes up to ten years; revocations are kept for a day, and a sign-in that was revoked must not outlive that.
  refreshTokenHours: z
    ._default(whole(1, 23), 12)
    .check(z.describe('How long a person stays signed in, in hours, 1-23. Default: 12.')),
  mfa: z
    ._default(z.enum(['required', 'optional']), 'required')
    .check(z.describe('Second factor for people; prod needs required. Default: required.')),
  mail: z
    .optional(mailSchema)
    .check(
      z.describe(
        'What invitations and codes are sent by. Default: Cognito itself, at most 50 messages a day for the whole account.',
      ),
    ),
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
