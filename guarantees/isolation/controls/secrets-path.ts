import { listOf, objectOf, textOf } from '../facts/json';
import { pathOfCell } from '../owners';
import { addressIn, attribute, policiesOf, resourcesOf } from '../stack';
import { type Control, judgeAll, problems } from './control';

/** A secret below the owner's path, under the owner's key, refused to everybody outside its namespace by its own policy. */
export const secretsPath: Control = {
  name: 'secrets path',
  check: ({ world, owner, stack }) => {
    const path = `${pathOfCell(owner.place)}/${owner.namespace}/`;
    const candidates = resourcesOf(stack, 'aws_secretsmanager_secret').map((secret) => {
      const address = addressIn(stack, secret);
      const key = world.resource(attribute(secret, 'kms_key_id'));
      const policies = [
        ...policiesOf(stack, secret.address),
        ...resourcesOf(stack, 'aws_secretsmanager_secret_policy')
          .filter((policy) => attribute(policy, 'secret_arn').startsWith(`‹${address}.`))
          .flatMap((policy) => policiesOf(stack, policy.address)),
      ];
      const refuses = policies.some(({ statements }) =>
        statements?.some(
          ({ allow, actions, resources, conditions, principals }) =>
            !allow &&
            resources.some((resource) => resource === '*' || resource === `‹${address}.arn›`) &&
            actions.some((action) => /^(secretsmanager:)?(GetSecretValue|\*)$/i.test(action)) &&
            principals.some(({ identifiers }) => identifiers.includes('*')) &&
            conditions.length === 1 &&
            conditions.every(
              ({ test, variable, values }) =>
                /^StringNotEquals$/i.test(test) &&
                /^aws:PrincipalTag\/kubernetes-namespace$/i.test(variable) &&
                values.length === 1 &&
                values[0] === owner.namespace,
            ),
        ),
      );
      return {
        address,
        problems: problems([
          [!attribute(secret, 'name').startsWith(path), `is not below ${path}`],
          [key?.stack.name !== stack.name, `is encrypted with no key of ${stack.name} (kms_key_id)`],
          [
            listOf(secret.values['replica']).some(
              (replica) => textOf(objectOf(replica)['kms_key_id']) === '',
            ),
            'is copied to another region under a key that all of its account may use (replica)',
          ],
          [!refuses, `does not refuse GetSecretValue to other namespaces than ${owner.namespace}`],
        ]),
      };
    });
    return judgeAll('secret in its own stack', candidates, {
      gives: `secrets below ${path}, under its own key, refused to every other namespace`,
      remedy: `Put the owner's secrets below ${path} with a key of ${stack.name} and a policy that denies GetSecretValue to all whose tag kubernetes-namespace is not ${owner.namespace}`,
    });
  },
};
