import { at, isTrue } from '../facts/json';
import { objectsOf } from '../stack';
import { type Candidate, type Control, judgeAll, problems, type Subject } from './control';

const LABEL = 'pod-security.kubernetes.io';

/** The strictest of the Pod Security Standards, enforced; and no pod that carries a token of the cluster unasked. */
export const podSecurity: Control = {
  name: 'pod security',
  check: (subject) => {
    const { owner, stack } = subject;
    const candidates = (stack.kinds.get('Namespace') ?? [])
      .filter(({ name }) => name === owner.namespace)
      .map(({ address, labels }): Candidate => {
        const version = labels[`${LABEL}/enforce-version`];
        return {
          address,
          problems: [
            ...problems([
              [
                labels[`${LABEL}/enforce`] !== 'restricted',
                `enforces '${labels[`${LABEL}/enforce`] ?? ''}' and not restricted`,
              ],
              [version !== undefined && version !== 'latest', `enforces the standard of ${version ?? ''}`],
            ]),
            ...tokens(subject),
          ],
        };
      });
    return judgeAll(`namespace ${owner.namespace} in its own stack`, candidates, {
      gives: 'the restricted Pod Security Standard, and no service account that mounts its token',
      remedy: `Label ${owner.namespace} with ${LABEL}/enforce: restricted, and set automountServiceAccountToken: false on all its service accounts, the default one too`,
    });
  },
};

function tokens({ owner, stack }: Subject): string[] {
  const accounts = objectsOf(stack, owner, 'ServiceAccount');
  const mounting = accounts.filter(({ body }) => at(body, 'automountServiceAccountToken') !== false);
  return problems([
    [!accounts.some(({ name }) => name === 'default'), 'leaves the default service account with its token'],
    ...mounting.map(
      ({ name, body }) =>
        [
          true,
          `lets account ${name} mount its token${isTrue(at(body, 'automountServiceAccountToken')) ? '' : ' (not set)'}`,
        ] as const,
    ),
  ]);
}
