import { Address4 } from 'ip-address';
import * as z from 'zod/mini';
import { REGIONS } from './regions';

/**
 * Schemas shared by all config files.
 *
 * An error text completes the sentence "<key> …, got <value>", so it starts with "must". Descriptions become
 * the hover texts of editors, so they give the unit and the default.
 */

/** A whole number between two others, both allowed. */
export const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));

export const account = z
  .string()
  .check(z.regex(/^\d{12}$/, 'must be an AWS account id: 12 digits, in quotes'));

export const region = z.enum(REGIONS);

export const costCentre = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9]+(-[a-z0-9]+)*$/,
      'must be lowercase letters and digits, joined by single hyphens, such as platform-engineering',
    ),
    z.maxLength(64),
  );

/**
 * ARN of an IAM role of the standard partition.
 *
 * A role's path and name together may not contain a wildcard here, so nobody is granted access by pattern.
 */
export const roleArn = z
  .string()
  .check(
    z.regex(
      /^arn:aws:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
      'must be the ARN of an IAM role, such as arn:aws:iam::111111111111:role/platform-admin',
    ),
  );

/**
 * Days that CloudWatch Logs can keep events.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const logRetentionDays = z.literal([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

/** Refuses a list that names the same entry twice. */
export const distinct = z.refine<readonly string[]>(
  (entries) => new Set(entries).size === entries.length,
  'must not name the same entry twice',
);

/** The IPv4 network that `cidr` names, or undefined when it is no network: bad syntax or host bits set. */
export function parseNetwork(cidr: string): Address4 | undefined {
  if (!/^[\d.]+\/\d{1,2}$/.test(cidr) || !Address4.isValid(cidr)) return undefined;
  const network = new Address4(cidr);
  return network.startAddress().correctForm() === network.correctForm() ? network : undefined;
}

/** Whether two networks, each valid by itself, have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [new Address4(a), new Address4(b)];
  return first.isInSubnet(second) || second.isInSubnet(first);
}
