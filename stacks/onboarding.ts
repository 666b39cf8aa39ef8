import type { Construct } from 'constructs';
import type { Platform } from '../config/platform';
import { InfrastructureProject } from '../constructs/delivery/infrastructure-project';
import {
  artifactKeyAlias,
  infrastructurePipelineName,
  noticesTopicArn,
  pipelineArn,
} from '../constructs/delivery/names';
import { homeSpec, type Source } from '../constructs/onboarding/build-spec';
import { ONBOARDING, onboardingRoleArn } from '../constructs/onboarding/names';
import { OnboardingPipeline } from '../constructs/onboarding/onboarding-pipeline';
import { cellsOf } from './infrastructure-access';
import { PlatformStack } from './platform-stack';

/** How long logs are kept, in days: who was onboarded when is asked for in audits, once a year. */
const LOG_DAYS = 365;

/** Tenants that are placed, waited for or taken back at once. More wait for their turn. */
const AT_ONCE = 20;

/** Longest run, in minutes: it waits for the cell's project. */
const LONGEST_RUN = 150;

/** Where the command comes from. */
export const onboardingSource = ({ delivery, environment }: Platform): Source => ({
  connectionArn: delivery.connection,
  repository: delivery.repository,
  branch: delivery.branch,
  environment,
});

/** What onboards tenants for events, in the home account. What a cell has for it is in the cell's stack `delivery`. */
export class OnboardingStack extends PlatformStack {
  public constructor(scope: Construct, { platform }: { readonly platform: Platform }) {
    super(scope, { platform, kind: ONBOARDING });
    const home = this.placement;
    const project = new InfrastructureProject(this, 'Project', {
      name: [ONBOARDING],
      description: 'Places tenants that are asked for, and has their cells provision them',
      buildspec: homeSpec(onboardingSource(platform), cellsOf(platform)),
      roleArn: onboardingRoleArn(home),
      artifactKeyArn: `arn:aws:kms:${home.region}:${home.account}:${artifactKeyAlias(home)}`,
      alone: { concurrentBuilds: AT_ONCE, timeoutMinutes: LONGEST_RUN },
      logRetentionDays: LOG_DAYS,
    });
    new OnboardingPipeline(this, 'Pipeline', {
      callers: platform.onboarding.callers,
      project: { name: project.projectName, arn: project.arn },
      pipeline: {
        name: infrastructurePipelineName(home),
        arn: pipelineArn(home, infrastructurePipelineName(home)),
      },
      noticesTopicArn: noticesTopicArn(home),
      logRetentionDays: LOG_DAYS,
    });
  }
}
