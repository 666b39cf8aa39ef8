import { describeTenantModel } from '../support/tenant-model';
import { startInstalled } from '../support/postgres';

describe('random work of random tenants, on the PostgreSQL of this machine', () => {
  describeTenantModel(startInstalled, 300);
});
