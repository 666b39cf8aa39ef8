import * as z from 'zod/mini';
import { cacheSchema } from './cache';
import { account, distinct, logRetentionDays, overlap, parseNetwork, region, roleArn } from './common';
import { dataSchema } from './data';
import { gatewaySchema } from './gateway';
import { identitySchema } from './identity';
import { instanceType } from './instance-types';
import { KUBERNETES_VERSIONS } from './kubernetes-versions';
import { publicAccessCidr } from './public-access';
import { quotasSchema } from './quotas';

/**
 * Words that would read as something else where a cell id stands: in names of stacks, roles and contracts.
 *
 * Longer words (bootstrap, observability, resilience) are too long for an id as it is.
 */
const RESERVED_CELL_IDS =
  'addons aws boundary cache cluster data delivery deploy gateway global home identity network platform registry shard shared state tenant tier'.split(
    ' ',
  );

/** What EKS gives to Kubernetes services; set once, when the cluster is made, and the same in every cell. */
export const SERVICE_CIDR = '172.20.0.0/16';

export const cellId = z.string().check(
  z.regex(/^[a-z][a-z0-9]{2,7}$/, 'must be 3-8 lowercase letters and digits, starting with a letter'),
  z.refine(
    (id) => !RESERVED_CELL_IDS.includes(id),
    `must not be a reserved word (${RESERVED_CELL_IDS.join(', ')})`,
  ),
);

const vpcCidr = z.string().check(
  z.refine((cidr) => {
    const network = parseNetwork(cidr);
    return network?.isPrivate() === true && network.subnetMask >= 16 && network.subnetMask <= 18;
  }, 'must be a private (RFC 1918) IPv4 network of size /16, /17 or /18 with its host bits zero, such as 10.16.0.0/16'),
  z.refine(
    (cidr) => parseNetwork(cidr) === undefined || !overlap(cidr, SERVICE_CIDR),
    `must not overlap ${SERVICE_CIDR}, the addresses of Kubernetes services in every cluster: pods could not tell them from machines`,
  ),
  // A VPC holds a /16 at most. Below a /18 (16,384 addresses) three zones of pods no longer fit: every node
  // takes addresses for its pods in blocks of 16 (prefix delegation), whether it runs that many or not.
  z.describe(
    'IPv4 network of the cell, /16 to /18, private (RFC 1918). Must not overlap with another cell nor with 172.20.0.0/16. Cannot be changed once deployed.',
  ),
);

export const networkSchema = z.strictObject({
  cidr: vpcCidr,
  natGateways: z
    ._default(z.enum(['per-zone', 'single']), 'per-zone')
    .check(
      z.describe(
        'NAT gateways: one in each zone, or one for the whole cell (prod needs per-zone). Default: per-zone.',
      ),
    ),
  interfaceEndpoints: z
    ._default(z.boolean(), true)
    .check(
      z.describe(
        'Whether AWS API calls stay inside the VPC through interface endpoints (true) or leave through NAT (false, cheaper for a small cell). Default: true.',
      ),
    ),
  flowLogRetentionDays: z
    ._default(logRetentionDays, 365)
    .check(z.describe('How long VPC flow logs are kept, in days. Default: 365.')),
});

/** Processor of an EC2 instance type. AWS marks Graviton (arm64) by a "g" right after the generation: m7g, c7gn. */
export function architectureOf(type: string): 'arm64' | 'x86_64' {
  return /^(a1\.|[a-z]+\d+g)/.test(type) ? 'arm64' : 'x86_64';
}

const systemNodesSchema = z.strictObject({
  instanceTypes: z
    .array(instanceType)
    .check(
      z.minLength(1),
      z.maxLength(20),
      distinct,
      z.describe(
        'EC2 instance types of the families c, m, r and t, at least medium (prod: at least large, no t), in order of preference; all Graviton (arm64) or all x86, never mixed.',
      ),
    ),
  min: z.int().check(z.gte(1), z.lte(100), z.describe('Fewest nodes; at least 2 in prod.')),
  max: z.int().check(z.gte(1), z.lte(100), z.describe('Most nodes; at least min.')),
  // EKS gives a node 20 GiB unless told otherwise; less does not hold the images of the system pods.
  diskGiB: z
    ._default(z.int().check(z.gte(20), z.lte(16384)), 50)
    .check(z.describe('Root volume of each node, in GiB, 20-16384. Default: 50.')),
});

