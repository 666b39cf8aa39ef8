/** What the person at the keyboard can put right. Its text is for people, and told without a stack trace. */
export class LifecycleError extends Error {
  public override readonly name = 'LifecycleError';

  /** @param next what to do about it, as whole sentences or commands */
  public constructor(
    message: string,
    public readonly next: readonly string[] = [],
  ) {
    super(message);
  }
}
