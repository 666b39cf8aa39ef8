import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Sighting } from '../../../services/machine-client/smoke';
import { LifecycleError } from '../../mistake';
import type { SmokeRequest } from '../smoke';

/**
 * Calls the function.
 *
 * @throws LifecycleError with what the function says is wrong with the request, or that it may not be called
 */
export async function invoked(
  lambda: Pick<LambdaClient, 'send'>,
  name: string,
  request: SmokeRequest,
): Promise<Sighting> {
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(request)) }),
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
    if (FunctionError === undefined) return answer as Sighting;
    const { errorMessage = FunctionError } = answer as { readonly errorMessage?: string };
    throw new LifecycleError(`the function ${name} refuses: ${errorMessage}`);
  } catch (error) {
    if (!(error instanceof Error) || !UNCALLED.includes(error.name)) throw error;
    throw new LifecycleError(`the function ${name} cannot be called: ${error.name}`, [
      "it is of the stack <cell>-identity, and may be called with the role that deploys tenants' stacks: be one of its deployers",
    ]);
  }
}

/** "Invoke", AWS Lambda API reference, and what IAM answers. */
const UNCALLED: readonly string[] = ['AccessDenied', 'AccessDeniedException', 'ResourceNotFoundException'];
