import * as z from 'zod/mini';
import { logRetentionDays, whole } from './common';

const fleet = (min: number, max: number) =>
  z.strictObject({
    minProxies: z
      ._default(whole(2, 200), min)
      .check(z.describe(`Fewest proxies; at least 3 in prod, one a zone. Default: ${min}.`)),
    maxProxies: z._default(whole(2, 200), max).check(z.describe(`Most proxies. Default: ${max}.`)),
  });

export const gatewaySchema = z.strictObject({
  shared: z.prefault(fleet(3, 12), {}).check(z.describe('Proxies of the pooled tiers.')),
  enterprise: z.prefault(fleet(3, 12), {}).check(z.describe('Proxies of dedicated tenants.')),
  authorizers: z
    ._default(whole(2, 100), 3)
    .check(
      z.describe(
        'Pods of each fleet that answer for the deny-list; at least 3 in prod, one a zone. Default: 3.',
      ),
    ),
  maxRequestKiB: z
    ._default(whole(1, 10_240), 1024)
    .check(z.describe('Largest request body, in KiB, 1-10240. Default: 1024.')),
  requestTimeoutSeconds: z
    ._default(whole(1, 3600), 30)
    .check(z.describe('Longest that a call may take, all tries together, in seconds, 1-3600. Default: 30.')),
  denyListStalenessSeconds: z
    ._default(whole(5, 3600), 60)
    .check(
      z.describe(
        'Age of the deny-list, in seconds, up to which calls are answered while the cache is away, 5-3600; older, all are refused. Default: 60.',
      ),
    ),
  shedToPercent: z
    ._default(whole(0, 100), 10)
    .check(
      z.describe(
        'What is left of the rate limit of a tier that is shed, in percent, 0-100; 0 refuses all its calls. Default: 10.',
      ),
    ),
  shedHoldMinutes: z
    ._default(whole(1, 120), 5)
    .check(
      z.describe(
        'How long the load must have been lower before a tier is served again, in minutes, 1-120. Default: 5.',
      ),
    ),
  logRetentionDays: z
    ._default(logRetentionDays, 30)
    .check(z.describe('How long requests can be searched by tenant, in days. Default: 30.')),
  // Seven years: what auditors of financial data ask for at most.
  historyDays: z
    ._default(whole(30, 3650), 2557)
    .check(
      z.describe('How long the history of requests is kept, in days, 30-3650. Default: 2557, seven years.'),
    ),
});

export type GatewayConfig = z.infer<typeof gatewaySchema>;
