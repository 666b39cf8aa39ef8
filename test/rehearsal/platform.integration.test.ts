import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Variation, synthesizePlatform } from './support/cdktf-platform';
import { scratchFolder } from './support/json-platform';
import { type Rehearsed, describeWithTerraform, errorsOf, idsOf, run, stateOf } from './support/run';

function synthesized(variation: Variation = {}, folder: string = scratchFolder()): string {
  const out = path.join(folder, 'out');
  fs.rmSync(out, { recursive: true, force: true });
  synthesizePlatform(out, variation);
  return out;
}

function stack({ result }: Rehearsed, name: string): Rehearsed['result']['stacks'][number] {
  const found = result.stacks.find((candidate) => candidate.stack === name);
  if (!found) throw new Error(`no stack ${name}`);
  return found;
}

describeWithTerraform('a whole platform, rehearsed with real Terraform', () => {
  let out: string;
  let first: Rehearsed;

  beforeAll(async () => {
    out = synthesized();
    first = await run(out, { verify: true });
  }, 120_000);

  it('deploys every stack, and plans nothing the second time', () => {
    expect(errorsOf(first)).toBe('');
    expect(first.result.stacks.map(({ stack: name, status }) => [name, status])).toEqual([
      ['network', 'deployed'],
      ['cluster', 'deployed'],
      ['addons', 'deployed'],
      ['cache', 'deployed'],
      ['data', 'deployed'],
      ['identity', 'deployed'],
    ]);
  });

  it('starts no stack before those that it depends on have ended', () => {
    const at = (type: string, name: string): number =>
      first.events.findIndex((event) => event.type === type && 'stack' in event && event.stack === name);
    expect(at('stack_start', 'cluster')).toBeGreaterThan(at('stack_end', 'network'));
    expect(at('stack_start', 'addons')).toBeGreaterThan(at('stack_end', 'cluster'));
    expect(at('stack_start', 'data')).toBeGreaterThan(at('stack_end', 'network'));
  });

  it('hands contracts from stack to stack through the simulated parameter store', () => {
    const subnets = Object.entries(idsOf(out, 'network')).filter(([address]) =>
      address.startsWith('aws_subnet.'),
    );
    const group = stateOf(out, 'data').resources.find(({ type }) => type === 'aws_db_subnet_group');
    expect([...(group?.instances[0]?.attributes['subnet_ids'] as string[])].sort()).toEqual(
      subnets.map(([, id]) => id).sort(),
    );
  });

  it('gives values the shape that AWS gives them, in the account of the role and the region of the provider', () => {
    expect(stateOf(out, 'identity').outputs).toMatchObject({
      where: { value: 'aws/444455556666/us-east-1' },
      'queue-arn': { value: 'arn:aws:sqs:us-east-1:444455556666:events' },
      'pool-endpoint': {
        value: expect.stringMatching(
          /^cognito-idp\.us-east-1\.amazonaws\.com\/us-east-1_[0-9A-F]{9}$/,
        ) as string,
      },
    });
    const cluster = stateOf(out, 'data').resources.find(({ type }) => type === 'aws_rds_cluster')
      ?.instances[0]?.attributes;
    expect(cluster).toMatchObject({
      arn: 'arn:aws:rds:us-east-1:444455556666:cluster:shard-1',
      endpoint: expect.stringMatching(
        /^shard-1\.cluster-[0-9a-f]{12}\.us-east-1\.rds\.amazonaws\.com$/,
      ) as string,
      port: 5432,
      tags_all: { owner: 'platform', platform: 'bulkhead' },
      master_user_secret: [
        {
          secret_arn: expect.stringMatching(
            /^arn:aws:secretsmanager:us-east-1:444455556666:secret:rds!cluster-/,
          ) as string,
        },
      ],
    });
  });

  it('never changes the synthesized output', () => {
    const untouched = synthesized({}, scratchFolder());
    const files = (folder: string): readonly string[] =>
      (fs.readdirSync(folder, { recursive: true }) as string[]).sort();
    expect(files(out)).toEqual(files(untouched));
    for (const name of ['network', 'data']) {
      const template = path.join('stacks', name, 'cdk.tf.json');
      expect(fs.readFileSync(path.join(out, template), 'utf8')).toBe(
        fs.readFileSync(path.join(untouched, template), 'utf8'),
      );
    }
  });

  it('changes a tag in place', async () => {
    synthesized({ owner: 'somebody else' }, path.dirname(out));
    const changed = stack(await run(out, { keep: true }), 'data');
    expect(changed).toMatchObject({ status: 'deployed', created: 0, changed: 1, destroyed: 0, replaced: [] });
  }, 60_000);

  it('shows that a new database name would replace the database, and refuses to, for it is protected', async () => {
    synthesized({ owner: 'somebody else', databaseName: 'customers' }, path.dirname(out));
    const rehearsed = await run(out, { keep: true });
    expect(stack(rehearsed, 'data')).toMatchObject({
      status: 'failed',
      replaced: expect.arrayContaining(['aws_rds_cluster.cluster']) as string[],
    });
    expect(errorsOf(rehearsed)).toContain(
      'Cannot delete protected Cluster, please disable deletion protection and try again.',
    );
    expect(rehearsed.events).toContainEqual({
      type: 'replace',
      stack: 'data',
      address: 'aws_rds_cluster.cluster',
    });
  }, 60_000);

  it('destroys in reverse order, refuses protected data in the words of AWS, and leaves standing what it needs', async () => {
    const rehearsed = await run(out, { mode: 'destroy' });
    expect(rehearsed.result.ok).toBe(false);
    expect(stack(rehearsed, 'addons').status).toBe('destroyed');
    expect(stack(rehearsed, 'data').failures).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          address: 'aws_rds_cluster.cluster',
          summary: expect.stringContaining('Cannot delete protected Cluster') as string,
        }),
        expect.objectContaining({
          address: 'aws_dynamodb_table.registry',
          summary: expect.stringContaining('protected against deletion') as string,
        }),
      ]),
    );
    expect(stack(rehearsed, 'network')).toMatchObject({ status: 'skipped', blockedBy: 'data', destroyed: 0 });
  }, 60_000);

  it('destroys everything once protection is lifted', async () => {
    synthesized({ disposable: true }, path.dirname(out));
    expect(errorsOf(await run(out, { keep: true }))).toBe('');
    const rehearsed = await run(out, { mode: 'destroy' });
    expect(errorsOf(rehearsed)).toBe('');
    expect(rehearsed.result.stacks.every(({ status }) => status === 'destroyed')).toBe(true);
  }, 60_000);
});
