import * as z from 'zod/mini';

/**
 * EC2 instance types that system nodes may have.
 *
 * Families: compute (c), general (m) and memory (r) from generation 5 on, where the letter of the processor follows
 * from generation 6 on (a: AMD, g: Graviton, i: Intel), then further letters; and the burstable t3, t3a and t4g. All of
 * them are Nitro machines, which prefix delegation of pod addresses needs. Other families cost more for hardware that
 * no system pod uses. Sizes: below medium (4 GiB in family t) the system pods do not fit; bare metal takes a quarter
 * of an hour to start. Whether AWS sells a type in a zone, only AWS can tell.
 *
 * Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export const instanceType = z
  .string()
  .check(
    z.regex(
      /^([cmr](5(a|ad|b|d|dn|n|zn)?|[6-9][agi](b|d|dn|n|z|zn)?(-flex)?)|t3a?|t4g)\.(medium|large|([234689]|12|16|18|24|32|48)?xlarge)$/,
      'must be an EC2 instance type of family c, m or r from generation 5 on, or t3, t3a or t4g, of size medium to 48xlarge, such as m7g.large',
    ),
  );

/** Whether an instance type earns credits while idle and slows down, or bills extra, when they are spent. */
export function isBurstable(type: string): boolean {
  return type.startsWith('t');
}
