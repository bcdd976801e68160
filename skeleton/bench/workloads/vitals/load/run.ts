import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadSender } from './load-sender';
import { ProcessorKiller } from './processor-killer';
import { type LoadResults, progressLine } from './report';
import { countMissing, countStored, measureLoadLatency } from './stored-events';
import { startChildGuard } from '../../../../local/child-guard';
import { superuserClient } from '../../../../local/database';
import { DatabaseFigures } from '../../../../local/demo/figures';
import { localKinesisClient } from '../../../../local/kinesis-emulator';
import { LocalStack } from '../../../../local/stack';
import type { StopSignal } from '../../../../local/stop-signal';
import type { Teardown } from '../../../../local/teardown';
import { listShards } from '../../../../src/runtime/kinesis/shard-lister';
import type { TenantSettings } from '../../../../src/tenant';
import { quantile } from '../../../statistics';

export interface LoadSettings {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly tenant: TenantSettings;
  readonly stop: StopSignal;
  readonly teardown: Teardown;
  readonly say: (text: string) => void;
}

const PROCESSORS = 2;
const KILL_EVERY_MS = 20_000;
const TICK_MS = 100;
const PROGRESS_MS = 10_000;
/** A killed processor's lease runs out within 15 s, so a minute in which nothing is committed means that nothing will be. */
const STANDSTILL_MS = 60_000;

/**
 * Sends a steady load through the whole local stack and kills its processors in turns.
 *
 * @returns `undefined` when it was told to stop before it was done.
 * @throws what the stack or the stream throws: the run then says nothing.
 */
export async function runLoad(settings: LoadSettings): Promise<LoadResults | undefined> {
  const { stop, teardown, say } = settings;
  say('Starting the local stack …');
  const stack = await startStack(settings.tenant, teardown, (reason) => {
    say(reason);
    stop.ask('service lost');
  });
  const { outputs } = stack;
  const kinesis = localKinesisClient(outputs.LocalKinesisEndpoint, outputs.Region);
  const database = superuserClient(stack.postgres, outputs.DatabaseName);
  teardown.add('The clients', async () => {
    kinesis.destroy();
    await database.end();
  });
  await database.connect();
  const shards = (await listShards(kinesis, outputs.KinesisStreamName)).length;
  const figures = new DatabaseFigures(database, outputs.KinesisStreamName);

  const startAtMs = Date.now();
  const killer = new ProcessorKiller(stack.processors, KILL_EVERY_MS, startAtMs);
  const sender = new LoadSender({
    client: kinesis,
    streamName: outputs.KinesisStreamName,
    eventsPerSecond: settings.eventsPerSecond,
    startAtMs,
  });
  const progress = async (): Promise<void> => {
    sender.inFlight.settle(await figures.checkpoints());
    const { sentCount, settledCount } = sender.inFlight;
    const now = Date.now();
    const lagMs = sender.inFlight.lagMs(now);
    const elapsedSeconds = (now - startAtMs) / 1_000;
    say(progressLine({ elapsedSeconds, sentCount, settledCount, lagMs, killsCount: killer.killsCount }));
  };

  const endAtMs = startAtMs + settings.seconds * 1_000;
  let toldAtMs = startAtMs;
  for (let now = startAtMs; now < endAtMs; now = Date.now()) {
    if (stop.isAsked) return undefined;
    killer.killIfDue(now);
    await sender.sendDue(now);
    if (now - toldAtMs >= PROGRESS_MS) {
      toldAtMs = now;
      await progress();
    }
    await Promise.race([sleep(TICK_MS), stop.asked]);
  }
  // What became due while the last request was under way is a part of the load as well.
  await sender.sendDue(endAtMs);
  const sendingSeconds = (Date.now() - startAtMs) / 1_000;
  await drain({ stop, inFlight: sender.inFlight, checkpoints: async () => figures.checkpoints() });
  if (stop.isAsked) return undefined;
  await progress();

  say('Counting …');
  return {
    seconds: settings.seconds,
    eventsPerSecond: settings.eventsPerSecond,
    shards,
    sentCount: sender.eventIds.length,
    sentRowsCount: sender.rowsCount,
    sendingSeconds,
    putP50Ms: quantile(sender.putTimesMs, 0.5),
    putP99Ms: quantile(sender.putTimesMs, 0.99),
    putLagMaxMs: sender.lagMaxMs,
    missingCount: await countMissing(database, sender.eventIds),
    ...(await countStored(database)),
    killsCount: killer.killsCount,
    restartsCount: stack.processors.reduce((sum, { restartCount }) => sum + restartCount, 0),
    latency: await measureLoadLatency(database, sender),
  };
}

/** Outputs and logs in a folder of its own: a stack that serves somebody else in the repository is not touched. */
async function startStack(
  tenant: TenantSettings,
  teardown: Teardown,
  onLost: (reason: string) => void,
): Promise<LocalStack> {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-load-'));
  const guard = startChildGuard([directory]);
  teardown.add('The folder', async () => {
    await guard.dismiss();
    rmSync(directory, { recursive: true, force: true });
  });
  const stack = await LocalStack.start({
    tenant,
    outputsFile: join(directory, 'flat-outputs.json'),
    logDirectory: join(directory, 'logs'),
    processors: PROCESSORS,
    // Commits go to the disk, as where patients' data are stored; their times are the end of the latency.
    postgresSettings: { fsync: 'on', track_commit_timestamp: 'on', max_wal_size: '4GB' },
    onLost,
  });
  teardown.add('The local stack', async () => stack.stop());
  return stack;
}

interface Drain {
  readonly stop: StopSignal;
  readonly inFlight: LoadSender['inFlight'];
  readonly checkpoints: () => Promise<ReadonlyMap<string, string>>;
}

/** Waits until everything is committed, or nothing more is. */
async function drain({ stop, inFlight, checkpoints }: Drain): Promise<void> {
  let settled = inFlight.settledCount;
  let movedAtMs = Date.now();
  while (inFlight.settledCount < inFlight.sentCount && !stop.isAsked && Date.now() - movedAtMs < STANDSTILL_MS) {
    await Promise.race([sleep(TICK_MS), stop.asked]);
    inFlight.settle(await checkpoints());
    if (inFlight.settledCount > settled) {
      settled = inFlight.settledCount;
      movedAtMs = Date.now();
    }
  }
}
