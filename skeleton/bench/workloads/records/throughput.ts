import { randomUUID } from 'node:crypto';
import { Hospital } from '../../../local/workloads/records/simulator/hospital';
import { RECORD_RESOURCE_TYPES } from '../../../src/fhir-r4-types';
import { batchesOf } from '../../../src/runtime/kinesis/batch';
import { BatchCommitter } from '../../../src/runtime/kinesis/batch-committer';
import type { Lease } from '../../../src/runtime/kinesis/lease';
import { LeaseStore } from '../../../src/runtime/kinesis/lease-store';
import type { StreamRecord } from '../../../src/runtime/kinesis/shard-reader';
import { Metrics } from '../../../src/runtime/metrics/metrics';
import { recordDecoder } from '../../../src/workloads/records/decode/decoder';
import { decodeHl7 } from '../../../src/workloads/records/hl7/decode-hl7';
import type { RecordEvent } from '../../../src/workloads/records/record-event';
import { RECORD_STORAGE, recordsWorkload } from '../../../src/workloads/records/store';
import { type BenchDatabase, silent } from '../../database';
import { median } from '../../statistics';

/** What one batch size reached: medians over the repetitions, resources a second. */
export interface ThroughputResult {
  /** Changes in a batch, at the most: a resource, a removal or a merge each. */
  readonly batchChanges: number;
  /** From records as Kinesis hands them out to committed versions: decoded, validated, indexed, fenced, checkpointed. */
  readonly pipelinePerSecond: number;
  /** The same records decoded and validated, and no more. */
  readonly decodingPerSecond: number;
  /** The same events stored, decoded before the clock starts. */
  readonly storingPerSecond: number;
  /** What decoding and storing one after the other would reach: the limit of a process that does nothing else. */
  readonly partsPerSecond: number;
  /** Median of the ratios of the pipeline and its parts in neighbouring runs, which a machine that grows slower does not bend. */
  readonly ratio: number;
}

export interface ThroughputSettings {
  readonly batchSizes: readonly number[];
  readonly submissionsPerRun: number;
  readonly repetitions: number;
}

const PATIENTS = 200;
const INTERVAL_MS = 1_000;
const workload = recordsWorkload(recordDecoder({ resourceTypes: RECORD_RESOURCE_TYPES, decodeHl7 }));

/** Pipeline and parts in turns, on one connection each, into the same tables, emptied between runs. */
export async function measureThroughput(
  database: BenchDatabase,
  { batchSizes, submissionsPerRun, repetitions }: ThroughputSettings,
): Promise<ThroughputResult[]> {
  const pipeline = await Pipeline.open(database);
  const runs = new Map(batchSizes.map((size) => [size, [] as Run[]]));
  // The first round warms up: caches, compiled code, prepared statements.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    for (const [batchChanges, measured] of runs) {
      const submissions = submissionsOf(submissionsPerRun);
      await empty(database);
      const pipelineSeconds = await pipeline.store(pipeline.recordsOf(submissions), batchChanges);
      const { events, decodingSeconds } = decode(pipeline.recordsOf(submissions));
      await empty(database);
      const storingSeconds = await store(database, events, batchChanges);
      const resources = events.reduce((sum, { changes }) => sum + changes.length, 0);
      if (repetition > 0) measured.push({ resources, pipelineSeconds, decodingSeconds, storingSeconds });
    }
  }
  return [...runs].map(([batchChanges, measured]) => resultOf(batchChanges, measured));
}

interface Run {
  readonly resources: number;
  readonly pipelineSeconds: number;
  readonly decodingSeconds: number;
  readonly storingSeconds: number;
}

function resultOf(batchChanges: number, runs: readonly Run[]): ThroughputResult {
  const perSecond = (secondsOf: (run: Run) => number) => median(runs.map((run) => run.resources / secondsOf(run)));
  return {
    batchChanges,
    pipelinePerSecond: perSecond(({ pipelineSeconds }) => pipelineSeconds),
    decodingPerSecond: perSecond(({ decodingSeconds }) => decodingSeconds),
    storingPerSecond: perSecond(({ storingSeconds }) => storingSeconds),
    partsPerSecond: perSecond(({ decodingSeconds, storingSeconds }) => decodingSeconds + storingSeconds),
    ratio: median(runs.map((run) => (run.decodingSeconds + run.storingSeconds) / run.pipelineSeconds)),
  };
}

