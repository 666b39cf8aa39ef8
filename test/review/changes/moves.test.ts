import { changes, fates, found, ownedBy, removePlatforms, resources, reviewed, told } from './platform';

afterAll(removePlatforms);

const key = { description: 'Encrypts data', enable_key_rotation: true, multi_region: false };
const before = resources({
  'aws_kms_key.Old': key,
  'aws_rds_cluster.It': { cluster_identifier: 'db', kms_key_id: '${aws_kms_key.Old.arn}' },
});
const after = resources({
  'aws_kms_key.New': key,
  'aws_rds_cluster.It': { cluster_identifier: 'db', kms_key_id: '${aws_kms_key.New.arn}' },
});

describe('a resource at another address', () => {
  it('is a move that nobody wrote down: as bad as its end, with the line that mends it', async () => {
    const { stacks } = await reviewed({ shared: { config: before } }, { shared: { config: after } });
    expect(stacks[0]?.counts).toMatchObject({ move: 1, create: 0, destroy: 0 });
    expect(stacks[0]?.findings).toContainEqual({
      stack: 'shared',
      level: 'high',
      kind: 'move',
      address: 'aws_kms_key.New',
      what: 'is aws_kms_key.Old under another id: Terraform destroys that one, and with it everything it encrypts, and creates this one',
      advice: "call moveFromId('aws_kms_key.Old') on it, and its state moves along",
    });
  });

  it('takes along what only the old one had', async () => {
    expect(await fates(before, after)).toEqual(['move aws_kms_key.New', 'replace aws_rds_cluster.It']);
  });

  it('is a move and no risk where the configuration says so, with all that refers to it', async () => {
    const moved = [{ from: 'aws_kms_key.Old', to: 'aws_kms_key.New' }];
    expect(await changes(before, { ...after, moved })).toEqual([
      {
        address: 'aws_kms_key.New',
        type: 'aws_kms_key',
        fate: 'move',
        from: 'aws_kms_key.Old',
        attributes: [],
      },
    ]);
    expect(await found(before, { ...after, moved })).toEqual([]);
  });

  it('is of low risk where nothing is lost', async () => {
    const policy = (name: string) => resources({ [`aws_iam_role_policy.${name}`]: { name: 'p', role: 'r' } });
    expect(await found(policy('Old'), policy('New'))).toEqual([
      'low move aws_iam_role_policy.New is aws_iam_role_policy.Old under another id: Terraform destroys that one and creates this one',
    ]);
  });

  it('is another one where it could not be the same', async () => {
    const bucket = (id: string, bucket: string) => resources({ [`aws_s3_bucket.${id}`]: { bucket } });
    expect(await fates(bucket('Old', 'a'), bucket('New', 'b'))).toEqual([
      'create aws_s3_bucket.New',
      'destroy aws_s3_bucket.Old',
    ]);
  });

  it('is still destroyed where the new one is only imported', async () => {
    const imported = { ...after, import: [{ to: 'aws_kms_key.New', id: 'k' }] };
    expect(await found(before, imported)).toContainEqual(
      expect.stringContaining('though this one is imported'),
    );
  });

  it('does not make others differ that could have another one', async () => {
    const log = (id: string) =>
      resources({
        [`aws_kms_key.${id}`]: key,
        'aws_cloudwatch_log_group.It': { name: 'l', kms_key_id: `\${aws_kms_key.${id}.arn}` },
        'aws_iam_role_policy.It': {
          role: 'r',
          policy: JSON.stringify({
            Statement: [
              { Effect: 'Allow', Action: 'kms:Decrypt', Resource: [`\${aws_kms_key.${id}.arn}`, '*'] },
            ],
          }),
        },
      });
    expect(await fates(log('Old'), log('New'))).toEqual(['move aws_kms_key.New']);
  });

  it('does not make others differ that know it by a name', async () => {
    const role = (id: string) =>
      resources({
        [`aws_iam_role.${id}`]: { name: 'reader', assume_role_policy: '{}' },
        'aws_iam_role_policy.It': { name: 'p', role: `\${aws_iam_role.${id}.name}` },
      });
    expect(await fates(role('Old'), role('New'))).toEqual(['move aws_iam_role.New']);
  });
});

describe('what is taken over', () => {
  it('is not created', async () => {
    const topic = resources({ 'aws_sns_topic.It': { name: 'a' } });
    expect(await fates({}, { ...topic, import: [{ to: 'aws_sns_topic.It', id: 'arn' }] })).toEqual([
      'move aws_sns_topic.It',
    ]);
  });
});

