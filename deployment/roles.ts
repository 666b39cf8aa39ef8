import type { StackTemplate } from './configuration';

/**
 * As whom Terraform goes. `deploy`: the roles that the configuration names. `plan`: the roles beside them that only read:
 * `…-deploy-<group>` has `…-plan-<group>` beside it, and `…-state-<group>` has `…-read-<group>`. Bootstrap makes all of them.
 */
export type As = 'deploy' | 'plan';

const READERS = { deploy: 'plan', state: 'read' } as const;

/** The reading role beside a deploying one. The last part of the name that says what the role does is the one that counts. */
export function readerOf(role: string): string {
  return role.replace(
    /^(.*)-(deploy|state)-/,
    (_, start: string, does: keyof typeof READERS) => `${start}-${READERS[does]}-`,
  );
}

/** A configuration with reading roles in the places of deploying ones: in the backend, providers, and their commands. */
export function asReader(template: StackTemplate): StackTemplate {
  const swap = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value).replace(/arn:aws:iam::\d{12}:role\/[\w+=,.@-]+/g, (arn) => readerOf(arn)),
    ) as T;
  const { terraform, provider, ...rest } = template;
  return {
    ...rest,
    ...(terraform && { terraform: swap(terraform) }),
    ...(provider && { provider: swap(provider) }),
  };
}
