/** An error as Terraform shows it: a summary, and what a person should know beside it. */
export class ProviderError extends Error {
  public constructor(
    summary: string,
    public readonly detail = '',
  ) {
    super(summary);
  }
}
