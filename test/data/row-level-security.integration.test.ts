import { describeTenantIsolation, MUTATIONS } from '../support/isolation-suite';
import { startInstalled } from '../support/postgres';

describe('row-level security, on the PostgreSQL of this machine', () => {
  describeTenantIsolation(startInstalled, MUTATIONS);
});
