/** Throughput of records, with the bounds that the product promises. See `arguments.ts`. */
import { HELP, parseBenchArguments } from './arguments';
import { BOUNDED_BATCH_CHANGES, render, verdicts } from './report';
import { measureThroughput } from './throughput';
import { SHARED_HELP } from '../../arguments';
import type { BenchContext, RunBench } from '../../bench-workload';
import { startBenchDatabase } from '../../database';
import { conclude } from '../../report';

const BATCH_SIZES = [100, BOUNDED_BATCH_CHANGES];
const REPETITIONS = 5;

export const runBench: RunBench = async (words, context) => {
  const command = parseBenchArguments(words);
  if (command.mode === 'help') {
    context.say(`${HELP}\n${SHARED_HELP}`);
    return 0;
  }
  return Promise.race([measure(command, context), context.stop.asked.then(() => 130)]);
};

async function measure(
  { submissionsPerRun, jsonFile }: { readonly submissionsPerRun: number; readonly jsonFile: string | undefined },
  { tenant, teardown, say }: BenchContext,
): Promise<number> {
  say('Starting PostgreSQL …');
  const database = await startBenchDatabase(teardown, 'records');
  say(`Throughput, ${submissionsPerRun} submissions of a simulated hospital a run …`);
  const throughput = await measureThroughput(database, {
    batchSizes: BATCH_SIZES,
    submissionsPerRun,
    repetitions: REPETITIONS,
  });
  const results = {
    throughput,
    peakEventsPerSecond: tenant.capacity.peakEventsPerSecond ?? 1,
    peakRssMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
  say(`\n${render(results)}`);
  return conclude(results, verdicts(results), jsonFile);
}
