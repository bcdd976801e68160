import { setTimeout as sleep } from 'node:timers/promises';
import { LoadSender } from './load-sender';
import { type LoadResults, progressLine } from './report';
import { countMissing, countStored, measureLoadLatency } from './stored-events';
import { superuserClient } from '../../../../local/database';
import { DatabaseFigures } from '../../../../local/demo/figures';
import { localKinesisClient } from '../../../../local/kinesis-emulator';
import { listShards } from '../../../../src/runtime/kinesis/shard-lister';
import type { BenchContext } from '../../../bench-workload';
import { drain } from '../../../load/drain';
import { ProcessKiller } from '../../../load/process-killer';
import { startLoadStack } from '../../../load/stack';
import { quantile } from '../../../statistics';

export interface LoadSettings {
  readonly seconds: number;
  readonly eventsPerSecond: number;
}

const KILL_EVERY_MS = 20_000;
const TICK_MS = 100;
const PROGRESS_MS = 10_000;

/**
 * Sends a steady load through the whole local stack and kills its processors in turns.
 *
 * @returns `undefined` when it was told to stop before it was done.
 * @throws what the stack or the stream throws: the run then says nothing.
 */
export async function runLoad(settings: LoadSettings, context: BenchContext): Promise<LoadResults | undefined> {
  const { stop, teardown, say } = context;
  const stack = await startLoadStack(context, {
    // Commits go to the disk, as where patients' data are stored; their times are the end of the latency.
    postgresSettings: { fsync: 'on', track_commit_timestamp: 'on', max_wal_size: '4GB' },
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
  const killer = new ProcessKiller(stack.processors, () => KILL_EVERY_MS, startAtMs);
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
  await drain({
    stop,
    leftCount: async () => {
      sender.inFlight.settle(await figures.checkpoints());
      return sender.inFlight.sentCount - sender.inFlight.settledCount;
    },
  });
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
