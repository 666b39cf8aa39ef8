import { isTrue } from '../facts/json';
import { addressIn, attribute, resourcesOf } from '../stack';
import { type Control, judge, problems } from './control';

/** A key of the owner's own, which encrypts its secrets and is not turned off. Who may use it, `references/resource-policies.ts` checks. */
export const kmsKey: Control = {
  name: 'KMS key',
  check: ({ stack }) => {
    const used = resourcesOf(stack, 'aws_secretsmanager_secret').map((secret) =>
      attribute(secret, 'kms_key_id'),
    );
    const candidates = resourcesOf(stack, 'aws_kms_key').map((key) => {
      const address = addressIn(stack, key);
      return {
        address,
        problems: problems([
          [!used.some((text) => text.startsWith(`‹${address}.`)), 'encrypts no secret of the owner'],
          [!isTrue(key.values['enable_key_rotation']), 'is not rotated (enable_key_rotation)'],
          [key.values['is_enabled'] === false, 'is turned off (is_enabled)'],
        ]),
      };
    });
    return judge('key in its own stack', candidates, {
      gives: 'a key of its own for everything but its database, rotated every year',
      remedy: `Encrypt the owner's secrets with an aws_kms_key of ${stack.name} that has enable_key_rotation`,
    });
  },
};
