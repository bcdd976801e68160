import { Batch, BatchEvent } from '../../../src/runtime/kinesis/batch';
import { BatchCommitter, BatchCommitterOptions } from '../../../src/runtime/kinesis/batch-committer';
import { Lease } from '../../../src/runtime/kinesis/lease';
import { LeaseStore } from '../../../src/runtime/kinesis/lease-store';
import { Metrics } from '../../../src/runtime/metrics/metrics';
import { DatabasePool } from '../../../src/runtime/postgres/pool';
import { type SampleEvent, sampleEvent } from '../../support/sample/sample-event';
import { sampleWorkload } from '../../support/sample/sample-workload';
import { countOf } from '../../support/test-consumer';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

const STREAM = 'stream';
const SHARD = 'shardId-000000000000';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

describe('BatchCommitter', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  let committer: BatchCommitter<SampleEvent>;
  const never = new AbortController().signal;

  beforeEach(async () => {
    database = await createTestDatabase();
    pool = database.pool('pipeline_processor');
    committer = committerOf(pool);
  });
  afterEach(async () => database.drop());

  test('stores rows, quarantine and checkpoint together while owner, epoch and checkpoint hold', async () => {
    const lease = await take('worker-1');

    await expect(committer.commit(lease, null, batch('1'), never)).resolves.toBe('committed');
    await expect(committer.commit(lease, '1', batch('2'), never)).resolves.toBe('committed');

    expect(await written()).toEqual({ stored: 2, quarantined: 2, checkpoint: '2' });
  });

  test('writes nothing for a worker whose lease another one has taken', async () => {
    const lease = await take('worker-1');
    await steal('worker-2');

    await expect(committer.commit(lease, null, batch('1'), never)).resolves.toBe('lost');

    expect(await written()).toEqual({ stored: 0, quarantined: 0, checkpoint: null });
  });

  test('writes nothing for a worker that lost its lease and took it again, under the old epoch', async () => {
    const lease = await take('worker-1');
    await steal('worker-1');

    await expect(committer.commit(lease, null, batch('1'), never)).resolves.toBe('lost');

    expect(await written()).toEqual({ stored: 0, quarantined: 0, checkpoint: null });
  });

  test('writes nothing when the checkpoint is not the one behind which the batch was read', async () => {
    const lease = await take('worker-1');
    await committer.commit(lease, null, batch('5'), never);

    await expect(committer.commit(lease, '4', batch('6'), never)).resolves.toBe('lost');

    expect(await written()).toEqual({ stored: 1, quarantined: 1, checkpoint: '5' });
  });

  test('writes nothing when the lease is taken while the commit waits for it', async () => {
    const lease = await take('worker-1');
    const thief = await database.owner.connect();
    await thief.query('BEGIN');
    await thief.query("UPDATE shard_lease SET owner = 'worker-2', epoch = epoch + 1");
    const outcome = committer.commit(lease, null, batch('1'), never);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await thief.query('COMMIT');
    thief.release();

    await expect(outcome).resolves.toBe('lost');
    expect(await written()).toEqual({ stored: 0, quarantined: 0, checkpoint: null });
  });

  test('knows a batch again that was committed although the answer was cut off', async () => {
    const lease = await take('worker-1');
    const deaf = pool.query.bind(pool);
    let cut = false;
    jest.spyOn(pool, 'query').mockImplementation(async (...statement: Parameters<DatabasePool['query']>) => {
      const answer = await deaf(...statement);
      if (!cut && typeof statement[0] === 'object') {
        cut = true;
        throw Object.assign(new Error('Connection terminated unexpectedly'));
      }
      return answer;
    });

    await expect(committer.commit(lease, null, batch('1'), never)).resolves.toBe('committed');
    expect(cut).toBe(true);
    expect(await written()).toEqual({ stored: 1, quarantined: 1, checkpoint: '1' });
  });

  test('gives up waiting for the database when it is asked to stop', async () => {
    const lease = await take('worker-1');
    await database.owner.query('ALTER TABLE quarantine RENAME TO elsewhere');
    const stopping = new AbortController();
    const outcome = committer.commit(lease, null, batch('1'), stopping.signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    stopping.abort();

    await expect(outcome).resolves.toBe('stopped');
    expect(await countOf(database, 'sample')).toBe(0);
  });

  test('tells the workload of what is stored, and of nothing else', async () => {
    const lease = await take('worker-1');
    const told: string[][] = [];
    const telling = committerOf(pool, { committed: (events) => told.push(events.map(({ id }) => id)) });
    const first = batch('1');
    await telling.commit(lease, null, first, never);
    await telling.commit(lease, null, batch('2'), never);
    await telling.commit(lease, '1', { ...batch('3'), events: [] }, never);

    expect(told).toEqual([first.events.map(({ event }) => event.id)]);
  });

  test('tells the workload of a batch whose answer was cut off once it is known to be committed', async () => {
    const lease = await take('worker-1');
    const told: number[] = [];
    const telling = committerOf(pool, { committed: (events) => told.push(events.length) });
    const query = pool.query.bind(pool);
    jest
      .spyOn(pool, 'query')
      .mockImplementationOnce(query)
      .mockImplementationOnce(async (...statement) => {
        await query(...statement);
        throw new Error('Connection terminated unexpectedly');
      });

    await expect(telling.commit(lease, null, batch('1'), never)).resolves.toBe('committed');
    expect(told).toEqual([1]);
  });

  test('commits though the workload fails at what comes after, and says so', async () => {
    const lease = await take('worker-1');
    const events: string[] = [];
    const lines: string[] = [];
    const metrics = new Metrics('test', (line) => lines.push(line));
    const failing = committerOf(pool, {
      log: { event: (event) => events.push(event) },
      metrics,
      committed: () => {
        throw new Error('patient-1 is not to be told');
      },
    });

    await expect(failing.commit(lease, null, batch('1'), never)).resolves.toBe('committed');
    metrics.flush();
    expect(await written()).toEqual({ stored: 1, quarantined: 1, checkpoint: '1' });
    expect(events).toContain('batch.follow_up_failed');
    expect(lines.join('')).toContain('"FollowUpFailedCount":1');
  });

  async function take(workerId: string): Promise<Lease> {
    const store = new LeaseStore({ pool, streamName: STREAM, workerId, leaseSeconds: 60 });
    await store.addShards([{ shardId: SHARD, parentShardIds: [] }]);
    const [lease] = await store.take(1);
    if (lease === undefined) throw new Error('The lease was not free.');
    return lease;
  }

  async function steal(workerId: string): Promise<void> {
    await database.owner.query('UPDATE shard_lease SET expires_at = now()');
    await take(workerId);
  }

  async function written(): Promise<object> {
    const { rows } = await database.owner.query<{ checkpoint: string | null }>('SELECT checkpoint FROM shard_lease');
    return {
      stored: await countOf(database, 'sample'),
      quarantined: await countOf(database, 'quarantine'),
      checkpoint: rows[0]?.checkpoint,
    };
  }
});

