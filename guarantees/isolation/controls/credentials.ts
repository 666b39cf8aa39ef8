import { isTrue, textOf } from '../facts/json';
import { databaseUsersOf } from '../owners';
import { attribute, resourcesOf } from '../stack';
import { connectionsOf } from './connections';
import { type Control, judge, judgeAll, problems, type Subject } from './control';

/**
 * How the owner's services log in: with tokens of IAM, as a database user that is theirs, in no case with a password that
 * stands in a state.
 */
export const credentials: Control = {
  name: 'database credentials',
  check: (subject) => {
    const { owner } = subject;
    const users = databaseUsersOf(owner);
    const logins = connectionsOf(subject).filter(({ user }) => user !== '');
    const candidates = logins.map(({ address, user }) => ({
      address,
      problems: [
        ...problems([[!users.includes(user), `logs in as '${user}' and not as ${users[0] ?? ''}`]]),
        ...passwords(subject),
      ],
    }));
    const texts = {
      gives: `tokens of IAM for the database user ${users[0] ?? ''} and no other, and no password anywhere`,
      remedy: `Grant rds-db:connect as ${users[0] ?? ''}, and let RDS keep the administrator's password under the owner's own key`,
    };
    return (owner.kind === 'tenant' ? judge : judgeAll)(
      "permission to log in as the owner's own user",
      candidates,
      texts,
    );
  },
};

/** What is wrong with the administrator's password of the owner's own clusters. */
function passwords({ world, stack }: Subject): string[] {
  return resourcesOf(stack, 'aws_rds_cluster', 'aws_db_instance').flatMap((cluster) => {
    const key = world.resource(attribute(cluster, 'master_user_secret_kms_key_id'));
    return problems([
      [
        textOf(cluster.values['master_password']) !== '' || textOf(cluster.values['password']) !== '',
        `while ${cluster.address} has a password in Terraform's state (master_password)`,
      ],
      [
        !isTrue(cluster.values['manage_master_user_password']),
        `while RDS does not keep the password of ${cluster.address} (manage_master_user_password)`,
      ],
      [
        key?.stack.name !== stack.name,
        `while the password of ${cluster.address} is encrypted with no key of ${stack.name} (master_user_secret_kms_key_id)`,
      ],
      [
        !isTrue(cluster.values['iam_database_authentication_enabled']),
        `while ${cluster.address} takes no tokens (iam_database_authentication_enabled)`,
      ],
    ]);
  });
}
