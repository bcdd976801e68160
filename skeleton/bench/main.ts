/** `npm run bench`: throughput, latency and the load run, with the bounds that the product promises. See `arguments.ts`. */
import '../local/quiet-sdk';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchCommand, BenchArgumentError, HELP, parseBenchArguments } from './arguments';
import { type BenchDatabase, REGION, startBenchDatabase } from './database';
import { gatewayRecords } from './gateways';
import { InProcessKinesis } from './in-process-kinesis';
import { type LatencyResult, type LatencySettings, measureLatency } from './latency';
import { loadVerdicts, renderLoad } from './load/report';
import { runLoad } from './load/run';
import { render, type Verdict, verdicts } from './report';
import { measureThroughput } from './throughput';
import { startChildGuard } from '../local/child-guard';
import { LocalStackError } from '../local/errors';
import { localKinesisClient, startKinesisEmulator } from '../local/kinesis-emulator';
import { putRecords } from '../local/simulator/producer';
import { listenForStop, type StopSignal } from '../local/stop-signal';
import { Teardown } from '../local/teardown';

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

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const command = parseBenchArguments(process.argv.slice(2));
  if (command.mode === 'help') {
    say(HELP);
    return 0;
  }
  const teardown = new Teardown();
  const stop = listenForStop();
  try {
    if (command.mode === 'load') return await load(command, teardown, stop);
    return await Promise.race([run(teardown, command.jsonFile), stop.asked.then(() => 130)]);
  } finally {
    await teardown.run();
    stop.dismiss();
  }
}

async function load(
  { seconds, eventsPerSecond, jsonFile }: Extract<BenchCommand, { mode: 'load' }>,
  teardown: Teardown,
  stop: StopSignal,
): Promise<number> {
  const results = await runLoad({ seconds, eventsPerSecond, stop, teardown, say });
  if (results === undefined) {
    say('Stopped before it was done.');
    return 130;
  }
  say(`\n${renderLoad(results)}`);
  return conclude(results, loadVerdicts(results), jsonFile);
}

async function run(teardown: Teardown, jsonFile: string | undefined): Promise<number> {
  say('Starting PostgreSQL …');
  const database = await startBenchDatabase(teardown);
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

/** Writes the file that was asked for. Answers the exit code. */
function conclude(results: object, judged: readonly Verdict[], jsonFile: string | undefined): number {
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify({ ...results, verdicts: judged }, null, 2)}\n`);
  }
  return judged.every(({ holds }) => holds) ? 0 : 1;
}

async function inProcess(database: BenchDatabase): Promise<LatencyResult> {
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

async function throughEmulator(database: BenchDatabase, teardown: Teardown): Promise<LatencyResult> {
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

/** What people can mend is told in words alone. */
function explain(error: unknown): string {
  if (error instanceof BenchArgumentError || error instanceof LocalStackError) return error.message;
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
