import { isTrue, listOf, objectOf, textOf } from './facts/json';
import { attribute, resourcesOf, type Stack } from './stack';
import type { World } from './world';

/** What is wrong with a resource of a database: its address in the stack, and a sentence that goes on from there. */
export interface Flaw {
  readonly address: string;
  readonly problem: string;
}

const flaws = (address: string, table: readonly (readonly [boolean, string])[]): Flaw[] =>
  table.filter(([wrong]) => wrong).map(([, problem]) => ({ address, problem }));

/** What keeps a stack's clusters from asking for tokens of IAM, and what could tell their administrator's password. */
export const passwordFlaws = (world: World, stack: Stack): readonly Flaw[] =>
  resourcesOf(stack, 'aws_rds_cluster', 'aws_db_instance').flatMap((cluster) => {
    const { address, values } = cluster;
    const key = world.resource(attribute(cluster, 'master_user_secret_kms_key_id'));
    return flaws(address, [
      [
        textOf(values['master_password']) !== '' || textOf(values['password']) !== '',
        "has a password in Terraform's state (master_password)",
      ],
      [
        !isTrue(values['manage_master_user_password']),
        'has a password that RDS does not keep (manage_master_user_password)',
      ],
      [
        key?.stack.name !== stack.name,
        `has a password that is encrypted with no key of ${stack.name} (master_user_secret_kms_key_id)`,
      ],
      [
        !isTrue(values['iam_database_authentication_enabled']),
        'takes no tokens (iam_database_authentication_enabled)',
      ],
    ]);
  });

/** What lets somebody past the tokens of IAM at a stack's proxies. */
export const proxyFlaws = (stack: Stack): readonly Flaw[] =>
  resourcesOf(stack, 'aws_db_proxy').flatMap(({ address, values }) =>
    flaws(address, [
      [
        textOf(values['default_auth_scheme']) !== 'IAM_AUTH' ||
          listOf(values['auth']).some((auth) => textOf(objectOf(auth)['iam_auth']) !== 'REQUIRED'),
        'lets in without tokens of IAM (default_auth_scheme, auth)',
      ],
      [!isTrue(values['require_tls']), 'lets in without TLS (require_tls)'],
    ]),
  );
