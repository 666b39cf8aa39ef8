import { passwordFlaws } from '../databases';
import { databaseUsersOf } from '../owners';
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

/** What is wrong with the passwords and tokens of the owner's own clusters. */
const passwords = ({ world, stack }: Subject): string[] =>
  passwordFlaws(world, stack).map(({ address, problem }) => `while ${address} ${problem}`);
