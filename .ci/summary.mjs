// Prints `N passed, N failed, N skipped` from the reports that jest wrote.
// Argument: exit code of the test command. Lint, type check and installation have no report: when the command failed and
// no test did, that is the one failure. Exits 1 when a suite left no report, so that nothing passes by not being run.
import { existsSync, readFileSync } from 'node:fs';

const exitCode = Number(process.argv[2] ?? '0');
const reports = ['test-reports/unit.json', 'test-reports/acceptance.json'];
const missing = reports.filter((path) => !existsSync(path));
const total = { passed: 0, failed: 0, skipped: 0 };
for (const path of reports.filter((path) => existsSync(path))) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  total.skipped += report.numPendingTests + report.numTodoTests;
}
if (total.failed === 0 && (exitCode !== 0 || missing.length > 0)) total.failed = 1;
for (const path of missing) console.log(`No report: ${path}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = missing.length > 0 ? 1 : 0;
