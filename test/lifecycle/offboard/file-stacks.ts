import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as soon } from 'node:timers/promises';
import { LifecycleError } from '../../../lifecycle/mistake';
import type { Stacks, SynthesizedStacks, Tell } from '../../../lifecycle/surroundings';

/** What a stack consists of, by address. */
type State = Readonly<Record<string, string>>;

/** Of a tenant's stack: one that its protection shows at, and others. */
const RESOURCES = [
  'aws_kms_key.Key',
  'aws_rds_cluster.Database',
  'kubernetes_namespace_v1.Namespace',
] as const;

/**
 * A cell's stack of a dedicated tenant and the pipelines' stack, as Terraform would have them, in files: each change of a
 * resource is in the state and in a log before the next begins.
 */
export class FileStacks implements Stacks {
  public constructor(
    private readonly folder: string,
    private readonly tenants: string,
  ) {
    mkdirSync(join(folder, 'state'), { recursive: true });
  }

  /** Deploys them as config says. */
  public async deploy(...names: readonly string[]): Promise<void> {
    for (const name of names) await (await this.synthesize([name])).apply(() => undefined);
  }

  public has(stack: string): boolean {
    return existsSync(this.file(stack));
  }

  public contract(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** All that was ever done to resources, line by line. */
  public log(): readonly string[] {
    return readFileSync(join(this.folder, 'log'), 'utf8').trimEnd().split('\n');
  }

  public state(stack: string): State {
    return this.has(stack) ? (JSON.parse(readFileSync(this.file(stack), 'utf8')) as State) : {};
  }

  public synthesize([stack = '']: readonly string[]): Promise<SynthesizedStacks> {
    const wanted = this.wanted(stack);
    const differing = (): readonly string[] =>
      Object.keys(wanted).filter((address) => wanted[address] !== this.state(stack)[address]);
    return Promise.resolve({
      plan: () => {
        const changes = differing().length;
        return Promise.resolve({ text: `${stack}: ${String(changes)} to change`, risk: 'low', changes });
      },
      apply: (tell) => this.each(stack, differing(), (address) => wanted[address], tell),
      destroy: (tell) => {
        const state = this.state(stack);
        if (Object.values(state).includes('protected')) throw new LifecycleError(`${stack} is protected`);
        tell(`${stack}: ${String(Object.keys(state).length)} to destroy`);
        return this.each(stack, Object.keys(state), () => undefined, tell);
      },
    });
  }

  private async each(
    stack: string,
    addresses: readonly string[],
    value: (address: string) => string | undefined,
    tell: Tell,
  ): Promise<void> {
    for (const address of addresses) {
      // What is told is written down meanwhile: a resource takes seconds.
      await soon();
      const now = value(address);
      // A text that is undefined is in no JSON.
      writeFileSync(this.file(stack), JSON.stringify({ ...this.state(stack), [address]: now }));
      appendFileSync(join(this.folder, 'log'), `${stack} ${address} ${now ?? 'destroyed'}\n`);
      tell(`${stack}: ${address} done`);
    }
    await soon();
  }

  /** @throws LifecycleError for the stack of a tenant that is not in config */
  private wanted(stack: string): State {
    const files = readdirSync(this.tenants).sort();
    if (stack === 'delivery') return { 'aws_codepipeline.Platform': files.join(' ') };
    const file = `${/-tenant-(.+)$/.exec(stack)?.[1] ?? ''}.yaml`;
    if (!files.includes(file)) throw new LifecycleError(`no stack is ${stack}`);
    const isLeaving = readFileSync(join(this.tenants, file), 'utf8').includes('\nlifecycle: offboarding\n');
    return Object.fromEntries(
      RESOURCES.map((address) => [
        address,
        address.startsWith('aws_rds_cluster') && !isLeaving ? 'protected' : 'there',
      ]),
    );
  }

  private file(stack: string): string {
    return join(this.folder, 'state', `${stack}.json`);
  }
}
