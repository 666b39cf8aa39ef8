// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call */
import {
  A,
  ACCOUNT,
  ADDONS,
  arn,
  BOOTSTRAP,
  contractField,
  DELIVERY,
  type Leak,
  PREFIX,
  STARTER,
} from './leak';

/** Leaks by what operates on tenants: who stands behind its security group, who may be it, and what it may log in as. */
export const OPERATIONS_LEAKS: readonly Leak[] = [
  {
    name: 'a machine carries the group of what operates on tenants',
    plant: (s) => {
      const group = contractField(s, ADDONS, 'delivery', 'operationsSecurityGroupId');
      s.add(ADDONS, 'aws_network_interface_sg_attachment', {
        security_group_id: group,
        network_interface_id: 'eni-1',
      });
    },
    from: ADDONS,
    to: 'every database',
    says: 'carries the security group of what operates on tenants',
  },
  {
    name: 'what releases services carries the group of what operates on tenants',
    plant: (s) => {
      s.resource(DELIVERY, 'aws_codebuild_project', 'Release-api').vpc_config.security_group_ids.push(
        `\${${s.address(DELIVERY, 'aws_security_group', 'OperationsNetwork')}.id}`,
      );
    },
    from: DELIVERY,
    to: 'every database',
    says: 'carries the security group of what operates on tenants',
  },
  {
    name: 'the project that operates on tenants runs as another role',
    plant: (s) => {
      s.resource(DELIVERY, 'aws_codebuild_project', '/Operations/').service_role =
        `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-release-api`;
    },
    from: DELIVERY,
    to: 'every database',
    says: 'carries the security group of what operates on tenants',
  },
  {
    name: 'tenants’ pods reach what operates on them',
    plant: (s) => {
      s.add(DELIVERY, 'aws_vpc_security_group_ingress_rule', {
        security_group_id: `\${${s.address(DELIVERY, 'aws_security_group', 'OperationsNetwork')}.id}`,
        referenced_security_group_id: contractField(s, DELIVERY, 'cluster', 'workloadSecurityGroupId'),
        ...{ ip_protocol: 'tcp', from_port: 22, to_port: 22 },
      });
    },
    from: 'Cluster_Workloads',
    to: DELIVERY,
    says: 'tcp 22',
  },
  {
    name: 'what operates on tenants is let in to their pods too',
    plant: (s) => {
      s.resource(A, 'aws_vpc_security_group_ingress_rule', 'From-operations').from_port = 1024;
    },
    from: DELIVERY,
    to: A,
    says: 'tcp 1024-5432',
  },
  {
    name: 'a role of the platform logs in to databases as whoever operates on tenants may',
    plant: (s) => {
      s.statements(BOOTSTRAP, 'dev1a/TenantData/Trust')[0].principals[0].identifiers.push(
        `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-onboarder`,
      );
    },
    from: BOOTSTRAP,
    to: 'a tenant that could come',
    says: 'rds-db:connect',
  },
  {
    name: 'what operates on tenants logs in as their services',
    plant: (s) => {
      s.statements(BOOTSTRAP, 'dev1a/TenantData/Statements')[0].resources.push(
        arn('rds-db', 'dbuser:*/bulkhead_starter'),
      );
    },
    from: BOOTSTRAP,
    to: STARTER,
    says: 'bulkhead_starter',
  },
];
