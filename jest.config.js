const { availableParallelism } = require('node:os');

/** `npm test` runs every project; `npm run test:unit` needs no database. `npm test -- --coverage` also measures. */
const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'ts', 'json'],
  moduleNameMapper: {
    '^@platform/([^/]+)$': '<rootDir>/libs/platform/src/$1/index',
    '^@app/([^/]+)$': '<rootDir>/libs/$1/src/index',
    '^(\\./.+\\.gateway)\\.js$': '$1', // what import() reads later has to be named as it will be when it is built
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  transform: { '^.+\\.ts$': '@swc/jest' },
};

module.exports = {
  // What specs run in their own process; what built workers do beside them is not counted.
  coverageProvider: 'v8',
  coverageDirectory: '<rootDir>/.data/coverage',
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
  collectCoverageFrom: ['libs/**/*.ts', '!**/*.spec.ts', '!**/migrations/*.ts'],
  coverageThreshold: { global: { lines: 85, branches: 75 } },
  maxWorkers: availableParallelism() + 1, // most of an e2e spec's time is waiting for other processes
  testTimeout: 60_000, // a machine may be slow, and is busy with other specs
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{libs,apps}/**/*.spec.ts'] },
    { ...shared, displayName: 'architecture', testMatch: ['<rootDir>/test/{architecture,docs}/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
      setupFilesAfterEnv: ['<rootDir>/test/support/setup-after-env.ts'],
    },
  ],
};
