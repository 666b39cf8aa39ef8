import { cacheSchema } from '../../config/schema/cache';
import { load, platform, refusal } from './fixture';

const withCache = (text: string): ReturnType<typeof platform> =>
  platform(['    network:\n      cidr: 10.16', `    cache: { ${text} }\n    network:\n      cidr: 10.16`]);

describe('cache', () => {
  it.each([
    ['shards', 1, 0],
    ['shards', 45, 46],
    ['replicasPerShard', 1, 0],
    ['replicasPerShard', 5, 6],
    ['snapshotRetentionDays', 1, 0],
    ['snapshotRetentionDays', 35, 36],
  ])('%s may be %d and not %d', (key, good, bad) => {
    expect(cacheSchema.safeParse({ [key]: good }).success).toBe(true);
    expect(cacheSchema.safeParse({ [key]: bad }).success).toBe(false);
  });

  it.each([
    [0, true],
    [23, true],
    [-1, false],
    [24, false],
  ])('a quiet hour of %d is taken: %s', (hourUtc, taken) => {
    expect(cacheSchema.safeParse({ quietHour: { hourUtc } }).success).toBe(taken);
  });

  it('is not burstable in prod, and may be elsewhere', () => {
    const files = withCache('nodeType: cache.t4g.medium');
    expect(refusal(files)).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:24  cells.use1a.cache.nodeType
         must not be burstable in prod, got "cache.t4g.medium"; without CPU credits a node slows down just when load is highest
    `);
    expect(load(withCache('nodeType: cache.m7g.large')).cells[0]?.cache.nodeType).toBe('cache.m7g.large');
    const dev = String(files['prod/platform.yaml']).replace('environment: prod', 'environment: dev');
    expect(load({ 'dev/platform.yaml': dev }, 'dev').cells[0]?.cache.nodeType).toBe('cache.t4g.medium');
  });

  it('names every mistake at once', () => {
    expect(
      refusal(
        withCache(
          'engineVersion: 9.1, nodeType: m7g.large, services: [api, api, "a:b"], quietHour: { day: sunday }',
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 5 problems

     config/environments/prod/platform.yaml:22:29  cells.use1a.cache.engineVersion
         must be one of 8.2, 9.0, 9.1, got the number 9.1; put it in quotes: "9.1"
     config/environments/prod/platform.yaml:22:44  cells.use1a.cache.nodeType
         must be an ElastiCache node type without local disk, such as cache.m7g.large, got "m7g.large"
     config/environments/prod/platform.yaml:22:65  cells.use1a.cache.services
         must not name the same entry twice, got [api, api, a:b]
     config/environments/prod/platform.yaml:22:76  cells.use1a.cache.services[2]
         must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got "a:b"
     config/environments/prod/platform.yaml:22:102  cells.use1a.cache.quietHour.day
         must be one of mon, tue, wed, thu, fri, sat, sun, got "sunday"; did you mean "sun"?
    `);
  });
});
