import { connectionBudget, maxConnections } from '../../constructs/data/connection-budget';

describe('max_connections of Aurora Serverless v2', () => {
  // Values that AWS publishes for these capacity ranges.
  it.each([
    [0.5, 1, 189],
    [1, 1, 189],
    [1, 3.5, 189],
    [1, 4, 823],
    [2, 8, 1669],
    [0.5, 16, 2000],
    [0, 32, 2000],
    [1, 16, 3360],
    [4, 32, 5000],
    [4, 256, 5000],
  ])('is, from %d to %d ACU, %d', (minAcu, maxAcu, connections) => {
    expect(maxConnections({ minAcu, maxAcu })).toBe(connections);
  });

  it.each([
    [0.5, 0.5],
    [8, 4],
  ])('is not guessed for the range %d-%d', (minAcu, maxAcu) => {
    expect(() => maxConnections({ minAcu, maxAcu })).toThrow(`got ${minAcu}-${maxAcu}`);
  });
});

describe('the connection budget of a shard', () => {
  const capacity = { minAcu: 4, maxAcu: 16 };
  const budget = (starterPods: number) =>
    connectionBudget('data-shard-1', capacity, 80, [
      { tier: 'starter', maxPods: starterPods, poolSize: 2 },
      { tier: 'professional', maxPods: 20, poolSize: 4 },
    ]);

  it('is kept up to the last connection that memory carries', () => {
    // 4 ACU × 2048 MiB × 25 % / 10 MiB = 204; less 20 = 184; professional takes 80, so 52 pods of 2 remain.
    expect(budget(52)).toMatchObject({ demanded: 184, allowed: 184, kept: true });
    expect(budget(53)).toMatchObject({ demanded: 186, allowed: 184, kept: false });
  });

  it('shows its numbers, and what to do when it is broken', () => {
    expect(budget(53).message).toMatchInlineSnapshot(
      `"data-shard-1: starter 53 pods × 2 + professional 20 pods × 4 = 186 connections; allowed are 184 = the lesser of 2688 (80 % of max_connections 3360 at 16 ACU maximum) and 204 (memory at 4 ACU minimum, 10 MiB each), less 20 reserved. Remedy: raise the minimum capacity to 4.5 ACU, or lower the pods' ceilings or pool sizes by 2 connections in all"`,
    );
  });

  it('is limited by the proxy where memory is ample', () => {
    // 30 % of 5000, less 20.
    expect(connectionBudget('data-shard-1', { minAcu: 64, maxAcu: 64 }, 30, [])).toMatchObject({
      maxConnections: 5000,
      allowed: 1480,
    });
  });

  it('names every bad number at once', () => {
    expect(() =>
      connectionBudget('data-shard-1', capacity, 0, [{ tier: 'starter', maxPods: -1, poolSize: 0 }]),
    ).toThrowErrorMatchingInlineSnapshot(`
     "invalid connection budget of data-shard-1:
       - max_connections_percent must be a whole number from 1 to 100, got 0
       - starter: pods and pool size must be whole, at least 0 and 1, got -1 and 0"
    `);
  });
});
