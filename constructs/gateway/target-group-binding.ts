import type { KubernetesObject } from '../core/chart';

/**
 * Keeps a target group's targets equal to the pods behind a Service. The kind comes with the AWS Load Balancer Controller; no
 * package has its types: `apis/elbv2/v1beta1/targetgroupbinding_types.go` of kubernetes-sigs/aws-load-balancer-controller.
 */
export interface TargetGroupBinding extends KubernetesObject {
  readonly apiVersion: 'elbv2.k8s.aws/v1beta1';
  readonly kind: 'TargetGroupBinding';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly targetGroupARN: string;
    readonly targetType: 'ip';
    readonly serviceRef: { readonly name: string; readonly port: number };
  };
}

/**
 * Binds the pods of a Service to a target group. It says nothing of `networking`: the controller then leaves security
 * groups alone, whose rules stand beside the load balancer.
 *
 * @param service name of the Service, in the binding's namespace; it may come later
 * @param port port of the Service
 */
export const targetGroupBinding = (
  namespace: string,
  service: string,
  port: number,
  targetGroupArn: string,
): TargetGroupBinding => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name: service, namespace },
  spec: { targetGroupARN: targetGroupArn, targetType: 'ip', serviceRef: { name: service, port } },
});
