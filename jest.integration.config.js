// Slower proofs on real engines. Each names the tool it needs and skips with that reason where it is missing.
const { testPathIgnorePatterns, testMatch, ...shared } = require('./jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...shared,
  testMatch: ['**/*.integration.test.ts'],
  testTimeout: 600_000,
  passWithNoTests: true,
};
