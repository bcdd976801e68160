/** Receiving, processing and the load run of imaging, with the bounds that the product promises. See `arguments.ts`. */
import { randomUUID } from 'node:crypto';
import { type BenchCommand, HELP, parseBenchArguments } from './arguments';
import { loadVerdicts, renderLoad } from './load/report';
import { runLoad } from './load/run';
import { measureProcessing } from './process';
import { prepareReceipts } from './receipts';
import { measureReceiving } from './receive';
import { render, verdicts } from './report';
import { FILE_MEGABYTES } from '../../../src/workloads/imaging/capacity';
import { SHARED_HELP } from '../../arguments';
import type { BenchContext, RunBench } from '../../bench-workload';
import { startBenchDatabase } from '../../database';
import { conclude } from '../../report';

const REPETITIONS = 3;
/** As capacity is planned: a slice of a tomography. */
const SMALL_BYTES = FILE_MEGABYTES * 1e6;
const SMALL_SENDERS = 8;

interface Sizes {
  readonly largeMegabytes: number;
  readonly smallFiles: number;
  readonly jsonFile: string | undefined;
}

export const runBench: RunBench = async (words, context) => {
  const command = parseBenchArguments(words);
  if (command.mode === 'help') {
    context.say(`${HELP}\n${SHARED_HELP}`);
    return 0;
  }
  if (command.mode === 'load') return load(command, context);
  return Promise.race([measure(command, context), context.stop.asked.then(() => 130)]);
};

async function load(
  { scans, kills, seed = randomUUID(), jsonFile }: Extract<BenchCommand, { mode: 'load' }>,
  context: BenchContext,
): Promise<number> {
  const results = await runLoad({ scans, kills, seed }, context);
  if (results === undefined) {
    context.say('Stopped before it was done.');
    return 130;
  }
  context.say(`\n${renderLoad(results)}`);
  return conclude(results, loadVerdicts(results), jsonFile);
}

async function measure(
  { largeMegabytes, smallFiles, jsonFile }: Sizes,
  { teardown, say }: BenchContext,
): Promise<number> {
  say('Starting PostgreSQL …');
  const database = await startBenchDatabase(teardown, 'imaging');
  const sizes = {
    largeBytes: largeMegabytes * 1e6,
    smallFiles,
    smallBytes: SMALL_BYTES,
    repetitions: REPETITIONS,
    receiptVariables: await prepareReceipts(database, teardown),
  };
  say(`Receiving a file of ${largeMegabytes} MB and ${smallFiles} small ones, ${REPETITIONS + 1} times …`);
  const receive = await measureReceiving(database, teardown, { ...sizes, smallSenders: SMALL_SENDERS });
  say('Processing and storing as many …');
  const results = { receive, process: await measureProcessing(database, teardown, sizes) };
  say(`\n${render(results)}`);
  return conclude(results, verdicts(results), jsonFile);
}
