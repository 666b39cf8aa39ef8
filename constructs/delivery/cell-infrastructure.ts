import { SchedulerScheduleGroup } from '@cdktf/provider-aws/lib/scheduler-schedule-group';
import { Construct } from 'constructs';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { type Placement, placementOf } from '../core/placement';
import { DriftSchedule } from './drift-schedule';
import { cellSpec, driftSpec, INFRASTRUCTURE_VARIABLES } from './infrastructure-buildspec';
import { InfrastructureProject } from './infrastructure-project';
import {
  artifactBucketName,
  artifactKeyAlias,
  deployedKey,
  driftRoleArn,
  INFRASTRUCTURE,
  infrastructurePipelineName,
  infrastructureRoleArn,
  noticesTopicArn,
  scheduleGroupName,
} from './names';
import { PipelineAccess } from './pipeline-access';

export interface CellInfrastructureProps {
  /** Account and region of the pipeline, without a cell. */
  readonly home: Placement;

  /** Where its projects stand, for the Kubernetes API may answer in the VPC only. */
  readonly network: Pick<INetwork, 'vpcId' | 'privateSubnetIds'>;
  readonly securityGroupId: string;

  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/**
 * A cell's part of the infrastructure's own pipeline: a project that deploys the cell's stacks and watches them, and one that
 * looks for drift each day. Both run as roles that an administrator has made, in `bootstrap`.
 */
export class CellInfrastructure extends Construct {
  public constructor(scope: Construct, id: string, props: CellInfrastructureProps) {
    super(scope, id);
    const { home, network, securityGroupId, logRetentionDays } = props;
    const cell = placementOf(this);
    const common = {
      artifactKeyArn: `arn:aws:kms:${cell.region}:${home.account}:${artifactKeyAlias(home)}`,
      vpc: { network, securityGroupId },
      logRetentionDays,
    };
    const { projectName } = new InfrastructureProject(this, 'Project', {
      ...common,
      name: [INFRASTRUCTURE],
      description: `Deploys the stacks of ${cell.cell ?? ''}, but those that it stands on`,
      buildspec: cellSpec(home, cell),
      roleArn: infrastructureRoleArn(cell),
    });
    new PipelineAccess(this, 'Access', {
      ...{ service: INFRASTRUCTURE, home, projectName },
      pipelines: [infrastructurePipelineName(home)],
      variables: INFRASTRUCTURE_VARIABLES,
    });
    const drift = new InfrastructureProject(this, 'Drift', {
      ...common,
      name: ['drift', INFRASTRUCTURE],
      description: `Looks for drift in ${cell.cell ?? ''}`,
      buildspec: driftSpec(cell.cell ?? '', noticesTopicArn(home), home.region),
      roleArn: driftRoleArn(cell),
      archive: `${artifactBucketName(home, cell.region)}/${deployedKey(cell.cell)}`,
      environment: { STACKS: `${cell.cell ?? ''}-*` },
    });
    const schedules = new SchedulerScheduleGroup(this, 'Schedules', {
      name: physicalName(this, 'schedule', 'delivery'),
    });
    new DriftSchedule(this, 'DriftDaily', {
      projectName: drift.projectName,
      projectArn: drift.arn,
      // By its name: who may make schedules may in this group only.
      scheduleGroup: scheduleGroupName(cell),
    }).node.addDependency(schedules);
  }
}
