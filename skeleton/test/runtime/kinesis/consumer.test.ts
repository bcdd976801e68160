import { randomBytes } from 'node:crypto';
import { KinesisDouble, shardName } from '../../support/kinesis-double';
import { recordOf, sampleEvent } from '../../support/sample/sample-event';
import { countOf, eventually, startTestConsumer, TestConsumer } from '../../support/test-consumer';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

const [first, second] = [shardName(0), shardName(1)];

jest.setTimeout(90_000);

describe('a consumer', () => {
  let database: TestDatabase;
  const running: TestConsumer[] = [];

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(async (consumer) => consumer.stop()));
    await database.drop();
  });

  const start = (kinesis: KinesisDouble, options: { workerId?: string; leaseSeconds?: number } = {}): TestConsumer => {
    const consumer = startTestConsumer({ database, client: kinesis.client, ...options });
    running.push(consumer);
    return consumer;
  };

  test('stores every measurement of every event, and quarantines what is none', async () => {
    const kinesis = new KinesisDouble(2);
    const stored = sampleEvent({
      measurements: [
        { code: 'systolic', value: 120 },
        { code: 'diastolic', value: 80 },
      ],
    });
    kinesis.put(first, recordOf(stored, { not: 'an event' }, sampleEvent()));
    const noise = kinesis.put(second, 'noise');
    start(kinesis);

    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count === 3,
    );
    await eventually(
      async () => countOf(database, 'quarantine'),
      (count) => count === 2,
    );
    const { rows } = await database.owner.query(
      'SELECT patient_id, code, value, event_id, source FROM sample WHERE event_id = $1 ORDER BY code',
      [stored.id],
    );
    expect(rows).toEqual([
      { patient_id: 'patient-1', code: 'diastolic', value: 80, event_id: stored.id, source: 'monitor-1' },
      { patient_id: 'patient-1', code: 'systolic', value: 120, event_id: stored.id, source: 'monitor-1' },
    ]);
    const kept = await database.owner.query(
      'SELECT shard_id, sequence_number, event_index, reason_code, payload FROM quarantine ORDER BY shard_id',
    );
    expect(kept.rows).toEqual([
      expect.objectContaining({ shard_id: first, event_index: 1, reason_code: 'event_not_sample' }),
      {
        shard_id: second,
        sequence_number: noise,
        event_index: 0,
        reason_code: 'event_not_sample',
        payload: Buffer.from('noise'),
      },
    ]);
  });

  test('stores an event once that comes twice in a record, in two records, in two shards, and after a restart', async () => {
    const kinesis = new KinesisDouble(2);
    const event = sampleEvent();
    kinesis.put(first, recordOf(event, event));
    kinesis.put(first, recordOf(event));
    kinesis.put(second, recordOf(event));
    const before = start(kinesis);
    await eventually(
      async () => checkpoints(database),
      (all) => all.every((checkpoint) => checkpoint !== null),
    );
    await before.stop();
    const last = kinesis.put(first, recordOf({ ...event, id: event.id.toUpperCase() }));
    start(kinesis, { workerId: 'worker-2' });

    await eventually(
      async () => checkpoints(database),
      (all) => all.includes(last),
    );
    expect(await countOf(database, 'sample')).toBe(1);
    expect(await countOf(database, 'quarantine')).toBe(0);
  });

  test('keeps a megabyte of noise whole, with its place, and text that SQL cannot hold, and the shard goes on', async () => {
    const kinesis = new KinesisDouble(1);
    const noise = randomBytes(1_024 * 1_024);
    const place = kinesis.put(first, noise);
    kinesis.put(first, `{"version":"1.0","id":"\\u0000","patientId":"\\ud800"}\n${JSON.stringify(sampleEvent())}`);
    kinesis.put(first, '"a NUL: \u0000"');
    start(kinesis);

    await eventually(
      async () => countOf(database, 'quarantine'),
      (count) => count === 3,
    );
    const { rows } = await database.owner.query<{ payload: Buffer }>(
      'SELECT event_index, reason_code, payload FROM quarantine WHERE sequence_number = $1',
      [place],
    );
    expect(rows).toMatchObject([{ event_index: -1, reason_code: 'record_not_utf8' }]);
    expect(rows[0]?.payload.equals(noise)).toBe(true);
    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count === 1,
    );
  });

  test('counts what it received, stored, found twice, and put apart', async () => {
    const kinesis = new KinesisDouble(1);
    const event = sampleEvent();
    const last = kinesis.put(first, recordOf(event, event, sampleEvent(), 'no event'));
    const consumer = start(kinesis);
    await eventually(
      async () => checkpoints(database),
      (all) => all.includes(last),
    );
    await consumer.stop();

    const sums = new Map<string, number>();
    for (const line of consumer.metricLines) {
      for (const [name, value] of Object.entries(JSON.parse(line) as Record<string, unknown>)) {
        if (typeof value === 'number') sums.set(name, (sums.get(name) ?? 0) + value);
      }
    }
    expect(Object.fromEntries(sums)).toMatchObject({
      EventsReceivedCount: 4,
      EventsStoredCount: 2,
      EventsDuplicateCount: 1,
      EventsQuarantinedCount: 1,
    });
  });

  test('begins children of a split and of a merge only when all their parents are read to the end', async () => {
    const kinesis = new KinesisDouble(2);
    const order: string[] = [];
    const put = (shardId: string, source: string) => kinesis.put(shardId, recordOf(sampleEvent({ source })));
    put(first, 'parent-1');
    put(second, 'parent-2');
    kinesis.reshard([first, second], [shardName(2)]);
    put(shardName(2), 'merged');
    kinesis.reshard([shardName(2)], [shardName(3), shardName(4)]);
    put(shardName(3), 'split-1');
    put(shardName(4), 'split-2');
    const consumer = start(kinesis);

    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count === 5,
    );
    for (const { event, fields } of consumer.logged) {
      if (event === 'lease.taken' || event === 'shard.ended') {
        order.push(`${event} ${String(Reflect.get(fields ?? {}, 'shardId')).slice(-1)}`);
      }
    }
    const at = (what: string) => order.indexOf(what);
    expect(at('lease.taken 2')).toBeGreaterThan(Math.max(at('shard.ended 0'), at('shard.ended 1')));
    expect(Math.min(at('lease.taken 3'), at('lease.taken 4'))).toBeGreaterThan(at('shard.ended 2'));
  });

  test('does not let children wait for a parent whose records have left the stream', async () => {
    const kinesis = new KinesisDouble(2);
    const consumer = start(kinesis);
    await eventually(
      () => consumer.coordinator.leases.length,
      (count) => count === 2,
    );
    kinesis.reshard([first], [shardName(2)]);
    await consumer.stop();
    kinesis.put(shardName(2), recordOf(sampleEvent()));
    await database.owner.query('UPDATE shard_lease SET ended = false');
    kinesis.forget(first);
    const after = start(kinesis, { workerId: 'worker-2' });

    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count === 1,
    );
    expect(after.logged).toContainEqual({ event: 'shard.expired', fields: { shardId: first } });
  });

  test('rides out throttling, errors of the service, and iterators that expired, without loss', async () => {
    const kinesis = new KinesisDouble(1);
    kinesis.failNext('ListShards', { status: 500, type: 'InternalFailure' });
    kinesis.failNext('GetShardIterator', { status: 400, type: 'ProvisionedThroughputExceededException' }, 3);
    kinesis.failNext('GetRecords', { status: 400, type: 'ProvisionedThroughputExceededException' }, 3);
    kinesis.failNext('GetRecords', { status: 503, type: 'ServiceUnavailable' }, 3);
    kinesis.failNext('GetRecords', { status: 400, type: 'ExpiredIteratorException' }, 2);
    for (let count = 0; count < 50; count += 1) kinesis.put(first, recordOf(sampleEvent()));
    const consumer = start(kinesis);

    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count === 50,
    );
    expect(consumer.logged.filter(({ event }) => event === 'shard.read_failed').length).toBeGreaterThanOrEqual(3);
  });

  test('shares shards fairly with a worker that joins, and takes over at once from one that leaves', async () => {
    const kinesis = new KinesisDouble(4);
    // Leases that would outlast the test: what changes hands was given, not left to run out.
    const veteran = start(kinesis, { workerId: 'worker-1', leaseSeconds: 300 });
    await eventually(
      () => veteran.coordinator.leases.length,
      (count) => count === 4,
    );
    const newcomer = start(kinesis, { workerId: 'worker-2', leaseSeconds: 300 });
    await eventually(
      () => [veteran.coordinator.leases.length, newcomer.coordinator.leases.length],
      ([one, other]) => one === 2 && other === 2,
    );
    await newcomer.stop();
    await eventually(
      () => veteran.coordinator.leases.length,
      (count) => count === 4,
    );

    expect(veteran.logged.filter(({ event }) => event === 'lease.lost')).toEqual([]);
  });

  test('loses nothing and stores nothing twice while its leases are torn away again and again', async () => {
    const kinesis = new KinesisDouble(2);
    const sent = 2_000;
    const consumers = ['worker-1', 'worker-2'].map((workerId) => start(kinesis, { workerId, leaseSeconds: 1 }));
    let steals = 0;
    for (let count = 0; count < sent; count += 1) {
      kinesis.put(count % 2 === 0 ? first : second, recordOf(sampleEvent()));
      if (count % 40 === 0) {
        // As if another worker had taken them and died at once.
        const { rowCount } = await database.owner.query(
          "UPDATE shard_lease SET owner = 'thief', epoch = epoch + 1, expires_at = now() WHERE owner IS NOT NULL",
        );
        steals += rowCount ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }

    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count >= sent,
    );
    const { rows } = await database.owner.query(
      'SELECT count(DISTINCT event_id)::integer AS events, count(*)::integer AS rows FROM sample',
    );
    expect(rows).toEqual([{ events: sent, rows: sent }]);
    expect(steals).toBeGreaterThan(20);
    expect(
      consumers.flatMap(({ logged }) => logged).filter(({ event }) => event === 'lease.lost').length,
    ).toBeGreaterThan(5);
  });

  test('puts apart what the database refuses in spite of validation, and goes on', async () => {
    await database.owner.query("ALTER TABLE sample ADD CONSTRAINT no_poison CHECK (source <> 'poison')");
    const kinesis = new KinesisDouble(1);
    const poison = sampleEvent({ source: 'poison' });
    const poisoned = kinesis.put(first, recordOf(sampleEvent(), poison, sampleEvent()));
    for (let count = 0; count < 20; count += 1) kinesis.put(first, recordOf(sampleEvent()));
    const last = kinesis.put(first, recordOf(sampleEvent({ source: 'poison' }), sampleEvent()));
    start(kinesis);

    await eventually(
      async () => checkpoints(database),
      (all) => all.includes(last),
    );
    expect(await countOf(database, 'sample')).toBe(23);
    const { rows } = await database.owner.query(
      'SELECT sequence_number, event_index, reason_code, payload FROM quarantine ORDER BY sequence_number',
    );
    expect(rows[0]).toEqual({
      sequence_number: poisoned,
      event_index: 1,
      reason_code: 'refused_by_database',
      payload: Buffer.from(JSON.stringify(poison)),
    });
    expect(rows).toHaveLength(2);
  });
});

/** Checkpoints of all shards that there are. */
async function checkpoints(database: TestDatabase): Promise<Array<string | null>> {
  const { rows } = await database.owner.query<{ checkpoint: string | null }>(
    'SELECT checkpoint FROM shard_lease ORDER BY shard_id',
  );
  return rows.length === 0 ? [null] : rows.map(({ checkpoint }) => checkpoint);
}
