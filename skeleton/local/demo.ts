import { setTimeout as sleep } from 'node:timers/promises';
import { latencyP99Ms } from './demo/latency';
import { MetricsTail } from './demo/metrics-tail';
import { type DemoFigures, reportLine } from './demo/report-line';
import { WardFeed } from './demo/ward-feed';
import { superuserClient } from './database';
import { exampleEvents } from './hl7/example-events';
import { localKinesisClient } from './kinesis-emulator';
import { putRecords } from './simulator/producer';
import { toRecords } from './simulator/records';
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

/** Keeps a ward's monitors running and says every few seconds what arrives, until it is to stop. */
export async function runDemo({ stack, stop, patients, seed, say }: DemoSettings): Promise<void> {
  const { outputs } = stack;
  const client = localKinesisClient(outputs.LocalKinesisEndpoint, outputs.Region);
  const database = superuserClient(stack.postgres, outputs.DatabaseName);
  const ward = new Ward({ patients, seed, startAtMs: Date.now() });
  const feed = new WardFeed({ client, streamName: outputs.KinesisStreamName, ward, seed });
  const metrics = new MetricsTail(stack.processors.map((processor) => processor.logFile));
  const patientIds = Array.from({ length: patients }, (_, index) => ward.patientId(index));
  try {
    await database.connect();
    await sendExamples(stack, client, say);
    say(`${patients} monitors send one event a second each; some are spoiled, some are sent twice, on purpose.`);
    say(`  curl '${outputs.ApiUrl}Observation?patient=${ward.patientId(0)}&_count=5'\n`);
    const figures = async (): Promise<DemoFigures> => {
      metrics.read();
      return {
        atMs: Date.now(),
        sentCount: feed.sentCount,
        receivedCount: metrics.total('EventsReceivedCount'),
        storedCount: metrics.total('EventsStoredCount'),
        duplicateCount: metrics.total('EventsDuplicateCount'),
        quarantinedCount: metrics.total('EventsQuarantinedCount'),
        lagMs: metrics.max('IteratorAgeMs'),
        latencyP99Ms: await latencyP99Ms(database, patientIds, LATENCY_WINDOW_SECONDS),
        alarmCount: ward.alarmCount,
      };
    };
    let before = await figures();
    while (!stop.isAsked) {
      await feed.send(Date.now());
      if (Date.now() - before.atMs >= REPORT_MS) {
        const now = await figures();
        say(reportLine(now, before));
        before = now;
      }
      await Promise.race([sleep(TICK_MS), stop.asked]);
    }
  } finally {
    client.destroy();
    await database.end();
  }
}

/** Begins with vital signs that HL7 published, so that a known patient can be asked for. */
async function sendExamples(
  { outputs }: LocalStack,
  client: ReturnType<typeof localKinesisClient>,
  say: (text: string) => void,
): Promise<void> {
  const { events, skipped } = exampleEvents({
    isLegal: isLegalVitalSign,
    lastObservedAtMs: Date.now(),
    idPrefix: 'hl7',
    seed: 'hl7',
  });
  const lines = events.map(({ event }) => ({ patientId: event.patientId, line: JSON.stringify(event) }));
  await putRecords(client, outputs.KinesisStreamName, toRecords(lines));
  say(`${events.length} of HL7's example Observations are on their way (${skipped.length} carry no vital sign).`);
  say(`  curl '${outputs.ApiUrl}Observation?patient=hl7-example'`);
}
