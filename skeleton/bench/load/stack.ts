import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChildGuard } from '../../local/child-guard';
import { LocalStack, type LocalStackSettings } from '../../local/stack';
import type { BenchContext } from '../bench-workload';

/** What a workload's load run has its stack do otherwise than `npm run local` has. */
export type LoadStackSettings = Pick<
  LocalStackSettings,
  'processors' | 'processorEnvironment' | 'restartPauseMaxMs' | 'postgresSettings'
>;

/** Of each kind of program that is killed in turns. */
const PROCESSORS = 2;

/**
 * Starts the whole local stack for a run under load, with outputs and logs in a folder of its own: a stack that serves somebody else
 * in the repository is not touched. It stops with the teardown; the run is asked to stop when a service is lost.
 */
export async function startLoadStack(
  { tenant, teardown, stop, say }: BenchContext,
  settings: LoadStackSettings,
): Promise<LocalStack> {
  say('Starting the local stack …');
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-load-'));
  const guard = startChildGuard([directory]);
  teardown.add('The folder', async () => {
    await guard.dismiss();
    rmSync(directory, { recursive: true, force: true });
  });
  const stack = await LocalStack.start({
    processors: PROCESSORS,
    ...settings,
    tenant,
    outputsFile: join(directory, 'flat-outputs.json'),
    logDirectory: join(directory, 'logs'),
    onLost: (reason) => {
      say(reason);
      stop.ask('service lost');
    },
  });
  teardown.add('The local stack', async () => stack.stop());
  return stack;
}
