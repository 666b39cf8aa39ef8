/** What the person at the keyboard can put right: shown as it is, without a stack trace. */
export class DeploymentError extends Error {
  public override readonly name = 'DeploymentError';
}
