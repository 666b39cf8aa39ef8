import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy';
import type { IValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding';
import type { KubernetesObject } from '../../core/chart';

export type AdmissionPolicy = IValidatingAdmissionPolicy & KubernetesObject;

export interface AdmissionPolicyProps {
  readonly name: string;

  /** Which requests the policy looks at. */
  readonly match: NonNullable<NonNullable<IValidatingAdmissionPolicy['spec']>['matchConstraints']>;

  /** CEL expression for whom it looks at. It must not fail for any request of anybody. @default - everybody */
  readonly whom?: string;

  /** CEL expressions by name, for the validations as `variables.<name>`; later ones may use earlier ones. @default - none */
  readonly variables?: Readonly<Record<string, string>>;

  /** What must hold, as CEL, and what to tell whoever is refused: text, and if given a CEL expression that tells more. */
  readonly validations: readonly {
    readonly expression: string;
    readonly message: string;
    readonly messageExpression?: string;
  }[];
}

/**
 * A policy that the API server itself enforces, and its binding to the whole cluster. What cannot be decided is refused
 * (`Fail`), and every refusal is in the audit log.
 *
 * Language and variables: "Validating Admission Policy" and "Common Expression Language in Kubernetes", Kubernetes
 * documentation. Empty fields of `request` are absent there, hence `has(…)`.
 */
export function admissionPolicy(
  props: AdmissionPolicyProps,
): readonly [AdmissionPolicy, IValidatingAdmissionPolicyBinding & KubernetesObject] {
  const { name, match, whom, variables, validations } = props;
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: match,
        ...(whom !== undefined && { matchConditions: [{ name: 'whom', expression: whom }] }),
        ...(variables && {
          variables: Object.entries(variables).map(([variable, expression]) => ({
            name: variable,
            expression,
          })),
        }),
        validations: validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny', 'Audit'] },
    },
  ];
}

/** CEL: whether the request comes from a member of a group whose name begins like this. */
export const inGroup = (prefix: string): string =>
  `has(request.userInfo.groups) && request.userInfo.groups.exists(g, g.startsWith('${prefix}'))`;
