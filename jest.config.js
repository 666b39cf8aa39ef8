/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/setup.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.integration\\.test\\.ts$'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Two cores: one worker each.
  maxWorkers: 2,
  // For what hangs. What must be quick says so itself.
  testTimeout: 30_000,
  // A worker ends by giving back its heap, which takes a second for some hundred megabytes; after half a second jest would kill it and
  // complain of a leak. What really leaks is still told.
  workerGracefulExitTimeout: 10_000,
};
