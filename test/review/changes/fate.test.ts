import { changes, fates, found, removePlatforms, resources } from './platform';

afterAll(removePlatforms);

const table = (values: object, more: object = {}) =>
  resources({ 'aws_dynamodb_table.Items': { name: 'items', hash_key: 'id', ...values }, ...more });

describe('what becomes of a resource', () => {
  it('is told by its configuration alone', async () => {
    const before = resources({ 'aws_sns_topic.Kept': { name: 'a' }, 'aws_sns_topic.Gone': { name: 'b' } });
    const after = resources({
      'aws_sns_topic.Kept': { name: 'a', kms_master_key_id: 'k' },
      'aws_sqs_queue.New': { name: 'c' },
    });
    expect(await fates(before, after)).toEqual([
      'destroy aws_sns_topic.Gone',
      'change aws_sns_topic.Kept',
      'create aws_sqs_queue.New',
    ]);
  });

  it('is a replacement where an attribute cannot be changed in place', async () => {
    expect(await changes(table({}), table({ hash_key: 'key' }))).toEqual([
      {
        address: 'aws_dynamodb_table.Items',
        type: 'aws_dynamodb_table',
        fate: 'replace',
        attributes: [{ path: 'hash_key', before: 'id', after: 'key' }],
      },
    ]);
  });

  it('is a replacement where a block is gone that cannot be', async () => {
    const index = { name: 'by-age', range_key: 'age' };
    expect(await fates(table({ local_secondary_index: [index] }), table({}))).toEqual([
      'replace aws_dynamodb_table.Items',
    ]);
  });

  it('is a change where what was not set is set to nothing', async () => {
    const queue = (values: object) => resources({ 'aws_sqs_queue.It': { name: 'q', ...values } });
    expect(await fates(queue({}), queue({ fifo_queue: false }))).toEqual(['change aws_sqs_queue.It']);
    expect(await fates(queue({}), queue({ fifo_queue: true }))).toEqual(['replace aws_sqs_queue.It']);
  });

  it('is a guess on the safe side for types that nobody has written down', async () => {
    const cluster = (engine: string) =>
      resources({ 'aws_neptune_cluster.It': { cluster_identifier: 'n', engine, port: 8182 } });
    expect(await fates(cluster('neptune'), cluster('other'))).toEqual(['replace aws_neptune_cluster.It']);
  });

  it('is nothing where Terraform is told to ignore it', async () => {
    const group = (desired: number, most: number) =>
      resources({
        'aws_eks_node_group.It': {
          scaling_config: { desired_size: desired, max_size: most },
          lifecycle: { ignore_changes: ['scaling_config[0].desired_size'] },
        },
      });
    expect(await fates(group(1, 5), group(2, 5))).toEqual([]);
    expect((await changes(group(1, 5), group(2, 6)))[0]?.attributes).toEqual([
      { path: 'scaling_config.max_size', before: '5', after: '6' },
    ]);
  });

  it('is nothing for all that a resource ignores', async () => {
    const item = (text: string) =>
      resources({ 'aws_dynamodb_table_item.It': { item: text, lifecycle: { ignore_changes: 'all' } } });
    expect(await fates(item('a'), item('b'))).toEqual([]);
  });

  it('is to be let be where the configuration says so', async () => {
    const removed = [{ from: 'aws_sns_topic.It', lifecycle: { destroy: false } }];
    expect(await fates(resources({ 'aws_sns_topic.It': { name: 'a' } }), { removed })).toEqual([
      'forget aws_sns_topic.It',
    ]);
  });

  it('is a refusal where what may not be destroyed would be replaced', async () => {
    const lifecycle = { prevent_destroy: true };
    expect(await found(table({ lifecycle }), table({ lifecycle, hash_key: 'key' }))).toContainEqual(
      expect.stringMatching(
        /^high protection aws_dynamodb_table\.Items cannot be replaced: Terraform will refuse/,
      ),
    );
  });

  it('shows protection that is dropped, though no plan would', async () => {
    expect((await changes(table({ lifecycle: { prevent_destroy: true } }), table({})))[0]).toMatchObject({
      fate: 'change',
      attributes: [{ path: 'lifecycle.prevent_destroy', before: 'true' }],
    });
  });
});

describe('what follows a replacement', () => {
  const network = (cidr: string) =>
    resources({
      'aws_vpc.It': { cidr_block: cidr },
      'aws_subnet.It': { vpc_id: '${aws_vpc.It.id}', cidr_block: '10.0.0.0/24' },
      'aws_db_subnet_group.It': { name: 'db', subnet_ids: ['${aws_subnet.It.id}'] },
      'aws_rds_cluster.It': { db_subnet_group_name: '${aws_db_subnet_group.It.name}' },
    });

  it('is everything that fixes its id, and not what knows it by a name', async () => {
    expect(await fates(network('10.0.0.0/16'), network('10.1.0.0/16'))).toEqual([
      'replace aws_subnet.It',
      'replace aws_vpc.It',
    ]);
  });

  it('says what took it along', async () => {
    const [subnet] = await changes(network('10.0.0.0/16'), network('10.1.0.0/16'));
    expect(subnet?.attributes).toEqual([
      { path: 'vpc_id', before: 'as aws_vpc.It has it', after: 'another one, for that is replaced' },
    ]);
  });

  it('is what says that it follows, be it another’s mere change', async () => {
    const job = (age: number) =>
      resources({
        'kubernetes_config_map_v1.It': { data: { age: String(age) } },
        'kubernetes_job_v1.It': {
          metadata: { name: 'j' },
          lifecycle: { replace_triggered_by: ['kubernetes_config_map_v1.It'] },
        },
      });
    expect(await fates(job(1), job(2))).toEqual([
      'change kubernetes_config_map_v1.It',
      'replace kubernetes_job_v1.It',
    ]);
  });
});
