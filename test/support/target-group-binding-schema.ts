import Ajv from 'ajv';

/**
 * What this platform uses of the published definition of TargetGroupBinding, as a JSON schema:
 * `config/crd/bases/elbv2.k8s.aws_targetgroupbindings.yaml` of kubernetes-sigs/aws-load-balancer-controller. A field that is
 * not here is refused.
 */
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'elbv2.k8s.aws/v1beta1' },
    kind: { const: 'TargetGroupBinding' },
    metadata: { type: 'object', required: ['name', 'namespace'] },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['serviceRef', 'targetGroupARN'],
      properties: {
        serviceRef: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'port'],
          properties: { name: { type: 'string' }, port: { type: ['integer', 'string'] } },
        },
        targetGroupARN: { type: 'string', minLength: 1 },
        targetType: { enum: ['instance', 'ip'] },
      },
    },
  },
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(SCHEMA);

/** What the schema finds wrong with an object, one text each. */
export const targetGroupBindingProblems = (object: unknown): string[] =>
  validate(object) ? [] : (validate.errors ?? []).map((error) => ajv.errorsText([error]));
