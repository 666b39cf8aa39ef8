import type { Scratch } from '../scratch';

/** Stacks of the platform that leaks are planted in: development, with acme-eu beside acme. */
export const A = 'dev1a-tenant-acme';
export const EU = 'dev1a-tenant-acme-eu';
export const G = 'dev1a-tenant-globex';
export const STARTER = 'dev1a-tier-starter';
export const PROFESSIONAL = 'dev1a-tier-professional';
export const ENTERPRISE = 'dev1a-tier-enterprise';
export const ADDONS = 'dev1a-addons';
export const CACHE = 'dev1a-cache';
export const CLUSTER = 'dev1a-cluster';
export const DELIVERY = 'dev1a-delivery';
export const SHARD = 'dev1a-data-shard-1';
export const IDENTITY = 'dev1a-identity';
export const GATEWAY = 'dev1a-gateway';
export const REGISTRY = 'registry';
export const BOOTSTRAP = 'bootstrap';

/** Account and region of development, and beginnings of its names. */
export const ACCOUNT = '444444444444';
export const REGION = 'us-east-1';
export const PREFIX = 'bulkhead-dev-dev1a';
export const PATH = 'bulkhead/dev/dev1a';
export const ZONE = 'dev1a.dev.bulkhead.example';
export const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** Something wrong, planted in synthesized output, and how it must be told. */
export interface Leak {
  readonly name: string;
  readonly plant: (scratch: Scratch) => void;
  /** Who reaches, and who is reached: parts of the names that the finding gives. */
  readonly from: string;
  readonly to: string;
  /** Part of the finding's text. */
  readonly says: string;
}

/** A control that is missing or does not count any more. */
export interface Gap {
  readonly name: string;
  readonly plant: (scratch: Scratch) => void;
  readonly stack: string;
  readonly control: string;
  readonly says: string;
}

/** An inline policy for a role of a stack, given as JSON. */
export const inlinePolicy = (scratch: Scratch, stack: string, within: string, statement: object): void => {
  scratch.add(stack, 'aws_iam_role_policy', {
    name: 'planted',
    role: `\${${scratch.address(stack, 'aws_iam_role', within)}.name}`,
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Planted', Effect: 'Allow', ...statement }],
    }),
  });
};

/** Lets a stack read a contract, and gives the expression of one of its fields. */
export const contractField = (scratch: Scratch, stack: string, of: string, field: string): string => {
  scratch.addData(stack, 'aws_ssm_parameter', `Contract-${of}`, { name: `/${PATH}/${of}` });
  return `\${jsondecode(data.aws_ssm_parameter.Contract-${of}.insecure_value).${field}}`;
};
