import { BatchCommitter } from '../../../src/runtime/kinesis/batch-committer';
import { LeaseStore } from '../../../src/runtime/kinesis/lease-store';
import { Metrics } from '../../../src/runtime/metrics/metrics';
import type { VitalSignsEvent } from '../../../src/workloads/vitals/event';
import { VitalSignPartitions } from '../../../src/workloads/vitals/partitions';
import { vitalsWorkload } from '../../../src/workloads/vitals/store';
import { countOf } from '../../support/test-consumer';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

describe('a batch of vital signs', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase({ workload: 'vitals' });
  });
  afterAll(async () => database.drop());

  test('makes a partition again that was dropped behind its back', async () => {
    const pool = database.pool('pipeline_processor');
    const store = new LeaseStore({ pool, streamName: 'stream', workerId: 'worker-1', leaseSeconds: 60 });
    await store.addShards([{ shardId: 'shard', parentShardIds: [] }]);
    const [lease] = await store.take(1);
    if (lease === undefined) throw new Error('The lease was not free.');
    const committer = new BatchCommitter<VitalSignsEvent>({
      pool,
      workload: vitalsWorkload(new VitalSignPartitions(pool, 90), 90),
      leaseSeconds: 60,
      log: { event: () => undefined },
      metrics: new Metrics('test', () => undefined),
    });
    const never = new AbortController().signal;
    await committer.commit(lease, null, batch('1'), never);
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    await database.owner.query(`DROP TABLE vital_sign_${day}`);

    await expect(committer.commit(lease, '1', batch('2'), never)).resolves.toBe('committed');
    expect(await countOf(database, 'vital_sign')).toBe(1);
  });
});

/** A batch of one record with one event. */
function batch(sequenceNumber: string) {
  const record = { sequenceNumber, data: Buffer.from('a line'), arrivedAtMs: Date.now() };
  const event: VitalSignsEvent = {
    id: crypto.randomUUID(),
    deviceId: 'monitor-1',
    patientId: 'patient-1',
    observedAtMs: Date.now(),
    measurements: [{ code: '8867-4', value: 72, unit: '/min' }],
  };
  return {
    events: [{ eventIndex: 0, record, event }],
    quarantined: [],
    checkpoint: sequenceNumber,
    recordsCount: 1,
    oldestArrivedAtMs: record.arrivedAtMs,
  };
}
