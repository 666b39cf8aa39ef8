import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

type Json = Readonly<Record<string, unknown>>;

export interface JsonStack {
  readonly after?: readonly string[];
  readonly resource?: Json;
  readonly data?: Json;
  readonly output?: Json;
  readonly provider?: Json;
}

/** The project's own folder, where `node_modules` and `rehearsal/` are. */
export const ROOT = path.resolve(__dirname, '../../..');

const made: string[] = [];

afterAll(() => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
});

/** An empty folder, removed when the test file is done. */
export function scratchFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rehearsal-test-'));
  made.push(folder);
  return folder;
}

/**
 * Writes a synthesized platform as `cdktf synth` would: a manifest, and one template for each stack. What a test
 * plants is written as it is, as an escape hatch would.
 *
 * @returns folder of the platform
 */
export function writePlatform(
  stacks: Readonly<Record<string, JsonStack>>,
  folder: string = path.join(scratchFolder(), 'out'),
): string {
  const manifest: Record<string, unknown> = {};
  for (const [name, { after, provider, ...parts }] of Object.entries(stacks)) {
    const file = path.join('stacks', name, 'cdk.tf.json');
    manifest[name] = {
      name,
      constructPath: name,
      workingDirectory: `stacks/${name}`,
      synthesizedStackPath: file,
      annotations: [],
      dependencies: after ?? [],
    };
    fs.mkdirSync(path.join(folder, 'stacks', name), { recursive: true });
    const template = {
      terraform: {
        backend: { s3: { bucket: 'state', key: `${name}.tfstate`, region: 'us-east-1' } },
        required_providers: { aws: { source: 'aws', version: '6.25.0' } },
      },
      provider: provider ?? { aws: [{ region: 'us-east-1' }] },
      ...parts,
    };
    fs.writeFileSync(path.join(folder, file), JSON.stringify(template, null, 2));
  }
  fs.writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({ version: '0.21.0', stacks: manifest }),
  );
  return folder;
}

/** A stack with as many queues, named after it. */
export function queues(stack: string, count: number): JsonStack {
  const names = Array.from({ length: count }, (_, index) => `${stack}-${String(index)}`);
  return { resource: { aws_sqs_queue: Object.fromEntries(names.map((name) => [name, { name }])) } };
}
