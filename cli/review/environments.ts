import { ReviewMistake } from './mistake';
import { ownEnvironment, type Side } from './sides';

/**
 * Environments to review.
 *
 * @param asked with `--env`; empty if nothing was. @default - the one that an output folder is of, else what `BULKHEAD_ENV` says,
 *   else dev
 * @throws ReviewMistake when an output folder is of another one than was asked for
 */
export function environmentsOf(asked: readonly string[], sides: readonly Side[]): readonly string[] {
  const own = sides.flatMap((side) => {
    const environment = ownEnvironment(side);
    return environment === undefined ? [] : [{ label: side.label, environment }];
  });
  const [first] = own;
  if (first === undefined) return named(asked);
  const wrong = own.filter(({ environment }) => asked.some((name) => name !== environment));
  if (wrong.length > 0)
    throw new ReviewMistake(
      wrong
        .map(
          ({ label, environment }) =>
            `${label} is output of ${environment}, and ${asked.join(', ')} was asked for: leave --env away, or name the folder above it`,
        )
        .join('\n'),
    );
  return [first.environment];
}

/** What was asked for, or else what is usual here. */
export function named(asked: readonly string[]): readonly string[] {
  const usual = process.env['BULKHEAD_ENV']?.trim() ?? '';
  return asked.length > 0 ? [...new Set(asked)] : [usual === '' ? 'dev' : usual];
}
