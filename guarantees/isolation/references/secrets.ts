import { resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule } from './rule';

/** Values of secrets stand in no state: whoever reads the state of a stack would read them past the secret's policy. */
export const secrets: Rule = ({ stack }) =>
  resourcesOf(stack, 'aws_secretsmanager_secret_version').map((version) =>
    finder('secret', stack)(
      version,
      stack.owner?.stack ?? EVERYBODY,
      'it puts the value of a secret into Terraform’s state',
      'Keep values out of Terraform: make the secret empty, and fill it by the application that knows the value',
      'whoever reads the state',
    ),
  );
