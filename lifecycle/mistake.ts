/** What the person at the keyboard can put right. Its text is for people, and told without a stack trace. */
export class LifecycleError extends Error {
  public override readonly name: string = 'LifecycleError';

  /** @param next what to do about it, as whole sentences or commands */
  public constructor(
    message: string,
    public readonly next: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was asked is understood, and is not done: a state does not allow it, or somebody has said no. */
export class Refused extends LifecycleError {
  public override readonly name = 'Refused';
}

/** Somebody has stopped it, between two phases. The same command goes on. */
export class Interrupted extends LifecycleError {
  public override readonly name = 'Interrupted';
}
