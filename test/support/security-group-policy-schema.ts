import Ajv from 'ajv';

/**
 * The published definition of SecurityGroupPolicy as a JSON schema: `vpcresources.k8s.aws_securitygrouppolicies.yaml`
 * below `config/crd/bases` of aws/amazon-vpc-resource-controller-k8s. Stricter in two things: a field that the definition
 * does not know is refused and not dropped, and a policy must select pods and name 1 to 5 groups, of which the controller
 * tells only when a pod starts ("Use a security group policy for an Amazon EKS Pod").
 */
const strings = { type: 'array', items: { type: 'string' } };
const selector = {
  type: 'object',
  additionalProperties: false,
  properties: {
    matchLabels: { type: 'object', additionalProperties: { type: 'string' } },
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['key', 'operator'],
        properties: {
          key: { type: 'string' },
          operator: { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: strings,
        },
      },
    },
  },
};

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'vpcresources.k8s.aws/v1beta1' },
    kind: { const: 'SecurityGroupPolicy' },
    metadata: { type: 'object', required: ['name'] },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['securityGroups'],
      oneOf: [{ required: ['podSelector'] }, { required: ['serviceAccountSelector'] }],
      properties: {
        podSelector: selector,
        serviceAccountSelector: selector,
        securityGroups: {
          type: 'object',
          additionalProperties: false,
          required: ['groupIds'],
          properties: { groupIds: { ...strings, minItems: 1, maxItems: 5, uniqueItems: true } },
        },
      },
    },
  },
};

const ajv = new Ajv({ allErrors: true });
const validate = ajv.compile(SCHEMA);

/** What the schema finds wrong with an object, one text each. */
export const securityGroupPolicyProblems = (object: unknown): string[] =>
  validate(object) ? [] : (validate.errors ?? []).map((error) => ajv.errorsText([error]));
