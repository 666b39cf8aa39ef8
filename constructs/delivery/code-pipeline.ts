import {
  Codepipeline,
  type CodepipelineArtifactStore,
  type CodepipelineConfig,
  type CodepipelineStage,
} from '@cdktf/provider-aws/lib/codepipeline';
import type { Construct } from 'constructs';
import { validateProps } from '../core/validation';
import type { ArtifactStore } from './artifact-store';
import { STAGE_RULES } from './stage-limits';

type Store = Pick<ArtifactStore, 'region' | 'bucketName' | 'keyArn'>;

export interface CodePipelineProps {
  readonly name: string;
  readonly roleArn: string;
  readonly stages: readonly CodepipelineStage[];
  /** Artifact stores of all regions that its actions run in; the pipeline's own among them. */
  readonly stores: readonly Store[];
  readonly trigger?: CodepipelineConfig['trigger'];
  readonly variable?: CodepipelineConfig['variable'];
}

/**
 * A pipeline of the home account, of type V2. Newer executions take the place of older ones that wait before the same stage:
 * what is released is the latest, not each.
 *
 * @throws ValidationError when CodePipeline would refuse the stages
 */
export function codePipeline(scope: Construct, id: string, props: CodePipelineProps): Codepipeline {
  const { name, roleArn, stages, stores, trigger, variable } = props;
  validateProps(scope, `stages of ${name}`, { stages }, STAGE_RULES);
  return new Codepipeline(scope, id, {
    name,
    roleArn,
    pipelineType: 'V2',
    executionMode: 'SUPERSEDED',
    artifactStore: artifactStores(stores),
    stage: [...stages],
    ...(trigger && { trigger }),
    ...(variable && { variable }),
  });
}

/** A region is said only where there are several: "ArtifactStores", AWS CodePipeline API Reference. */
const artifactStores = (stores: readonly Store[]): CodepipelineArtifactStore[] =>
  stores.map(({ region, bucketName, keyArn }) => ({
    type: 'S3',
    location: bucketName,
    encryptionKey: { type: 'KMS', id: keyArn },
    ...(stores.length > 1 && { region }),
  }));
