import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseFigures } from './figures';
import { InFlight } from './in-flight';
import { closingLine, type DemoReport, reportLine } from './report-line';
import type { OpenDemo } from './workload-demo';
import { superuserClient } from '../database';
import { localKinesisClient } from '../kinesis-emulator';
import type { LocalStack } from '../stack';
import type { StopSignal } from '../stop-signal';

export interface DemoSettings {
  readonly openDemo: OpenDemo;
  readonly stack: LocalStack;
  readonly stop: StopSignal;
  readonly patients: number;
  readonly seed: string;
  readonly say: (text: string) => void;
}

const TICK_MS = 200;
const REPORT_MS = 5_000;
/** Events this young count for the latency: those of one report, and a second in which they may still arrive. */
const LATENCY_WINDOW_SECONDS = REPORT_MS / 1_000 + 1;
/** Time at the end for what is still on its way. */
const DRAIN_MS = 5_000;

/** Keeps simulated patients' data coming and says every few seconds what arrives, until it is to stop. */
export async function runDemo({ openDemo, stack, stop, patients, seed, say }: DemoSettings): Promise<void> {
  const { outputs } = stack;
  const streamName = outputs.KinesisStreamName;
  const client = localKinesisClient(outputs.LocalKinesisEndpoint, outputs.Region);
  const database = superuserClient(stack.postgres, outputs.DatabaseName);
  const inFlight = new InFlight();
  const figures = new DatabaseFigures(database, streamName);
  const demo = openDemo({
    client,
    streamName,
    apiUrl: outputs.ApiUrl,
    outputs,
    patients,
    seed,
    inFlight,
    figures,
    say,
  });

  const report = async (): Promise<DemoReport> => {
    inFlight.settle(await figures.checkpoints());
    const quarantinedCount = (await figures.quarantinedCount()) ?? 0;
    const repeatedCount = inFlight.settledRepeatedCount;
    const atMs = Date.now();
    return {
      atMs,
      sentCount: inFlight.sentCount,
      storedCount: Math.max(0, inFlight.settledCount - quarantinedCount - repeatedCount),
      quarantinedCount,
      repeatedCount,
      lagMs: inFlight.lagMs(atMs),
      latencyP99Ms: await demo.latencyP99Ms(LATENCY_WINDOW_SECONDS),
      notes: demo.notes(),
    };
  };

  try {
    await database.connect();
    await demo.begin();
    let before = await report();
    while (!stop.isAsked) {
      await demo.sendDue(Date.now());
      if (Date.now() - before.atMs >= REPORT_MS) {
        const now = await report();
        say(reportLine(now, before));
        before = now;
      }
      await Promise.race([sleep(TICK_MS), stop.asked]);
    }
    const drained = Date.now() + DRAIN_MS;
    while (inFlight.settledCount < inFlight.sentCount && Date.now() < drained) {
      inFlight.settle(await figures.checkpoints());
      await sleep(TICK_MS);
    }
    const storedCount = (await demo.storedCount()) ?? 0;
    say(closingLine(inFlight.sentCount, { ...(await report()), storedCount }));
  } finally {
    client.destroy();
    await database.end();
  }
}
