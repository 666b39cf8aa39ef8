// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument */
import { A, arn, contractField, EU, G, inlinePolicy, type Leak, SHARD, STARTER } from './leak';

const CONNECT = 'Schema/Identity/Policy';

/** Changes the job of schema changes that tenant acme's stack keeps. */
const job = (text: string): string => text.replaceAll('"schema-tenant-acme"', '"schema-tenant-globex"');

/** Leaks by what changes schemas: its role, its account, and the job that releases start. */
export const SCHEMA_LEAKS: readonly Leak[] = [
  {
    name: 'what changes a tenant’s schema may log in to another tenant’s database',
    plant: (s) => {
      const id = contractField(s, A, 'tenant-acme-eu', 'clusterResourceId');
      s.statements(A, CONNECT)[0].resources = [arn('rds-db', `dbuser:${id}/bulkhead_migrator`)];
    },
    from: A,
    to: EU,
    says: 'rds-db:connect',
  },
  {
    name: 'what changes a tenant’s schema may log in to any database',
    plant: (s) => {
      s.statements(A, CONNECT)[0].resources.push(arn('rds-db', 'dbuser:*/bulkhead_migrator'));
    },
    from: A,
    to: 'a tenant that could come',
    says: 'dbuser:*/bulkhead_migrator',
  },
  {
    name: 'a tier’s service logs in to a shard as the migrations’ user',
    plant: (s) => {
      const id = contractField(s, STARTER, 'data-shard-1', 'clusterResourceId');
      inlinePolicy(s, STARTER, 'Service-api', {
        Action: 'rds-db:connect',
        Resource: arn('rds-db', `dbuser:${id}/bulkhead_migrator`),
      });
    },
    from: STARTER,
    to: '',
    says: 'bulkhead_migrator',
  },
  {
    name: 'the account of a shard’s schema is one of a tier’s namespace',
    plant: (s) => {
      s.resource(SHARD, 'aws_eks_pod_identity_association', 'Schema').namespace = 'tier-starter';
    },
    from: STARTER,
    to: 'the platform',
    says: 'schema-shard-1',
  },
  {
    name: 'the role for a tenant’s schema goes to the account of another’s',
    plant: (s) => {
      s.resource(A, 'aws_eks_pod_identity_association', 'Schema').service_account = 'schema-tenant-globex';
    },
    from: G,
    to: A,
    says: 'schema-tenant-globex',
  },
  {
    name: 'the role for a tenant’s schema trusts pods of another’s',
    plant: (s) => {
      const [trust] = s.statements(A, 'Schema/Identity/Role/Trust');
      for (const condition of trust.condition) {
        if (condition.variable.endsWith('service-account')) condition.values = ['schema-tenant-globex'];
      }
    },
    from: 'namespace data-migrations',
    to: A,
    says: 'schema-tenant-globex',
  },
  {
    name: 'the job for a tenant’s schema runs as the account of another’s',
    plant: (s) => {
      const { data } = s.resource(A, 'kubernetes_config_map_v1', 'Schema');
      data.job = job(data.job);
    },
    from: A,
    to: G,
    says: 'runs as schema-tenant-globex',
  },
  {
    name: 'a tenant’s own job runs as what changes the schema of a shard',
    plant: (s) => {
      s.resource(A, 'kubernetes_job_v1').spec.template.spec.service_account_name = 'schema-shard-1';
    },
    from: A,
    to: SHARD,
    says: 'schema-shard-1, which may change the schema',
  },
];
