/** @jest-environment ./test/support/pglite-environment.ts */
import { describeTenantModel } from '../support/tenant-model';
import { startEmbedded } from '../support/postgres';

describe('random work of random tenants, on the embedded PostgreSQL', () => {
  describeTenantModel(startEmbedded, 30);
});