export const clusterSchema = z.strictObject({
  kubernetesVersion: z
    .enum(KUBERNETES_VERSIONS.map(({ version }) => version))
    .check(z.describe('Kubernetes minor version, in quotes (unquoted, YAML reads 1.30 as the number 1.3).')),
  supportPolicy: z
    ._default(z.enum(['standard', 'extended']), 'standard')
    .check(
      z.describe(
        'What EKS does when standard support of the version ends: upgrade the cluster (standard) or bill extended support (extended). Default: standard.',
      ),
    ),
  // At most 40 ranges: https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
  publicAccessCidrs: z
    ._default(z.array(publicAccessCidr).check(z.maxLength(40), distinct), [])
    .check(
      z.describe(
        'Public IPv4 networks, /16 to /32, that may reach the Kubernetes API from the internet, at most 40. Default: none, the API answers inside the VPC only.',
      ),
    ),
  administrators: z
    .array(roleArn)
    .check(
      z.minLength(1),
      distinct,
      z.describe('ARNs of the IAM roles that administer the cluster; at least one.'),
    ),
  systemNodes: systemNodesSchema.check(
    z.describe(
      'Managed node group for system pods (Karpenter, CoreDNS, …); all other nodes come from Karpenter.',
    ),
  ),
  logRetentionDays: z
    ._default(logRetentionDays, 365)
    .check(z.describe('How long control-plane logs are kept, in days. Default: 365.')),
});

const businessHoursSchema = z.strictObject({
  startHourUtc: z
    ._default(z.int().check(z.gte(0), z.lte(23)), 13)
    .check(z.describe('Hour in UTC at which business begins, Monday to Friday, 0-23. Default: 13.')),
  hours: z
    ._default(z.int().check(z.gte(1), z.lte(20)), 11)
    .check(z.describe('How many hours it lasts, 1-20. Default: 11.')),
});

const operators = z._default(z.array(roleArn).check(distinct), []);

export const operatorsSchema = z.strictObject({
  starter: operators.check(z.describe('Operators of the starter tier. Default: none.')),
  professional: operators.check(z.describe('Operators of the professional tier. Default: none.')),
  enterprise: operators.check(z.describe('Operators of all dedicated tenants. Default: none.')),
});

export const cellSchema = z.strictObject({
  account: z
    .optional(account)
    .check(z.describe("AWS account of the cell: 12 digits in quotes. Default: the platform's.")),
  region: region.check(z.describe('AWS region of the cell.')),
  zones: z
    .array(
      z
        .string()
        .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d[a-f]$/, 'must be an availability zone, such as us-east-1a')),
    )
    .check(z.length(3), distinct, z.describe('Exactly three availability zones of the region.')),
  network: networkSchema.check(z.describe('VPC of the cell.')),
  cluster: clusterSchema.check(z.describe('EKS cluster of the cell.')),
  operators: z
    .prefault(operatorsSchema, {})
    .check(
      z.describe(
        "ARNs of the IAM roles that look after a tier's pods, in its namespaces only. A role can be of one tier.",
      ),
    ),
  businessHours: z
    .prefault(businessHoursSchema, {})
    .check(z.describe('When nodes are not replaced if it can wait.')),
  cache: z.prefault(cacheSchema, {}).check(z.describe('Distributed cache of the cell.')),
  data: z.prefault(dataSchema, {}).check(z.describe('Databases of the cell.')),
  identity: z.prefault(identitySchema, {}).check(z.describe('Sign-in and tokens of the cell.')),
  gateway: z.prefault(gatewaySchema, {}).check(z.describe('Gateways of the cell.')),
  quotas: z
    .prefault(quotasSchema, {})
    .check(z.describe("What AWS allows the cell's account in its region, where it was raised.")),
});

export type CellConfig = z.infer<typeof cellSchema>;
export type NetworkConfig = z.infer<typeof networkSchema>;
export type ClusterConfig = z.infer<typeof clusterSchema>;
export type SystemNodesConfig = z.infer<typeof systemNodesSchema>;
