import { setTimeout as sleep } from 'node:timers/promises';
import { superuserClient } from './database';
import { DatabaseFigures } from './demo/figures';
import { InFlight } from './demo/in-flight';
import { closingLine, type DemoReport, reportLine } from './demo/report-line';
import { WardFeed } from './demo/ward-feed';
import { exampleEvents } from './hl7/example-events';
import { localKinesisClient } from './kinesis-emulator';
import { Ward } from './simulator/ward';
import type { LocalStack } from './stack';
import type { StopSignal } from './stop-signal';
import { isLegalVitalSign } from './vital-sign-units';

export interface DemoSettings {
  readonly stack: LocalStack;
  readonly stop: StopSignal;
  readonly patients: number;
  readonly seed: string;
  readonly say: (text: string) => void;
}

const TICK_MS = 200;
const REPORT_MS = 5_000;
/** Readings this young count for the latency: those of one report, and a second in which they may still arrive. */
const LATENCY_WINDOW_SECONDS = REPORT_MS / 1_000 + 1;
/** Time at the end for what is still on its way. */
const DRAIN_MS = 5_000;

/** Keeps a ward's monitors running and says every few seconds what arrives, until it is to stop. */
export async function runDemo({ stack, stop, patients, seed, say }: DemoSettings): Promise<void> {
  const { outputs } = stack;
  const streamName = outputs.KinesisStreamName;
  const client = localKinesisClient(outputs.LocalKinesisEndpoint, outputs.Region);
  const database = superuserClient(stack.postgres, outputs.DatabaseName);
  const ward = new Ward({ patients, seed, startAtMs: Date.now() });
  const patientIds = Array.from({ length: patients }, (_, index) => ward.patientId(index));
  const inFlight = new InFlight();
  const feed = new WardFeed({ client, streamName, ward, seed, inFlight });
  const figures = new DatabaseFigures(database, streamName);

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
      latencyP99Ms: await figures.latencyP99Ms(patientIds, LATENCY_WINDOW_SECONDS),
      alarmCount: ward.alarmCount,
    };
  };

  try {
    await database.connect();
    await sendExamples(feed, say);
    say(`  curl '${outputs.ApiUrl}Observation?patient=hl7-example'`);
    say(`${patients} monitors send one event a second each; some are spoiled, some are sent twice, on purpose.`);
    say(`  curl '${outputs.ApiUrl}Observation?patient=${ward.patientId(0)}&_count=5'\n`);
    let before = await report();
    while (!stop.isAsked) {
      await feed.sendReadings(Date.now());
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
    const storedCount = (await figures.storedCount()) ?? 0;
    say(closingLine(inFlight.sentCount, { ...(await report()), storedCount }));
  } finally {
    client.destroy();
    await database.end();
  }
}

/** Begins with vital signs that HL7 published, so that a known patient can be asked for. */
async function sendExamples(feed: WardFeed, say: (text: string) => void): Promise<void> {
  const { events, skipped } = exampleEvents({
    isLegal: isLegalVitalSign,
    lastObservedAtMs: Date.now(),
    idPrefix: 'hl7',
    seed: 'hl7',
  });
  await feed.sendEvents(events.map(({ event }) => event));
  say(`${events.length} of HL7's example Observations are on their way (${skipped.length} carry no vital sign).`);
}
