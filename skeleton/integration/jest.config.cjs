/**
 * The suite of one pipeline: what all have, and the data path of the workload that the outputs name. A repository that
 * carries one workload has one; the folder of another workload is never run against it.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** The database is named after the workload. Without outputs, the global setup says what to do. */
function workload() {
  try {
    return String(JSON.parse(readFileSync(join(__dirname, '..', 'cfn-outputs', 'flat-outputs.json'), 'utf8')).DatabaseName);
  } catch {
    return '*';
  }
}

module.exports = {
  rootDir: '..',
  roots: ['<rootDir>/integration'],
  testMatch: ['<rootDir>/integration/deployed/**/*.test.ts', `<rootDir>/integration/workloads/${workload()}/**/*.test.ts`],
  globalSetup: '<rootDir>/integration/support/check-outputs.ts',
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.dev.json' }] },
  testEnvironment: 'node',
  testTimeout: 120_000,
  reporters: ['default', '<rootDir>/integration/support/skipped-reporter.cjs'],
  verbose: true,
};
