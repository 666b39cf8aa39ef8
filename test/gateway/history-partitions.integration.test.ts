import { execFileSync, spawnSync } from 'node:child_process';
import { NO_TENANT_PARTITION, partitionOfBucket } from '../../constructs/core/access-log';
import { BUCKETS } from '../../constructs/core/tenant-token';
import { PARTITION_QUERY } from '../../constructs/gateway/history-stream';

/** Firehose takes partitions out of records with jq 1.6, which Debian 12 has: `apt-get install jq`. */
const found = spawnSync('jq', ['--version'], { encoding: 'utf8' });
const withJq = found.status === 0 ? describe : describe.skip;

/** The partition of each record. */
const partitions = (records: readonly object[]): readonly unknown[] =>
  execFileSync('jq', ['-c', PARTITION_QUERY], {
    input: records.map((record) => JSON.stringify(record)).join('\n'),
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { pair: unknown }).pair);

withJq('the partition that Firehose computes (with jq)', () => {
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  const expected = buckets.map((bucket) => String(partitionOfBucket(bucket)));

  it('is the one that queries look for, for every bucket', () => {
    expect(partitions(buckets.map((bucket) => ({ bucket: String(bucket) })))).toEqual(expected);
  });

  it('is the same when the bucket is a number', () => {
    expect(partitions(buckets.map((bucket) => ({ bucket })))).toEqual(expected);
  });

  it.each([
    ['null', { bucket: null }],
    ['missing', {}],
    ['a dash', { bucket: '-' }],
    ['empty', { bucket: '' }],
    ['an object', { bucket: {} }],
  ])('is of nobody when the bucket is %s, and never an error', (_, record) => {
    expect(partitions([record])).toEqual([String(NO_TENANT_PARTITION)]);
  });
});
