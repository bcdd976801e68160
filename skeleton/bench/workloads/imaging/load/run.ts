import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { accountFor, type Found, type SentScan } from './account';
import { countAttempts, countLeft, findFiles, findObjects, findRows, findStoringTimes } from './find';
import { readLife } from './life';
import { type LoadQueue, openLoadQueue } from './queue';
import { type LoadResults, LOSSES, progressLine } from './report';
import { Senders } from './senders';
import { superuserClient } from '../../../../local/database';
import { localKinesisClient } from '../../../../local/kinesis-emulator';
import { Random } from '../../../../local/simulator/random';
import type { LocalStack } from '../../../../local/stack';
import { ImagingPrograms } from '../../../../local/workloads/imaging/programs';
import type { BenchContext } from '../../../bench-workload';
import { drain } from '../../../load/drain';
import { ProcessKiller } from '../../../load/process-killer';
import { startLoadStack } from '../../../load/stack';
import { quantile } from '../../../statistics';

export interface LoadSettings {
  readonly scans: number;
  readonly kills: number;
  /** Of everything that is random. */
  readonly seed: string;
}

/** Between two kills: now and then a worker dies as it starts, more often while it works. */
const KILL_PAUSE_MS = { from: 200, to: 2_500 };
const TICK_MS = 20;
const PROGRESS_MS = 10_000;
/** Sooner than in a deployment, so that a run with many kills ends soon: what follows a kill is the same. */
const WORKER_ENVIRONMENT = { SWEEP_SECONDS: '1', JOB_LOCK_SECONDS: '2' };
const RESTART_PAUSE_MAX_MS = 50;

/**
 * Sends scans through the whole local stack, kills its workers in turns, has the queue lose everything now and then, waits until all
 * is done, and looks for every scan in everything that there is.
 *
 * @returns `undefined` when it was told to stop before it was done.
 * @throws what the stack and the senders throw: the run then says nothing.
 */
export async function runLoad(settings: LoadSettings, context: BenchContext): Promise<LoadResults | undefined> {
  const { stop, teardown, say } = context;
  const stack = await startLoadStack(context, {
    processorEnvironment: WORKER_ENVIRONMENT,
    restartPauseMaxMs: RESTART_PAUSE_MAX_MS,
  });
  const { programs } = stack;
  if (!(programs instanceof ImagingPrograms)) throw new Error('This stack is not of imaging.');
  const database = superuserClient(stack.postgres, stack.outputs.DatabaseName);
  teardown.add('The connection to the database', async () => database.end());
  await database.connect();
  const queue = await openLoadQueue(stack.outputs, programs.queue, teardown);

  say(`Sending ${settings.scans} scans, seed ${settings.seed} …`);
  const trouble = await makeTrouble(settings, { context, stack, database, queue });
  const { senders } = trouble;
  if (stop.isAsked) return undefined;
  const drainedFromMs = Date.now();
  await drain({ stop, leftCount: async () => countLeft(database) });
  if (stop.isAsked) return undefined;
  const drainSeconds = (Date.now() - drainedFromMs) / 1_000;

  say('Counting …');
  const times = await findStoringTimes(database);
  return {
    seed: settings.seed,
    account: await accountOf(senders.sent, { stack, programs, database, queue }),
    sentBytes: senders.sentBytes,
    sendingSeconds: trouble.seconds,
    drainSeconds,
    cutsCount: senders.cutsCount,
    killsAskedCount: settings.kills,
    killsCount: trouble.killsCount,
    restartsCount: programs.processors.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lossesCount: trouble.lossesCount,
    attemptsCount: await countAttempts(database),
    latency:
      times.length === 0
        ? undefined
        : { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), maxMs: Math.max(...times) },
  };
}

interface Surroundings {
  readonly context: BenchContext;
  readonly stack: LocalStack;
  readonly database: Client;
  readonly queue: LoadQueue;
}

interface Trouble {
  readonly senders: Senders;
  readonly seconds: number;
  readonly killsCount: number;
  readonly lossesCount: number;
}

/**
 * Sends and kills at the same pace, so that there are scans to work on at each kill: neither gets ahead of the other by much. The
 * killer's clock stands still while it is ahead.
 */
async function makeTrouble(settings: LoadSettings, surroundings: Surroundings): Promise<Trouble> {
  const { scans, kills, seed } = settings;
  const { context, stack, database, queue } = surroundings;
  const { stop, say } = context;
  const random = new Random(`${seed}/kills`);
  const startAtMs = Date.now();
  const pauseMs = () => random.between(KILL_PAUSE_MS.from, KILL_PAUSE_MS.to);
  const killer = new ProcessKiller(stack.processors, pauseMs, 0);
  const isStopped = () => stop.isAsked;
  const allowance = () => Math.ceil((scans * (killer.killsCount + 1)) / kills);
  const senders = new Senders({ outputs: stack.outputs, seed, scans, allowance, isStopped });
  let seconds: number | undefined;
  const faults: unknown[] = [];
  const sending = senders.send().then(
    () => {
      seconds = (Date.now() - startAtMs) / 1_000;
    },
    (error: unknown) => {
      faults.push(error);
    },
  );
  let lossesCount = 0;
  let toldAtMs = startAtMs;
  let beforeMs = startAtMs;
  let killerMs = 0;
  const work = async (): Promise<void> => {
    while (!stop.isAsked && faults.length === 0 && (seconds === undefined || killer.killsCount < kills)) {
      const nowMs = Date.now();
      const isAhead = killer.killsCount > kills * (senders.sent.length / scans);
      if (!isAhead) killerMs += nowMs - beforeMs;
      beforeMs = nowMs;
      if (killer.killsCount < kills) killer.killIfDue(killerMs);
      if (lossesCount < LOSSES && senders.sent.length >= (scans * (lossesCount + 1)) / (LOSSES + 1)) {
        await queue.lose();
        lossesCount += 1;
      }
      if (nowMs - toldAtMs >= PROGRESS_MS) {
        toldAtMs = nowMs;
        say(
          progressLine({
            elapsedSeconds: (nowMs - startAtMs) / 1_000,
            sentCount: senders.sent.length,
            leftCount: await countLeft(database),
            killsCount: killer.killsCount,
            cutsCount: senders.cutsCount,
          }),
        );
      }
      await Promise.race([sleep(TICK_MS), stop.asked]);
    }
  };
  await Promise.all([sending, work()]);
  if (faults.length > 0) throw faults[0];
  return { senders, seconds: seconds ?? 0, killsCount: killer.killsCount, lossesCount };
}

async function accountOf(
  sent: readonly SentScan[],
  { stack, programs, database, queue }: Omit<Surroundings, 'context'> & { readonly programs: ImagingPrograms },
) {
  const { outputs } = stack;
  const kinesis = localKinesisClient(outputs.LocalKinesisEndpoint, outputs.Region);
  try {
    const found: Found = {
      ...(await findRows(database)),
      objects: await findObjects(programs),
      openObjectsCount: programs.objects.openUploadsCount,
      files: await findFiles(programs.scanFolder),
      jobsCount: await queue.depth(),
      life: await readLife(kinesis, outputs.KinesisStreamName),
    };
    return accountFor(sent, found);
  } finally {
    kinesis.destroy();
  }
}
