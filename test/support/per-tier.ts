/** A value for each tier, side by side: a reader sees at once how the plans differ. */
export interface PerTier<T> {
  readonly starter: T;
  readonly professional: T;
  readonly enterprise: T;
}

/** Asserts what `of` finds in each tier's subject. */
export function expectPerTier<S>(
  subjects: PerTier<S>,
  of: (subject: S) => unknown,
  expected: PerTier<unknown>,
): void {
  expect({
    starter: of(subjects.starter),
    professional: of(subjects.professional),
    enterprise: of(subjects.enterprise),
  }).toEqual(expected);
}
