/** `npm run operate -- COMMAND`: the operator's program, as its task in AWS runs it, beside the local stack. */
import './quiet-sdk';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { LocalStackError } from './errors';
import { operatorEnvironment, tenantFileOf } from './operator-environment';
import { readTenant, tenantPath } from './tenant-file';
import { bundle } from '../src/foundation/bundle';

const ROOT = resolve(__dirname, '..');
const OUTPUTS_FILE = join(ROOT, 'cfn-outputs', 'flat-outputs.json');

/** Runs the program to its end. @returns its exit code. */
async function main(words: readonly string[]): Promise<number> {
  // The help needs no stack.
  const needsStack = words.length > 0 && !words.some((word) => word === '--help' || word === '-h');
  const tenant = readTenant(tenantPath(needsStack ? tenantFileOf(OUTPUTS_FILE) : undefined));
  const { workload } = tenant;
  const environment = needsStack ? await operatorEnvironment(OUTPUTS_FILE, tenant) : {};
  const folder = bundle({ name: `${workload}-operator-local`, entry: `src/workloads/${workload}/operator.ts` });
  const program = spawn(process.execPath, [join(folder, 'index.mjs'), ...words], {
    // Where the person stands, so that a path they give means what they think.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => program.kill(signal));
  return new Promise((done, reject) => {
    program.once('error', reject);
    program.once('exit', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof LocalStackError ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
