import { nameIn } from './naming';
import { nameParts, type Placement } from './placement';
import { tenantResourceServer } from './tenant-token';

/** Last part of the name of a tenant's secret that holds its machine client's id and secret. */
export const MACHINE_CLIENT_SECRET = 'machine-credentials';

/** Beginning of the names of a cell's secrets, without a slash at its end: `bulkhead/prod/use1a`. */
export const secretPath = (placement: Placement): string => nameParts(placement).join('/');

/** Name of the secret of a tenant's machine client: `bulkhead/prod/use1a/tenant-acme/machine-credentials`. */
export const machineSecretName = (placement: Placement, tenantId: string): string =>
  [secretPath(placement), tenantResourceServer(tenantId), MACHINE_CLIENT_SECRET].join('/');

/** Pattern of the secret's ARN: Secrets Manager puts a hyphen and six characters of its own behind a name. */
export const machineSecretArn = (placement: Placement, tenantId: string): string =>
  `arn:aws:secretsmanager:${placement.region}:${placement.account}:secret:${machineSecretName(placement, tenantId)}-??????`;

/** Last part of the names of the function that makes machine clients, and of its role. */
export const MACHINE_CLIENT_FUNCTION = 'machine-client';

/** Name of a cell's function, for the stacks of its tenants and for whoever onboards one. */
export const machineClientFunctionName = (placement: Placement): string =>
  nameIn(placement, 'lambdaFunction', MACHINE_CLIENT_FUNCTION);
