/** `npm run bench`: measures the tenant's workload on this machine. See `workloads/<workload>/`. */
import '../local/quiet-sdk';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchArgumentError, takeTenantFile } from './arguments';
import type { RunBench } from './bench-workload';
import { LocalStackError } from '../local/errors';
import { listenForStop } from '../local/stop-signal';
import { Teardown } from '../local/teardown';
import { readTenant, tenantPath } from '../local/tenant-file';
import { TenantSettingsError } from '../src/tenant';

async function main(): Promise<number> {
  const { tenantFile, rest } = takeTenantFile(process.argv.slice(2));
  const tenant = readTenant(tenantPath(tenantFile));
  const runBench = await benchOf(tenant.workload);
  const teardown = new Teardown();
  const stop = listenForStop();
  try {
    return await runBench(rest, { tenant, teardown, stop, say: (text) => void process.stdout.write(`${text}\n`) });
  } finally {
    await teardown.run();
    stop.dismiss();
  }
}

/** @throws LocalStackError where this repository does not carry the workload. */
async function benchOf(workload: string): Promise<RunBench> {
  const path = join(__dirname, 'workloads', workload, 'bench.ts');
  if (!existsSync(path)) throw new LocalStackError(`There is no benchmark of ${workload} here: no file ${path}.`);
  const { runBench } = (await import(path)) as { runBench: RunBench };
  return runBench;
}

/** What people can mend is told in words alone. */
function explain(error: unknown): string {
  if (error instanceof BenchArgumentError || error instanceof LocalStackError || error instanceof TenantSettingsError) {
    return error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  },
);
