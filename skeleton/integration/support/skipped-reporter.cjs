/**
 * Jest reporter that names each skipped test. Jest itself counts them only, when a whole file is skipped; the reason stands
 * in the name of the group.
 */
'use strict';

module.exports = class SkippedReporter {
  onTestResult(_test, { testResults }) {
    for (const { status, fullName } of testResults) {
      if (status === 'pending') process.stdout.write(`SKIP ${fullName}\n`);
    }
  }
};
