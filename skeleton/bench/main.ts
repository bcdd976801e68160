/** `npm run bench`: throughput beside the raw limit, and latency, with the bounds that the product promises. */
import '../local/quiet-sdk';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchDatabase, REGION, startBenchDatabase } from './database';
import { InProcessKinesis } from './in-process-kinesis';
import { type LatencyResult, type LatencySettings, measureLatency } from './latency';
import { render, verdicts } from './report';
import { measureThroughput } from './throughput';
import { startChildGuard } from '../local/child-guard';
import { localKinesisClient, startKinesisEmulator } from '../local/kinesis-emulator';
import type { SimulatedEvent } from '../local/simulator/patient-monitor';
import { putRecords } from '../local/simulator/producer';
import { toRecords } from '../local/simulator/records';
import { listenForStop } from '../local/stop-signal';
import { Teardown } from '../local/teardown';

const HELP = `Measures this machine: events per second beside the raw limit of the database, and latency at 1000 events a second.
Takes about a minute and a half. Exit code 1 when a bound is missed.

  npm run bench
  npm run bench -- --json FILE    write the results as JSON as well
`;

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
/** Gateways that gather the events of several monitors into one record, since the emulator takes 1150 records a second. */
const GATEWAYS = 8;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const teardown = new Teardown();
  const stop = listenForStop();
  try {
    return await Promise.race([run(teardown, values.json), stop.asked.then(() => 130)]);
  } finally {
    stop.dismiss();
    await teardown.run();
  }
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
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify({ ...results, verdicts: verdicts(results) }, null, 2)}\n`);
  }
  return verdicts(results).every(({ holds }) => holds) ? 0 : 1;
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
      await putRecords(client, streamName, toRecords(events.map(viaGateway), events.length));
    },
  });
}

/** A monitor always talks to the same gateway, so the order of its events is kept. */
function viaGateway(event: SimulatedEvent): { patientId: string; line: string } {
  const gateway = Number(event.patientId.slice(-4)) % GATEWAYS;
  return { patientId: `gateway-${gateway}`, line: JSON.stringify(event) };
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
