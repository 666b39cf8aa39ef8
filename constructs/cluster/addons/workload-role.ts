import type { Construct } from 'constructs';
import { PodIdentity, type PodIdentityProps } from '../../core/pod-identity';

export interface WorkloadRoleProps extends Omit<PodIdentityProps, 'name'> {
  /** What the role is for; part of its name. */
  readonly name: string;
}

/** The role of an add-on's pods. */
export class WorkloadRole extends PodIdentity {
  public constructor(scope: Construct, id: string, props: WorkloadRoleProps) {
    super(scope, id, { ...props, name: ['addons', props.name] });
  }
}
