import { setTimeout as pause } from 'node:timers/promises';
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  type CodeBuildClientConfig,
  StartBuildCommand,
} from '@aws-sdk/client-codebuild';
import type { Platform } from '../../../config/platform';
import { projectLogGroup } from '../../../constructs/delivery/code-build';
import { ARGUMENTS } from '../../../constructs/operations/build-spec';
import { operationsProjectName, operationsStarterRoleArn } from '../../../constructs/operations/names';
import { placementOfCell } from '../../../stacks/names';
import { LifecycleError } from '../../mistake';
import type { Operations, OperationsRun, Tell } from '../../surroundings';
import { cellOf } from '../lookups';
import type { Credentials } from './credentials';

export interface AwsOperationsProps {
  readonly platform: () => Platform;
  readonly credentials: Pick<Credentials, 'of'>;
  /** Settings of the client beside region and credentials. @default - none */
  readonly client?: Pick<CodeBuildClientConfig, 'endpoint'>;
  /** How often it is looked whether the build has ended, in milliseconds. @default 10000 */
  readonly lookMs?: number;
}

const LOOK_MS = 10_000;

/** Starts the project `operations` of a cell, and waits for it. */
export class AwsOperations implements Operations {
  public constructor(private readonly props: AwsOperationsProps) {}

  public async run(
    cell: string,
    words: readonly string[],
    { tell, signal }: { readonly tell: Tell; readonly signal?: AbortSignal },
  ): Promise<OperationsRun> {
    const { platform, credentials, client: settings } = this.props;
    const placement = placementOfCell(platform(), cellOf(platform(), cell));
    const { region } = placement;
    const projectName = operationsProjectName(placement);
    const client = new CodeBuildClient({
      ...settings,
      region,
      credentials: credentials.of(operationsStarterRoleArn(placement), 'operations'),
    });
    try {
      const { build: started } = await client.send(
        new StartBuildCommand({
          projectName,
          environmentVariablesOverride: [
            { name: ARGUMENTS, value: JSON.stringify(words), type: 'PLAINTEXT' },
          ],
        }),
      );
      const build = started?.id ?? '';
      if (build === '') throw new LifecycleError(`CodeBuild started nothing of ${projectName}`);
      const stream = build.split(':').at(-1) ?? '';
      const log = `aws logs tail ${projectLogGroup(projectName)} --log-stream-name-prefix ${stream} --region ${region} --follow`;
      tell(`${cell} runs it: build ${build}`);
      tell(log);
      return { build, log, outcome: await this.outcome(client, build, tell, signal) };
    } finally {
      client.destroy();
    }
  }

  private async outcome(
    client: CodeBuildClient,
    build: string,
    tell: Tell,
    signal: AbortSignal | undefined,
  ): Promise<OperationsRun['outcome']> {
    let phase: string | undefined;
    while (signal?.aborted !== true) {
      const { builds: [now] = [] } = await client.send(new BatchGetBuildsCommand({ ids: [build] }));
      if (now?.buildComplete === true) return now.buildStatus === 'SUCCEEDED' ? 'done' : 'failed';
      if (now?.currentPhase !== undefined && now.currentPhase !== phase) {
        phase = now.currentPhase;
        tell(phase.toLowerCase().replaceAll('_', ' '));
      }
      await pause(this.props.lookMs ?? LOOK_MS, undefined, signal && { signal }).catch(() => undefined);
    }
    return 'goes on';
  }
}
