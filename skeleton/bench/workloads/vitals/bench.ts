/** Throughput, latency and the load run of vitals, with the bounds that the product promises. See `arguments.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchCommand, HELP, parseBenchArguments } from './arguments';
import { gatewayRecords } from './gateways';
import { type LatencyResult, type LatencySettings, measureLatency } from './latency';
import { loadVerdicts, renderLoad } from './load/report';
import { runLoad } from './load/run';
import { render, verdicts } from './report';
import { measureThroughput } from './throughput';
import { startVitalsDatabase, type VitalsDatabase } from './vitals-database';
import { startChildGuard } from '../../../local/child-guard';
import { localKinesisClient, startKinesisEmulator } from '../../../local/kinesis-emulator';
import { putRecords } from '../../../local/simulator/producer';
import type { Teardown } from '../../../local/teardown';
import { SHARED_HELP } from '../../arguments';
import type { BenchContext, RunBench } from '../../bench-workload';
import { REGION } from '../../database';
import { InProcessKinesis } from '../../in-process-kinesis';
import { conclude } from '../../report';

const BATCH_SIZES = [100, 500, 2_000];
const THROUGHPUT = { batchSizes: BATCH_SIZES, eventsPerRun: 12_000, repetitions: 5 };
const SHARDS = 2;
const LATENCY = {
  shards: SHARDS,
  eventsPerSecond: 1_000,
  pollIntervalMs: 200,
  batchEventsMax: 500,
  warmUpSeconds: 3,
  seconds: 10,
} satisfies Partial<LatencySettings>;

export const runBench: RunBench = async (words, context) => {
  const command = parseBenchArguments(words);
  if (command.mode === 'help') {
    context.say(`${HELP}\n${SHARED_HELP}`);
    return 0;
  }
  if (command.mode === 'load') return load(command, context);
  return Promise.race([measureLimits(context, command.jsonFile), context.stop.asked.then(() => 130)]);
};

async function load(
  { seconds, eventsPerSecond, jsonFile }: Extract<BenchCommand, { mode: 'load' }>,
  context: BenchContext,
): Promise<number> {
  const { say } = context;
  const results = await runLoad({ seconds, eventsPerSecond }, context);
  if (results === undefined) {
    say('Stopped before it was done.');
    return 130;
  }
  say(`\n${renderLoad(results)}`);
  return conclude(results, loadVerdicts(results), jsonFile);
}

async function measureLimits({ teardown, say }: BenchContext, jsonFile: string | undefined): Promise<number> {
  say('Starting PostgreSQL …');
  const database = await startVitalsDatabase(teardown);
  say('Throughput, events of one measurement …');
  const single = await measureThroughput(database, { ...THROUGHPUT, rowsPerEvent: 1 });
  say('Throughput, events of three measurements …');
  const monitor = await measureThroughput(database, { ...THROUGHPUT, rowsPerEvent: 3 });
  say('Latency, served in process …');
  const latencyInProcess = await inProcess(database);
  say('Latency, through the emulator …');
  const latencyThroughEmulator = await throughEmulator(database, teardown);
  const results = {
    throughput: [...single, ...monitor],
    latencyInProcess,
    latencyThroughEmulator,
    peakRssMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
  say(`\n${render(results)}`);
  return conclude(results, verdicts(results), jsonFile);
}

async function inProcess(database: VitalsDatabase): Promise<LatencyResult> {
  const kinesis = new InProcessKinesis(SHARDS, REGION);
  try {
    return await measureLatency(database, {
      ...LATENCY,
      client: kinesis.client,
      streamName: 'in-process',
      tickMs: 5,
      send: async (events) => {
        for (const event of events) kinesis.put(event.patientId, Buffer.from(JSON.stringify(event), 'utf8'));
      },
    });
  } finally {
    kinesis.client.destroy();
  }
}

async function throughEmulator(database: VitalsDatabase, teardown: Teardown): Promise<LatencyResult> {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-bench-'));
  const guard = startChildGuard([directory]);
  teardown.add('The guard', async () => {
    await guard.dismiss();
    rmSync(directory, { recursive: true, force: true });
  });
  const streamName = 'emulated';
  const emulator = await startKinesisEmulator({
    region: REGION,
    accountId: '111122223333',
    streamName,
    shards: SHARDS,
    logFile: join(directory, 'kinesis.log'),
    guard,
    onLost: (reason) => process.stderr.write(`${reason}\n`),
  });
  teardown.add('Kinesis', async () => emulator.stop());
  const client = localKinesisClient(emulator.endpoint, REGION);
  teardown.add('The client', async () => client.destroy());
  return measureLatency(database, {
    ...LATENCY,
    client,
    streamName,
    tickMs: 100,
    send: async (events) => {
      await putRecords(client, streamName, gatewayRecords(events));
    },
  });
}
