import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlatform } from '../../../config/load';
import type { LifecycleEvent } from '../../../lifecycle/events';
import { onboardDedicated, type DedicatedOnboardingProps } from '../../../lifecycle/onboard/dedicated';
import { FileRegistry } from '../../../lifecycle/registry/file-registry';
import type { DedicatedRequest } from '../../../lifecycle/request';
import type { StacksPlan, Surroundings } from '../../../lifecycle/surroundings';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const ENVIRONMENT = 'dev';
const FOLDER = 'config/environments';

/** Where a test's operation stops as if the power had gone: before or after what the world does. */
export type Cut = 'synthesize' | 'plan' | 'apply' | 'applied' | 'smoke';

/** dev's config in a folder of its own, a registry of files, and a world that notes what is done to it. */
export class DedicatedWorld {
  public readonly root = mkdtempSync(join(tmpdir(), 'onboard-'));
  public readonly registry = new FileRegistry({ folder: join(this.root, 'registry') });
  public readonly done: string[] = [];
  public readonly events: LifecycleEvent[] = [];
  /** Stacks that are deployed. */
  public readonly deployed = new Set<string>();
  public risks: Readonly<Record<string, StacksPlan['risk']>> = {};
  public cut: Cut | undefined;

  public constructor() {
    cpSync(join(FOLDER, ENVIRONMENT), join(this.root, FOLDER, ENVIRONMENT), { recursive: true });
  }

  public readonly surroundings: Surroundings = {
    kind: 'aws',
    environment: ENVIRONMENT,
    root: this.root,
    configFolder: join(this.root, FOLDER),
    registry: this.registry,
    now: () => NOW,
    caller: () => Promise.resolve('ann'),
    platform: () => loadPlatform(this.root, ENVIRONMENT),
    close: () => Promise.resolve(),
    databases: {
      connect: () => Promise.reject(new Error('no database is needed')),
      access: () => Promise.reject(new Error('no database is needed')),
    },
    tokens: {
      smoke: (id) => {
        this.stopAt('smoke');
        this.done.push(`smoke ${id}`);
        return Promise.resolve([`${id} is let in`]);
      },
      revoke: () => Promise.resolve(),
    },
    stacks: {
      has: () => true,
      synthesize: (patterns) => {
        this.stopAt('synthesize');
        return Promise.resolve(this.synthesized(patterns.join()));
      },
      contract: () => Promise.resolve(undefined),
    },
  };

  private synthesized(stack: string) {
    return {
      plan: () => {
        this.stopAt('plan');
        const changes = this.deployed.has(stack) ? 0 : 3;
        return Promise.resolve({
          text: `${stack}: ${String(changes)}`,
          risk: this.risks[stack] ?? 'none',
          changes,
        });
      },
      apply: () => {
        this.stopAt('apply');
        if (!this.deployed.has(stack)) this.done.push(`deploy ${stack}`);
        this.deployed.add(stack);
        this.stopAt('applied');
        return Promise.resolve();
      },
      destroy: () => Promise.reject(new Error('nothing is destroyed here')),
    };
  }

  private stopAt(point: Cut): void {
    if (this.cut !== point) return;
    this.cut = undefined;
    throw new Error('the power is gone');
  }

  public onboard(request: DedicatedRequest, more: Partial<DedicatedOnboardingProps> = {}) {
    return onboardDedicated({ ...this.props(request), ...more });
  }

  public props(request: DedicatedRequest): DedicatedOnboardingProps {
    return {
      request,
      surroundings: this.surroundings,
      emit: (event) => {
        this.events.push(event);
      },
      approve: () => Promise.resolve(),
    };
  }

  /** Text of a tenant's file; undefined if there is none. */
  public file(id: string): string | undefined {
    const path = join(this.root, FOLDER, ENVIRONMENT, 'tenants', `${id}.yaml`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  public async places(id: string): Promise<number> {
    const [place] = await this.registry.counts([{ cell: 'dev1a', shard: `tenant-${id}` }]);
    return place?.tenants ?? 0;
  }

  public remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
