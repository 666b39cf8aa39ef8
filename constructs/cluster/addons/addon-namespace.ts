import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { Construct } from 'constructs';

/** Pod Security Standards, strictest first: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export type PodSecurity = 'restricted' | 'baseline' | 'privileged';

export interface AddonNamespaceProps {
  readonly name: string;

  /**
   * Pods that the API server admits. What is refused by the strictest standard is always reported.
   *
   * @default 'restricted'
   */
  readonly podSecurity?: PodSecurity;

  /** @default - none but those of Pod Security */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A namespace for one add-on, with its Pod Security Standard enforced. */
export class AddonNamespace extends Construct {
  public readonly name: string;
  public readonly resource: NamespaceV1;

  public constructor(scope: Construct, id: string, { name, podSecurity, labels }: AddonNamespaceProps) {
    super(scope, id);
    this.name = name;
    this.resource = new NamespaceV1(this, 'Namespace', {
      metadata: {
        name,
        labels: {
          ...labels,
          'pod-security.kubernetes.io/enforce': podSecurity ?? 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    });
  }
}
