/**
 * Who somebody is, whatever session he comes by: two callers with the same answer count as one person.
 *
 * - A user of IAM is himself.
 * - A role of IAM Identity Center is used by people whose names Identity Center puts into the session, and they cannot choose them:
 *   the name is the person, whichever account and permission set he uses. Sources: "Referencing permission sets in resource
 *   policies, Amazon EKS cluster config maps, and AWS KMS key policies", IAM Identity Center User Guide, for the roles' names.
 * - The session of any other role is named by whoever takes it, as he likes ("AssumeRole", AWS STS API Reference): the role is one
 *   person, however many sessions there are.
 * - In a rehearsal a name is a name.
 *
 * @param caller ARN of IAM or STS, or a name
 */
export function personOf(caller: string): string {
  const { role, session } =
    /^arn:[\w-]+:sts::\d{12}:assumed-role\/(?:.*\/)?(?<role>[^/]+)\/(?<session>[^/]+)$/.exec(caller)
      ?.groups ?? {};
  if (role === undefined || session === undefined) return caller.trim().toLowerCase();
  if (role.startsWith(IDENTITY_CENTER)) return `${session.toLowerCase()} of IAM Identity Center`;
  return caller.slice(0, caller.lastIndexOf('/'));
}

const IDENTITY_CENTER = 'AWSReservedSSO_';

/** Whether a caller is an account's root user, which is nobody in particular. */
export const isNobody = (caller: string): boolean => /^arn:[\w-]+:iam::\d{12}:root$/.test(caller);
