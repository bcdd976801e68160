import { randomUUID } from 'node:crypto';
import { RETENTION_DAYS, type VitalsDatabase } from './vitals-database';
import { type SimulatedEvent } from '../../../local/workloads/vitals/simulator/patient-monitor';
import { Ward } from '../../../local/workloads/vitals/simulator/ward';
import { batchesOf } from '../../../src/runtime/kinesis/batch';
import { BatchCommitter } from '../../../src/runtime/kinesis/batch-committer';
import type { Lease } from '../../../src/runtime/kinesis/lease';
import { LeaseStore } from '../../../src/runtime/kinesis/lease-store';
import type { StreamRecord } from '../../../src/runtime/kinesis/shard-reader';
import { Metrics } from '../../../src/runtime/metrics/metrics';
import type { VitalSignsEvent } from '../../../src/workloads/vitals/event';
import { VITAL_SIGN_TABLE, vitalsWorkload } from '../../../src/workloads/vitals/store';
import { silent } from '../../database';
import { median } from '../../statistics';

/** What one batch size reached: medians over the repetitions. */
export interface ThroughputResult {
  readonly batchEvents: number;
  readonly rowsPerEvent: number;
  /** From records as Kinesis hands them out to committed rows: parsed, validated, fenced, checkpointed. */
  readonly pipelineEventsPerSecond: number;
  /** The same rows by `INSERT … SELECT FROM unnest … ON CONFLICT DO NOTHING` alone, ready made. */
  readonly rawEventsPerSecond: number;
  /** Median of the ratios of neighbouring runs, which a machine that grows slower does not bend. */
  readonly ratio: number;
}

export interface ThroughputSettings {
  readonly batchSizes: readonly number[];
  readonly eventsPerRun: number;
  readonly repetitions: number;
  /** Measurements that each event keeps, at the most; three are what a monitor sends each second. */
  readonly rowsPerEvent: number;
}

/** Pipeline and raw limit in turns, on one connection each, into the same table, emptied between runs. */
export async function measureThroughput(
  database: VitalsDatabase,
  { batchSizes, eventsPerRun, repetitions, rowsPerEvent }: ThroughputSettings,
): Promise<ThroughputResult[]> {
  const pipeline = await Pipeline.open(database);
  const runs = new Map(batchSizes.map((size) => [size, { pipeline: [] as number[], raw: [] as number[] }]));
  // The first round warms up: caches, compiled code, prepared statements.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    for (const [batchEvents, times] of runs) {
      const events = eventsOf(eventsPerRun, rowsPerEvent);
      await empty(database);
      const pipelineSeconds = await pipeline.store(events, batchEvents);
      await empty(database);
      const rawSeconds = await insertRaw(database, events, batchEvents);
      if (repetition === 0) continue;
      times.pipeline.push(eventsPerRun / pipelineSeconds);
      times.raw.push(eventsPerRun / rawSeconds);
    }
  }
  return [...runs].map(([batchEvents, times]) => ({
    batchEvents,
    rowsPerEvent,
    pipelineEventsPerSecond: median(times.pipeline),
    rawEventsPerSecond: median(times.raw),
    ratio: median(times.pipeline.map((rate, index) => rate / (times.raw[index] ?? NaN))),
  }));
}

/** The runtime's own committer on one shard. */
class Pipeline {
  static async open(database: VitalsDatabase): Promise<Pipeline> {
    const streamName = `bench-${randomUUID()}`;
    const leaseSeconds = 300;
    const store = new LeaseStore({ pool: database.pool, streamName, workerId: 'bench', leaseSeconds });
    await store.addShards([{ shardId: 'shardId-000000000000', parentShardIds: [] }]);
    const [lease] = await store.take(1);
    if (lease === undefined) throw new Error('The lease of a new shard could not be taken.');
    const workload = vitalsWorkload(database.partitions, RETENTION_DAYS);
    const metrics = new Metrics('bench', () => undefined);
    const committer = new BatchCommitter({ pool: database.pool, workload, leaseSeconds, log: silent, metrics });
    return new Pipeline(lease, workload, committer);
  }

  private checkpoint: string | null = null;
  private recordsCount = 0;

  private constructor(
    private readonly lease: Lease,
    private readonly workload: ReturnType<typeof vitalsWorkload>,
    private readonly committer: BatchCommitter<VitalSignsEvent>,
  ) {}

  /** Stores the events, one a record. Answers how long it took, in seconds. */
  async store(events: readonly SimulatedEvent[], batchEvents: number): Promise<number> {
    const records = events.map((event): StreamRecord => {
      this.recordsCount += 1;
      return {
        sequenceNumber: String(this.recordsCount).padStart(20, '0'),
        data: Buffer.from(JSON.stringify(event), 'utf8'),
        arrivedAtMs: Date.now(),
      };
    });
    const { signal } = new AbortController();
    const startedAtMs = performance.now();
    for (const batch of batchesOf(records, this.workload, batchEvents)) {
      const outcome = await this.committer.commit(this.lease, this.checkpoint, batch, signal);
      if (outcome !== 'committed') throw new Error(`A batch was not committed: ${outcome}.`);
      this.checkpoint = batch.checkpoint;
    }
    return (performance.now() - startedAtMs) / 1_000;
  }
}

/** Inserts rows that are ready before the clock starts. Answers how long it took, in seconds. */
async function insertRaw(
  { pool }: VitalsDatabase,
  events: readonly SimulatedEvent[],
  batchEvents: number,
): Promise<number> {
  const columns = VITAL_SIGN_TABLE.columns.map(({ name }) => name).join(', ');
  const arrays = VITAL_SIGN_TABLE.columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const text = `INSERT INTO vital_sign (${columns}) SELECT * FROM unnest(${arrays}) ON CONFLICT DO NOTHING`;
  const batches: unknown[][][] = [];
  for (let start = 0; start < events.length; start += batchEvents) {
    const batch = events.slice(start, start + batchEvents);
    batches.push(
      VITAL_SIGN_TABLE.rows(batch.map((event) => ({ ...event, observedAtMs: Date.parse(event.observedAt) }))),
    );
  }
  const startedAtMs = performance.now();
  for (const values of batches) await pool.query({ name: 'raw insert', text, values });
  return (performance.now() - startedAtMs) / 1_000;
}

/** The table as before: both start with the same indexes. */
async function empty({ superuser }: VitalsDatabase): Promise<void> {
  await superuser.query('TRUNCATE vital_sign');
}

function eventsOf(count: number, rowsPerEvent: number): SimulatedEvent[] {
  const patients = 500;
  const seconds = Math.ceil(count / patients);
  const startAtMs = Date.now() - seconds * 1_000;
  const ward = new Ward({ patients, seed: randomUUID(), startAtMs });
  return ward
    .readingsDue(startAtMs + seconds * 1_000)
    .slice(0, count)
    .map((event) => ({ ...event, measurements: event.measurements.slice(0, rowsPerEvent) }));
}
