import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { RETENTION_DAYS, type VitalsDatabase } from './vitals-database';
import type { SimulatedEvent } from '../../../local/workloads/vitals/simulator/patient-monitor';
import { Ward } from '../../../local/workloads/vitals/simulator/ward';
import { createConsumer } from '../../../src/runtime/kinesis/consumer';
import { Metrics } from '../../../src/runtime/metrics/metrics';
import { vitalsWorkload } from '../../../src/workloads/vitals/store';
import { silent } from '../../database';

/** Time from an event's observation to the commit of its row, from which on it can be queried. */
export interface LatencyResult {
  readonly eventsPerSecond: number;
  readonly pollIntervalMs: number;
  /** Events that count: those after the warm-up. */
  readonly eventsCount: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LatencySettings {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly shards: number;
  /** Puts events to the stream. */
  readonly send: (events: readonly SimulatedEvent[]) => Promise<void>;
  readonly tickMs: number;
  readonly eventsPerSecond: number;
  readonly pollIntervalMs: number;
  readonly batchEventsMax: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const ARRIVAL_PATIENCE_MS = 60_000;

/** Runs the consumer in this process while a ward sends at a steady rate, whether or not the consumer keeps up. */
export async function measureLatency(database: VitalsDatabase, settings: LatencySettings): Promise<LatencyResult> {
  await database.superuser.query('TRUNCATE vital_sign');
  const consumer = createConsumer({
    client: settings.client,
    streamName: settings.streamName,
    workerId: randomUUID(),
    pool: database.pool,
    workload: vitalsWorkload(database.partitions, RETENTION_DAYS),
    pollIntervalMs: settings.pollIntervalMs,
    batchEventsMax: settings.batchEventsMax,
    leaseSeconds: 15,
    log: silent,
    metrics: new Metrics('bench', () => undefined),
  });
  const running = consumer.run();
  try {
    while (consumer.leases.length < settings.shards) await sleep(20);
    const { sentCount, countedFrom } = await sendSteadily(settings);
    await arrivalOf(database, sentCount);
    return await evaluate(database, settings, countedFrom);
  } finally {
    consumer.stop();
    await running;
  }
}

async function sendSteadily(settings: LatencySettings): Promise<{ sentCount: number; countedFrom: Date }> {
  const startAtMs = Date.now();
  const countedFromMs = startAtMs + settings.warmUpSeconds * 1_000;
  const endAtMs = countedFromMs + settings.seconds * 1_000;
  const ward = new Ward({ patients: settings.eventsPerSecond, seed: 'latency', startAtMs });
  let sentCount = 0;
  for (let now = Date.now(); now < endAtMs; now = Date.now()) {
    const events = ward.readingsDue(now);
    await settings.send(events);
    sentCount += events.length;
    await sleep(settings.tickMs);
  }
  return { sentCount, countedFrom: new Date(countedFromMs) };
}

async function arrivalOf({ superuser }: VitalsDatabase, sentCount: number): Promise<void> {
  const deadline = Date.now() + ARRIVAL_PATIENCE_MS;
  for (;;) {
    const { rows } = await superuser.query<{ count: number }>(
      'SELECT count(DISTINCT event_id)::integer AS count FROM vital_sign',
    );
    const stored = rows[0]?.count ?? 0;
    if (stored === sentCount) return;
    if (stored > sentCount || Date.now() > deadline) throw new Error(`Of ${sentCount} events ${stored} were stored.`);
    await sleep(100);
  }
}

async function evaluate(
  { superuser }: VitalsDatabase,
  { eventsPerSecond, pollIntervalMs }: LatencySettings,
  countedFrom: Date,
): Promise<LatencyResult> {
  const { rows } = await superuser.query<{ count: number; quantiles: [number, number] }>(
    `WITH latency AS (
       SELECT max(extract(epoch FROM pg_xact_commit_timestamp(xmin) - observed_at)) * 1000 AS ms
         FROM vital_sign WHERE observed_at >= $1 GROUP BY event_id
     )
     SELECT count(*)::integer AS count, percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY ms) AS quantiles
       FROM latency`,
    [countedFrom],
  );
  const [row] = rows;
  if (row === undefined || row.count === 0) throw new Error('No event was measured.');
  const [p50Ms, p99Ms] = row.quantiles;
  return { eventsPerSecond, pollIntervalMs, eventsCount: row.count, p50Ms, p99Ms };
}