describe('a stack of another name', () => {
  const tags = ownedBy({ cell: 'use1a', tenant: 'shared' });
  const stack = { config: { ...tags, ...before } };

  it('leaves its state behind', async () => {
    const { stacks, risk } = await reviewed({ 'use1a-data': stack }, { 'use1a-store': stack });
    expect(risk).toBe('high');
    expect(stacks.map(({ stack: name, fate }) => `${fate} ${name}`)).toEqual([
      'new use1a-store',
      'gone use1a-data',
    ]);
    expect(told(stacks[0]?.findings ?? [])[0]).toBe(
      'high move use1a-store is use1a-data under another name: the state of use1a-data is abandoned, and Terraform creates everything again, or fails where a name is taken',
    );
    expect(told(stacks[1]?.findings ?? [])[0]).toContain('goes on as use1a-store, without its state');
  });

  it('is another stack if it is another’s', async () => {
    const { stacks } = await reviewed(
      { 'use1a-tenant-a': { config: { ...before, ...ownedBy({ cell: 'use1a', tenant: 'a' }) } } },
      { 'use1a-tenant-b': { config: { ...before, ...ownedBy({ cell: 'use1a', tenant: 'b' }) } } },
    );
    expect(
      stacks.flatMap(({ findings }) => findings).filter(({ what }) => what.includes('another name')),
    ).toEqual([]);
  });
});

describe('a stack that is gone', () => {
  it('keeps all that it deployed', async () => {
    const { stacks } = await reviewed({ a: { config: before } }, {});
    expect(stacks[0]).toMatchObject({ fate: 'gone', risk: 'low', changes: [] });
    expect(told(stacks[0]?.findings ?? [])).toEqual([
      'low removed a is written down no more: all that it deployed stays as it is, costs what it costs, and is updated by nobody',
    ]);
  });
});

describe('a resource of another stack', () => {
  const owned = ownedBy({ cell: 'use1a', tenant: 'shared' });
  const withTable = (id: string) => ({
    config: { ...owned, ...resources({ [`aws_dynamodb_table.${id}`]: { name: 'orders', hash_key: 'pk' } }) },
  });
  const empty = { config: owned };

  it('comes from where it was, and may stay what it is', async () => {
    const { stacks, affected } = await reviewed(
      { old: withTable('It'), fresh: empty },
      { old: empty, fresh: withTable('Table') },
    );
    const findings = stacks.flatMap((stack) => stack.findings);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ stack: 'old', level: 'high', kind: 'move' });
    expect(findings[0]?.advice).toContain(
      'in old a block removed { from = aws_dynamodb_table.It, lifecycle { destroy = false } }',
    );
    expect(findings[0]?.advice).toContain(
      'in fresh a block import { to = aws_dynamodb_table.Table, id = … }',
    );
    expect(affected.flatMap((who) => who.findings)).toEqual(findings);
    expect(stacks.find(({ stack }) => stack === 'fresh')?.changes).toMatchObject([
      { fate: 'create', address: 'aws_dynamodb_table.Table', from: 'old: aws_dynamodb_table.It' },
    ]);
  });

  it('is none when all of its stack has another name, which is told once', async () => {
    const { stacks } = await reviewed({ old: withTable('It') }, { fresh: withTable('It') });
    expect(stacks.flatMap(({ findings }) => findings.map(({ address }) => address))).toEqual([
      'fresh',
      'old',
      'old',
    ]);
  });
});

describe('a stack that waits for another one no more', () => {
  it('is told though nothing else of it differs', async () => {
    const config = ownedBy({ cell: 'use1a', tenant: 'acme' });
    const { stacks, risk, unchanged } = await reviewed(
      { network: { config }, api: { config, dependencies: ['network'] } },
      { network: { config }, api: { config } },
    );
    expect({ risk, unchanged }).toEqual({ risk: 'low', unchanged: 1 });
    expect(stacks).toMatchObject([
      { stack: 'api', owner: { cell: 'use1a', tenant: 'acme' }, fate: 'changed', changes: [] },
    ]);
  });
});

describe('a state that is kept elsewhere', () => {
  const backend = (path: string) => ({ terraform: { backend: { local: { path } } } });

  it('is a stack that starts from nothing', async () => {
    expect(await found(backend('../a.tfstate'), backend('../b.tfstate'))).toContainEqual(
      expect.stringContaining('high state terraform keeps its state elsewhere'),
    );
  });

  it('is the same however deep the output lies', async () => {
    expect(await found(backend('../a.tfstate'), backend('../../../a.tfstate'))).toEqual([]);
  });
});
