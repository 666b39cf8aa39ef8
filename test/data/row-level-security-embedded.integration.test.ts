/** @jest-environment ./test/support/pglite-environment.ts */
import { describeTenantIsolation, MUTATIONS } from '../support/isolation-suite';
import { startEmbedded } from '../support/postgres';

// The newest PostgreSQL. A model of tenants runs on it, too: tenant-model-embedded.integration.test.ts.
describe('row-level security, on the embedded PostgreSQL', () => {
  // The other mutations run on an installed server, which starts faster.
  describeTenantIsolation(startEmbedded, MUTATIONS.slice(0, 1));
});
