import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisCluster, startRedisCluster } from '../../../local/redis-cluster';
import type { Batch, BatchEvent } from '../../../src/runtime/kinesis/batch';
import { BatchCommitter } from '../../../src/runtime/kinesis/batch-committer';
import type { Lease } from '../../../src/runtime/kinesis/lease';
import { LeaseStore } from '../../../src/runtime/kinesis/lease-store';
import type { DatabasePool } from '../../../src/runtime/postgres/pool';
import { LastReadings } from '../../../src/workloads/vitals/api/last-readings';
import { ReadingStore } from '../../../src/workloads/vitals/api/reading-store';
import type { VitalSignsEvent } from '../../../src/workloads/vitals/event';
import { LatestReadings } from '../../../src/workloads/vitals/latest-readings';
import { LatestReadingsWriter } from '../../../src/workloads/vitals/latest-readings-writer';
import { VitalSignPartitions } from '../../../src/workloads/vitals/partitions';
import { vitalsWorkload } from '../../../src/workloads/vitals/store';
import { countOf, eventually } from '../../support/test-consumer';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { openTestRedis, type TestRedis, type TestRedisClient } from '../../support/test-redis';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

const CODE = '8867-4';
const PATIENTS = 40;
/** Far above a commit of this machine at its busiest, and far below what waiting for Redis would take. */
const COMMIT_MS = 2_000;
const IMPATIENT = { timeoutMs: 200, firstTimeoutMs: 1_000, circuit: { pauseFirstMs: 100, pauseMostMs: 200 } };

let cluster: RedisCluster;
let redis: TestRedis;
beforeAll(async () => {
  cluster = await startRedisCluster();
  redis = await openTestRedis(cluster);
});
afterAll(async () => {
  await redis.close();
  await cluster.stop();
});

let database: TestDatabase;
let pool: DatabasePool;
let connected: TestRedisClient;
let writer: LatestReadingsWriter;
/** As the API asks: through a client of its own, that does not know how the processor's fares. */
let api: LastReadings;
let committer: BatchCommitter<VitalSignsEvent>;
let lease: Lease;
let committed: number;
beforeEach(async () => {
  database = await createTestDatabase({ workload: 'vitals' });
  pool = database.pool('pipeline_processor');
  connected = redis.connect(IMPATIENT);
  writer = new LatestReadingsWriter({
    latestReadings: new LatestReadings(connected.client, connected.metrics),
    retryMs: 100,
  });
  const reader = redis.connect();
  api = new LastReadings(
    new ReadingStore(database.pool('pipeline_api')),
    new LatestReadings(reader.client, reader.metrics),
  );
  committer = new BatchCommitter({
    pool,
    workload: vitalsWorkload(new VitalSignPartitions(pool, 90), 90, writer),
    leaseSeconds: 600,
    log: { event: () => undefined },
    metrics: connected.metrics,
  });
  const store = new LeaseStore({ pool, streamName: 'stream', workerId: 'worker-1', leaseSeconds: 600 });
  await store.addShards([{ shardId: 'shardId-000000000000', parentShardIds: [] }]);
  const [taken] = await store.take(1);
  if (taken === undefined) throw new Error('expected a lease');
  lease = taken;
  committed = 0;
});
afterEach(async () => {
  await writer.close();
  await database.drop();
});

const patient = (number: number) => `${database.settings.name}-${number}`;

/** Commits a batch with an event of each patient. @returns how long it took, in milliseconds. */
async function commit(value: number): Promise<number> {
  const sequenceNumber = String(committed + 1);
  const record = { sequenceNumber, data: Buffer.from('x'), arrivedAtMs: Date.now() };
  const batch: Batch<VitalSignsEvent> = {
    events: Array.from({ length: PATIENTS }, (_, number): BatchEvent<VitalSignsEvent> => ({
      eventIndex: number,
      record,
      event: {
        id: crypto.randomUUID(),
        deviceId: 'monitor-1',
        patientId: patient(number),
        observedAtMs: Date.now(),
        measurements: [{ code: CODE, value, unit: '/min' }],
      },
    })),
    quarantined: [],
    checkpoint: sequenceNumber,
    recordsCount: 1,
    oldestArrivedAtMs: record.arrivedAtMs,
  };
  const startedAtMs = performance.now();
  const previous = committed === 0 ? null : String(committed);
  expect(await committer.commit(lease, previous, batch, new AbortController().signal)).toBe('committed');
  committed += 1;
  return performance.now() - startedAtMs;
}

