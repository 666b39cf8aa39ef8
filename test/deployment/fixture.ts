import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

type Json = Readonly<Record<string, unknown>>;

const made: string[] = [];

afterAll(() => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
});

/** An empty folder, removed when the test file is done. */
export function scratchFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'deployment-test-'));
  made.push(folder);
  return folder;
}

export interface TestStack {
  readonly after?: readonly string[];
  readonly resource?: Json;
  readonly data?: Json;
  readonly provider?: Json;
  readonly terraform?: Json;
}

/** Writes a synthesized platform whose states are files in a folder beside it. @returns its folder */
export function writePlatform(
  stacks: Readonly<Record<string, TestStack>>,
  folder: string = path.join(scratchFolder(), 'out'),
): string {
  const manifest: Record<string, unknown> = {};
  for (const [name, { after, provider, terraform, ...parts }] of Object.entries(stacks)) {
    manifest[name] = { name, synthesizedStackPath: `stacks/${name}/cdk.tf.json`, dependencies: after ?? [] };
    fs.mkdirSync(path.join(folder, 'stacks', name), { recursive: true });
    const template = {
      terraform: {
        backend: { local: { path: `../../../state/${name}.tfstate` } },
        required_providers: { aws: { source: 'aws', version: '6.25.0' } },
        ...terraform,
      },
      provider: provider ?? { aws: [{ region: 'us-east-1' }] },
      ...parts,
    };
    fs.writeFileSync(path.join(folder, 'stacks', name, 'cdk.tf.json'), JSON.stringify(template));
  }
  fs.writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({ version: '0.21.0', stacks: manifest }),
  );
  return folder;
}

/** A stack with as many queues, named after it. */
export function queues(stack: string, count: number, more: Json = {}): TestStack {
  const names = Array.from({ length: count }, (_, index) => `${stack}-${String(index)}`);
  return {
    resource: { aws_sqs_queue: Object.fromEntries(names.map((name) => [name, { name, ...more }])) },
  };
}
