/** @jest-environment ./test/support/pglite-environment.ts */
import { describeTenantIsolation, MUTATIONS } from '../support/isolation-suite';
import { startEmbedded } from '../support/postgres';

// The newest PostgreSQL. In `npm test` a model of tenants runs on it: tenant-model.property.test.ts.
describe('row-level security, on the embedded PostgreSQL', () => {
  // The other mutations run on an installed server, which starts faster.
  describeTenantIsolation(startEmbedded, MUTATIONS.slice(0, 1));
});
