import { recordOf, vitalEvent } from './vital-events';
import { withForeignAuthority } from '../../support/foreign-authority';
import { killProcessors, ProcessorProcess, startProcessor } from '../../support/processor-process';
import { OwnPostgres, startOwnPostgres } from '../../support/services';
import { administrate } from '../../support/template-database';
import { countOf, eventually } from '../../support/test-consumer';
import { createTestDatabase, TestDatabase } from '../../support/test-database';
import { createTestStream, TestStream } from '../../support/test-stream';

// Processes start, and a machine may have much else to do.
jest.setTimeout(120_000);

describe('the processor, bundled and run as a process', () => {
  let server: OwnPostgres;
  let database: TestDatabase;
  let stream: TestStream;

  beforeAll(async () => {
    // Its own server, since tests here stop it.
    server = await startOwnPostgres('vitals');
  });
  afterAll(async () => server.stop());
  beforeEach(async () => {
    database = await createTestDatabase({ workload: 'vitals', server: server.shared });
    stream = await createTestStream(2);
  });
  afterEach(async () => {
    await killProcessors();
    await stream.drop();
    await database.drop();
  });

  const start = async (environment: Record<string, string> = {}): Promise<ProcessorProcess> =>
    startProcessor({
      workload: 'vitals',
      database,
      kinesisEndpoint: stream.endpoint,
      streamName: stream.streamName,
      environment: { OBSERVATION_RETENTION_DAYS: '90', ...environment },
    });

  const eventsStored = async (): Promise<{ events: number; rows: number }> => {
    const { rows } = await database.owner.query<{ events: number; rows: number }>(
      'SELECT count(DISTINCT event_id)::integer AS events, count(*)::integer AS rows FROM vital_sign',
    );
    return rows[0] ?? { events: 0, rows: 0 };
  };

  /** Puts `count` events, in records of five. */
  const putEvents = async (count: number): Promise<void> => {
    const records = Array.from({ length: count / 5 }, () => recordOf(...Array.from({ length: 5 }, () => vitalEvent())));
    await stream.put(records);
  };

  /** Lets each row take its time, so that what happens to a batch happens in its middle. */
  const slowDown = async (): Promise<void> => {
    await database.owner.query(`
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$`);
    await database.owner.query(
      'CREATE TRIGGER slow BEFORE INSERT ON vital_sign FOR EACH ROW EXECUTE FUNCTION take_time()',
    );
  };

  test('stores once what it was given when it is killed in the middle of a batch', async () => {
    await slowDown();
    await putEvents(1_000);
    const victim = await start({ BATCH_EVENTS_MAX: '100' });
    const other = await start({ BATCH_EVENTS_MAX: '100' });
    await eventually(eventsStored, ({ events }) => events > 100);
    victim.signal('SIGKILL');
    expect(await victim.ended()).toBe('SIGKILL');
    const heir = await start({ BATCH_EVENTS_MAX: '100' });
    await putEvents(200);

    await eventually(eventsStored, ({ events }) => events >= 1_200);
    expect(await eventsStored()).toEqual({ events: 1_200, rows: 1_200 });
    expect(await countOf(database, 'quarantine')).toBe(0);
    for (const processor of [other, heir]) {
      processor.signal('SIGTERM');
      expect(await processor.ended()).toBe(0);
    }
  });

  test('carries on by itself when PostgreSQL restarts under it', async () => {
    const processor = await start();
    await putEvents(500);
    await eventually(eventsStored, ({ events }) => events > 0);
    await slowDown();
    await putEvents(500);
    await server.restart();
    await putEvents(500);

    await eventually(eventsStored, ({ events }) => events >= 1_500);
    expect(await eventsStored()).toEqual({ events: 1_500, rows: 1_500 });
    expect(processor.logged('shard.worker_failed')).toEqual([]);
    expect(processor.healthCheck()).toBe(0);
  });

  test('carries on by itself when the password is rotated and its connections are cut', async () => {
    const processor = await start();
    await putEvents(200);
    await eventually(eventsStored, ({ events }) => events === 200);
    const { publish } = await database.rotatePassword();
    await administrate(server.shared, [
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${database.login.username}'`,
    ]);
    await putEvents(200);
    setTimeout(publish, 500);

    await eventually(eventsStored, ({ events }) => events >= 400);
    expect(processor.logged('database.login_refused').length).toBeGreaterThan(0);
    expect(await countOf(database, 'quarantine')).toBe(0);
  });

  test('finishes its batch, gives its leases back and exits with 0 on SIGTERM', async () => {
    const processor = await start({ LEASE_SECONDS: '60' });
    await putEvents(100);
    await eventually(eventsStored, ({ events }) => events === 100);
    expect(processor.healthCheck()).toBe(0);
    processor.signal('SIGTERM');

    expect(await processor.ended()).toBe(0);
    const { rows } = await database.owner.query('SELECT owner, expires_at FROM shard_lease');
    expect(rows).toEqual([
      { owner: null, expires_at: null },
      { owner: null, expires_at: null },
    ]);
    expect((await database.owner.query('SELECT FROM worker')).rowCount).toBe(0);
    expect(processor.logged('process.stopped')).toMatchObject([{ graceful: true }]);
    expect(processor.healthCheck()).toBe(1);
  });

  test('does not start towards a server that it cannot trust', async () => {
    await withForeignAuthority(async (caFile) => {
      const processor = await startProcessor({
        workload: 'vitals',
        database,
        kinesisEndpoint: stream.endpoint,
        streamName: stream.streamName,
        environment: { OBSERVATION_RETENTION_DAYS: '90', DATABASE_CA_FILE: caFile },
        untilHealthy: false,
      });

      expect(await processor.ended()).toBe(1);
      expect(processor.logged('process.start_failed')).toMatchObject([
        {
          phase: 'migration',
          error: { code: expect.stringMatching(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/) },
        },
      ]);
    });
  });

  test('says nothing about patients, whatever the events hold and whatever fails', async () => {
    const marker = 'Erika-Mustermann-1957';
    await database.owner.query("ALTER TABLE vital_sign ADD CONSTRAINT picky CHECK (device_id NOT LIKE 'refused%')");
    const processor = await start();
    const hostile = [
      marker,
      `{"version":"1.0","id":"${marker}"`,
      JSON.stringify({ ...vitalEvent(), patientId: `${marker}\n    at ${marker} (/srv/${marker}.js:1:1)` }),
      JSON.stringify({ ...vitalEvent(), [marker]: marker }),
      JSON.stringify(vitalEvent({ patientId: marker, observedAt: `${marker}` })),
      JSON.stringify(vitalEvent({ patientId: marker, deviceId: `refused-${marker}` })),
      JSON.stringify(vitalEvent({ patientId: marker, measurements: [{ code: marker, value: 1, unit: marker }] })),
      `{"version":"1.0","patientId":"${marker}\\u0000\\ud800","__proto__":{"${marker}":1}}`,
    ];
    await stream.put([...hostile, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(marker)]), hostile.join('\n')]);
    await stream.put([recordOf(vitalEvent({ patientId: marker }))]);

    await eventually(
      async () => countOf(database, 'quarantine'),
      (count) => count === 17,
    );
    await eventually(
      async () => countOf(database, 'vital_sign'),
      (count) => count === 1,
    );
    await server.restart();
    await stream.put([recordOf(vitalEvent({ patientId: marker, deviceId: 'refused-again' })), recordOf(vitalEvent())]);
    await eventually(
      async () => countOf(database, 'vital_sign'),
      (count) => count === 2,
    );
    processor.signal('SIGTERM');
    await processor.ended();

    expect(processor.logged('batch.poisoned').length).toBeGreaterThan(0);
    expect(processor.output()).not.toContain('Mustermann');
    const quarantine = await database.owner.query<{ reason: string }>(
      'SELECT reason_code || reason AS reason FROM quarantine',
    );
    expect(quarantine.rows.filter(({ reason }) => reason.includes('Mustermann'))).toEqual([]);
  });
});
