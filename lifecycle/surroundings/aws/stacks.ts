import * as path from 'node:path';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import type { Platform } from '../../../config/platform';
import { contractName } from '../../../constructs/core/contract-name';
import { homeOf, placementOfCell } from '../../../stacks/names';
import { plannerRoleArn } from '../../../stacks/deployment-access';
import { textsIn } from '../contract-text';
import { cellOf } from '../lookups';
import type { Stacks, SynthesizedStacks, Tell } from '../../surroundings';
import { synthesize } from '../synth';
import type { Credentials } from './credentials';
import { DeployedStacks } from './deployed-stacks';

export interface AwsStacksProps {
  /** Folder of the project. */
  readonly root: string;
  readonly environment: string;
  /** Folder that holds the environments. */
  readonly configFolder: string;
  readonly platform: () => Platform;
  readonly credentials: Credentials;
  /** Aborted when the person at the keyboard wants to stop. */
  readonly signal?: AbortSignal;
}

/**
 * Stacks on AWS. They are planned and applied as `bulkhead deploy` does it, by the roles that their own configuration names.
 * Contracts are read as the role that plans the stack which publishes them: it may look at what that stack holds, and change
 * nothing.
 */
export class AwsStacks implements Stacks {
  public constructor(private readonly props: AwsStacksProps) {}

  public async synthesize(patterns: readonly string[], tell?: Tell): Promise<SynthesizedStacks> {
    const { root, environment, signal } = this.props;
    const name = patterns.join('+').replace(/[^\w+-]+/g, '_');
    const folder = path.join(root, '.deployment', environment, 'tenants', name);
    const out = path.join(folder, 'out');
    tell?.(`synthesizes ${patterns.join(', ')}`);
    await synthesize({ ...this.props, out, patterns });
    return new DeployedStacks({
      ...{ out, patterns, work: path.join(folder, 'work') },
      // Hundreds of megabytes, the same for every operation.
      providers: path.join(root, '.deployment', environment),
      ...(signal && { signal }),
    });
  }

  public has(): boolean {
    return true;
  }

  public async contract({
    cell,
    stack,
  }: {
    readonly cell?: string;
    readonly stack: string;
  }): ReturnType<Stacks['contract']> {
    const platform = this.props.platform();
    const placement =
      cell === undefined ? homeOf(platform) : placementOfCell(platform, cellOf(platform, cell));
    const { credentials } = this.props;
    const client = new SSMClient({
      region: placement.region,
      credentials: credentials.of(plannerRoleArn(placement, stack), 'contract'),
    });
    try {
      const Name = contractName(placement, { stack, ...(cell !== undefined && { cell }) });
      const { Parameter } = await client.send(new GetParameterCommand({ Name }));
      return Parameter?.Value === undefined ? undefined : textsIn(Parameter.Value);
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    } finally {
      client.destroy();
    }
  }
}