async function lastOf(number: number) {
  const { readings, source } = await api.find({ patientId: patient(number), codes: [CODE], max: 1 });
  return { value: readings[0]?.value, source };
}

/** Makes the cache answer of every patient. */
async function warm(): Promise<void> {
  for (let number = 0; number < PATIENTS; number += 1) {
    await eventually(
      async () => lastOf(number),
      ({ source }) => source === 'cache',
    );
  }
}

test('what is committed is in the cache a moment later', async () => {
  await commit(70);
  await warm();
  await commit(71);

  for (let number = 0; number < PATIENTS; number += 1) {
    const last = await eventually(
      async () => lastOf(number),
      ({ value }) => value === 71,
    );
    expect(last.source).toBe('cache');
  }
});

/** Troubles of Redis, each with its end. */
const TROUBLES: ReadonlyArray<readonly [string, () => Promise<void>, () => Promise<void>]> = [
  ['hangs', async () => cluster.pause(), async () => cluster.resume()],
  ['is killed', async () => cluster.kill(), async () => cluster.restart()],
  [
    'has no memory left',
    async () => redis.onEachNode(async (node) => node.config('SET', 'maxmemory', '1')),
    async () => redis.onEachNode(async (node) => node.config('SET', 'maxmemory', '0')),
  ],
  [
    'takes no writes',
    async () => redis.onEachNode(async (node) => node.config('SET', 'min-replicas-to-write', '1')),
    async () => redis.onEachNode(async (node) => node.config('SET', 'min-replicas-to-write', '0')),
  ],
];

test.each(TROUBLES)(
  'commits are neither lost nor delayed while Redis %s, and stale answers end with it',
  async (_name, begin, end) => {
    await commit(70);
    await warm();
    await begin();
    const tookMs: number[] = [];
    try {
      for (let value = 71; value <= 90; value += 1) {
        tookMs.push(await commit(value));
        await sleep(20);
      }
      await eventually(
        () => writer.distrustedCount,
        (count) => count === PATIENTS,
      );
    } finally {
      await end();
    }

    expect(Math.max(...tookMs)).toBeLessThan(COMMIT_MS);
    expect(await countOf(database, 'vital_sign')).toBe(21 * PATIENTS);
    expect(connected.sum('FollowUpFailedCount')).toBe(0);
    // The processor has told the cache of its loss: nobody is shown what was the last reading before the trouble.
    await eventually(
      () => writer.distrustedCount,
      (count) => count === 0,
    );
    for (let number = 0; number < PATIENTS; number += 1) expect((await lastOf(number)).value).toBe(90);
    const log = JSON.stringify(connected.logged);
    expect(log).toContain('cache.unavailable');
    expect(log).not.toContain(patient(0));
    expect(log).not.toContain(cluster.password);
  },
);

test('a cache that is flushed in mid-run shows the newest readings again', async () => {
  for (let value = 70; value < 90; value += 1) {
    await commit(value);
    if (value % 5 === 0) await redis.onEachNode(async (node) => node.flushall());
    // From the cache it may be the one before, for the moment that the writing takes.
    expect([value - 1, value]).toContain((await lastOf(0)).value);
  }
  const last = await eventually(
    async () => lastOf(0),
    ({ value }) => value === 89,
  );

  expect(last.value).toBe(89);
  expect(await countOf(database, 'vital_sign')).toBe(20 * PATIENTS);
});