/** The runtime's own committer on one shard. */
class Pipeline {
  static async open(database: BenchDatabase): Promise<Pipeline> {
    const streamName = `bench-${randomUUID()}`;
    const leaseSeconds = 300;
    const leases = new LeaseStore({ pool: database.pool, streamName, workerId: 'bench', leaseSeconds });
    await leases.addShards([{ shardId: 'shardId-000000000000', parentShardIds: [] }]);
    const [lease] = await leases.take(1);
    if (lease === undefined) throw new Error('The lease of a new shard could not be taken.');
    const metrics = new Metrics('bench', () => undefined);
    const committer = new BatchCommitter({ pool: database.pool, workload, leaseSeconds, log: silent, metrics });
    return new Pipeline(lease, committer);
  }

  private checkpoint: string | null = null;
  private recordsCount = 0;

  private constructor(
    private readonly lease: Lease,
    private readonly committer: BatchCommitter<RecordEvent>,
  ) {}

  /** One submission a record, behind those that were made before. */
  recordsOf(submissions: readonly string[]): StreamRecord[] {
    return submissions.map((text): StreamRecord => {
      this.recordsCount += 1;
      return {
        sequenceNumber: String(this.recordsCount).padStart(20, '0'),
        data: Buffer.from(text, 'utf8'),
        arrivedAtMs: Date.now(),
      };
    });
  }

  /** Stores the records. Answers how long it took, in seconds. @throws where one is refused: the others would be cheaper. */
  async store(records: readonly StreamRecord[], batchChanges: number): Promise<number> {
    const { signal } = new AbortController();
    const startedAtMs = performance.now();
    for (const batch of batchesOf(records, workload, batchChanges)) {
      if (batch.quarantined.length > 0) throw new Error(`A submission was refused: ${batch.quarantined[0]?.reason}.`);
      const outcome = await this.committer.commit(this.lease, this.checkpoint, batch, signal);
      if (outcome !== 'committed') throw new Error(`A batch was not committed: ${outcome}.`);
      this.checkpoint = batch.checkpoint;
    }
    return (performance.now() - startedAtMs) / 1_000;
  }
}

function decode(records: readonly StreamRecord[]): {
  readonly events: readonly RecordEvent[];
  readonly decodingSeconds: number;
} {
  const now = new Date();
  const startedAtMs = performance.now();
  const decoded = records.map(({ data }) => workload.decode(data, now));
  const decodingSeconds = (performance.now() - startedAtMs) / 1_000;
  return { events: decoded.flatMap(({ accepted }) => accepted.map(({ event }) => event)), decodingSeconds };
}

/** Stores events in batches as large as the pipeline's, without a lease. Answers how long it took, in seconds. */
async function store({ pool }: BenchDatabase, events: readonly RecordEvent[], batchChanges: number): Promise<number> {
  const arrays = RECORD_STORAGE.parameterTypes.map((type, index) => `$${index + 1}::${type}[]`);
  const text = `WITH lease AS (SELECT true AS held), ${RECORD_STORAGE.queries(arrays)} SELECT refused FROM answer`;
  const startedAtMs = performance.now();
  for (const batch of chunksOf(events, batchChanges)) {
    const values = RECORD_STORAGE.parameters(batch);
    const { rows } = await pool.query<{ refused: readonly number[] }>({ name: 'storing alone', text, values });
    if (rows[0]?.refused.length !== 0) throw new Error('An event was refused by the database.');
  }
  return (performance.now() - startedAtMs) / 1_000;
}

function* chunksOf(events: readonly RecordEvent[], changesMax: number): Generator<RecordEvent[]> {
  let chunk: RecordEvent[] = [];
  let changesCount = 0;
  for (const event of events) {
    if (chunk.length > 0 && changesCount + event.changes.length > changesMax) {
      yield chunk;
      chunk = [];
      changesCount = 0;
    }
    chunk.push(event);
    changesCount += event.changes.length;
  }
  if (chunk.length > 0) yield chunk;
}

/** The tables as before: all start with the same indexes. */
async function empty({ superuser }: BenchDatabase): Promise<void> {
  await superuser.query(
    'TRUNCATE resource_version, resource, resource_token, resource_date, resource_reference, patient_merge',
  );
}

/** What the systems of a hospital send: ADT messages, resources, and reports as Bundles. */
function submissionsOf(count: number): string[] {
  const seconds = Math.ceil(count / PATIENTS);
  const startAtMs = Date.now() - seconds * INTERVAL_MS;
  const hospital = new Hospital({ patients: PATIENTS, seed: randomUUID(), startAtMs, intervalMs: INTERVAL_MS });
  return hospital
    .submissionsDue(startAtMs + seconds * INTERVAL_MS)
    .slice(0, count)
    .map(({ text }) => text);
}
