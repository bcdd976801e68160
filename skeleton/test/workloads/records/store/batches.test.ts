import { merge, observation, patient, submission, write } from './records-events';
import { RecordsTables } from './records-tables';
import type { Batch } from '../../../../src/runtime/kinesis/batch';
import { BatchCommitter } from '../../../../src/runtime/kinesis/batch-committer';
import type { Lease } from '../../../../src/runtime/kinesis/lease';
import { LeaseStore } from '../../../../src/runtime/kinesis/lease-store';
import { Metrics } from '../../../../src/runtime/metrics/metrics';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';
import { reportUnresolvedReferences } from '../../../../src/workloads/records/references-report';
import { recordsWorkload } from '../../../../src/workloads/records/store';
import { countOf, eventually } from '../../../support/test-consumer';

jest.setTimeout(60_000);

describe('batches of records', () => {
  let tables: RecordsTables;
  beforeEach(async () => {
    tables = await RecordsTables.create();
  });
  afterEach(async () => tables.drop());

  const never = new AbortController().signal;
  const committer = () =>
    new BatchCommitter<RecordEvent>({
      pool: tables.processor,
      workload: recordsWorkload({ decodeRecord: () => ({ accepted: [], rejected: [] }) }),
      leaseSeconds: 60,
      log: { event: () => undefined },
      metrics: new Metrics('test', () => undefined),
    });

  test('store of each submission all or nothing', async () => {
    const conflicting = observation('o-1', 'p-1', 2, { versionId: '1' });
    await tables.store(submission(observation('o-1', 'p-1', 1, { versionId: '1' })));
    const answer = await tables.store(
      submission(patient('p-1'), conflicting, observation('o-2', 'p-1', 1)),
      submission(patient('p-2')),
    );

    expect(answer).toEqual({ stored: 1, refused: [1], reason_codes: ['version_conflict'] });
    expect(await tables.current('Patient', 'p-1')).toBeUndefined();
    expect(await tables.current('Observation', 'o-2')).toBeUndefined();
    expect(await tables.current('Patient', 'p-2')).toMatchObject({ id: 'p-2' });
  });

  test('put what is refused into quarantine, by the statement that stores the rest', async () => {
    const lease = await take('worker-1');
    await tables.store(submission(observation('o-1', 'p-1', 1, { versionId: '1' })));
    const events = [
      submission(patient('p-1')),
      submission(observation('o-1', 'p-1', 2, { versionId: '1' })),
      submission(merge('nobody', 'p-1')),
      submission(patient('p-2')),
    ];

    await expect(committer().commit(lease, null, batchOf(events, '9'), never)).resolves.toBe('committed');

    expect(await tables.rows('SELECT reason_code, event_index, payload FROM quarantine ORDER BY event_index')).toEqual([
      { reason_code: 'version_conflict', event_index: 1, payload: Buffer.from('line 1') },
      { reason_code: 'merge_patient_unknown', event_index: 2, payload: Buffer.from('line 2') },
    ]);
    expect(await tables.rows('SELECT checkpoint FROM shard_lease')).toEqual([{ checkpoint: '9' }]);
    expect(await tables.current('Patient', 'p-2')).toMatchObject({ id: 'p-2' });
  });

  test('refuse what only follows from what was refused before', async () => {
    const lease = await take('worker-1');
    await tables.store(submission(patient('p-1')), submission(observation('o-1', 'p-1', 1, { versionId: '1' })));
    const refused = submission(patient('p-9'), observation('o-1', 'p-1', 2, { versionId: '1' }));

    await committer().commit(lease, null, batchOf([refused, submission(merge('p-9', 'p-1'))], '1'), never);

    expect(await tables.rows('SELECT reason_code FROM quarantine ORDER BY event_index')).toEqual([
      { reason_code: 'version_conflict' },
      { reason_code: 'merge_patient_unknown' },
    ]);
  });

  test('find the event with a value that the database cannot hold, and store the others', async () => {
    const lease = await take('worker-1');
    const poisoned = { ...patient('p-1'), content: '{"resourceType":"Patient","id":"p\u0000"}' };

    await committer().commit(
      lease,
      null,
      batchOf([submission(patient('p-2')), submission(poisoned), submission(merge('p-2', 'p-3'))], '1'),
      never,
    );

    expect(await tables.rows('SELECT event_index, reason_code FROM quarantine ORDER BY event_index')).toEqual([
      { event_index: 1, reason_code: 'refused_by_database' },
      { event_index: 2, reason_code: 'merge_patient_unknown' },
    ]);
    expect(await tables.current('Patient', 'p-2')).toMatchObject({ id: 'p-2' });
  });

  test('store nothing for a worker whose lease another one has taken', async () => {
    const lease = await take('worker-1');
    await tables.rows('UPDATE shard_lease SET expires_at = now()');
    await take('worker-2');

    await expect(committer().commit(lease, null, batchOf([submission(patient('p-1'))], '1'), never)).resolves.toBe(
      'lost',
    );

    expect(await countOf(tables.database, 'resource')).toBe(0);
    expect(await countOf(tables.database, 'resource_version')).toBe(0);
  });

  test('of two processors with the same resources, in opposite orders, wait for each other and never forever', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const eventsOf = (order: readonly number[], value: number) =>
      order.map((number) => submission(observation(`o-${number}`, `p-${number}`, value)));
    // Both stop at a resource in the middle: each holds what the other one wants, if they lock in the order of their events.
    const holder = await tables.database.owner.connect();
    await holder.query('BEGIN');
    await holder.query("INSERT INTO resource VALUES ('Observation', 'o-20', 1, now(), false)");
    const stored = Promise.all([
      tables.store(...eventsOf(numbers, 1)),
      tables.store(...eventsOf(numbers.toReversed(), 2)),
    ]);
    await eventually(countWaiting, (count) => count === 2, 5_000);
    await holder.query('ROLLBACK');
    holder.release();

    expect((await stored).map(({ stored: count }) => count)).toEqual([40, 40]);
    expect(
      await tables.rows('SELECT DISTINCT count(*)::integer AS versions FROM resource_version GROUP BY resource_id'),
    ).toEqual([{ versions: 2 }]);
  });

  test('that are large weigh what they change, so that none takes the database too long', () => {
    const { weightOf } = recordsWorkload({ decodeRecord: () => ({ accepted: [], rejected: [] }) });

    expect(weightOf?.(submission(patient('a'), patient('b'), patient('c')))).toBe(3);
  });

  test('leave references to what never came to be counted', async () => {
    await tables.store(submission(patient('p-1')), submission(observation('o-1', 'p-1', 1)));
    await tables.store(submission(observation('o-2', 'never', 1)), submission(observation('o-3', 'too-new', 1)));
    await tables.store(submission(write({ resourceType: 'Patient', id: 'gone' })));
    await tables.rows(
      "UPDATE resource SET last_updated = last_updated - interval '2 hours' WHERE resource_id <> 'o-3'",
    );

    const logged: object[] = [];
    const metricLines: string[] = [];
    const metrics = new Metrics('test', (line) => metricLines.push(line));
    const report = async (...resourceTypes: readonly string[]) =>
      reportUnresolvedReferences({
        pool: tables.processor,
        log: { event: (event, fields) => logged.push({ event, ...fields }) },
        metrics,
        resourceTypes,
      });
    await report('Patient');
    await report('Observation');
    metrics.flush();

    expect(logged).toEqual([
      { event: 'references.counted', unresolvedCount: 1 },
      { event: 'references.counted', unresolvedCount: 0 },
    ]);
    expect(metricLines.join('')).toContain('"ReferencesUnresolvedCount":[1,0]');
  });

  test('give a processor no right to read or change what it stored', async () => {
    for (const table of ['resource', 'resource_version', 'resource_token', 'patient_merge', 'patient_resource']) {
      await expect(tables.processor.query(`SELECT FROM ${table}`)).rejects.toThrow('permission denied');
      await expect(tables.processor.query(`DELETE FROM ${table}`)).rejects.toThrow('permission denied');
    }
  });

  async function take(workerId: string): Promise<Lease> {
    const { processor: pool } = tables;
    const store = new LeaseStore({ pool, streamName: 'stream', workerId, leaseSeconds: 60 });
    await store.addShards([{ shardId: 'shardId-000000000000', parentShardIds: [] }]);
    const [lease] = await store.take(1);
    if (lease === undefined) throw new Error('The lease was not free.');
    return lease;
  }

  async function countWaiting(): Promise<number> {
    const rows = await tables.rows<{ count: number }>(
      `SELECT count(DISTINCT pid)::integer FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND datname = current_database()`,
    );
    return rows[0]?.count ?? 0;
  }
});

/** A batch of one record, of which each line is an event. */
function batchOf(events: readonly RecordEvent[], sequenceNumber: string): Batch<RecordEvent> {
  const data = Buffer.from(events.map((_event, index) => `line ${index}`).join('\n'));
  const record = { sequenceNumber, data, arrivedAtMs: Date.now() };
  return {
    events: events.map((event, eventIndex) => ({ event, eventIndex, record })),
    quarantined: [],
    checkpoint: sequenceNumber,
    recordsCount: 1,
    oldestArrivedAtMs: record.arrivedAtMs,
  };
}