interface CommitterOptions extends Partial<Pick<BatchCommitterOptions<SampleEvent>, 'log' | 'metrics'>> {
  readonly committed?: (events: readonly SampleEvent[]) => void;
}

function committerOf(pool: DatabasePool, { committed, log, metrics }: CommitterOptions = {}) {
  return new BatchCommitter<SampleEvent>({
    pool,
    workload: { ...sampleWorkload, ...(committed && { committed }) },
    leaseSeconds: 60,
    log: log ?? { event: () => undefined },
    metrics: metrics ?? new Metrics('test', () => undefined),
  });
}

/** A batch of one record with one event, and one rejected. */
function batch(sequenceNumber: string): Batch<SampleEvent> {
  const record = { sequenceNumber, data: Buffer.from('a line\nanother'), arrivedAtMs: Date.now() };
  const event: BatchEvent<SampleEvent> = {
    eventIndex: 0,
    record,
    event: sampleEvent(),
  };
  return {
    events: [event],
    quarantined: [
      {
        sequenceNumber,
        eventIndex: 1,
        reasonCode: 'event_not_json',
        reason: 'no JSON',
        payload: Buffer.from('another'),
      },
    ],
    checkpoint: sequenceNumber,
    recordsCount: 1,
    oldestArrivedAtMs: record.arrivedAtMs,
  };
}
