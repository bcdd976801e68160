import { parseProcessorEnvironment, ProcessorEnvironment } from '../../../src/runtime/environment';
import { EventName } from '../../../src/runtime/log/vocabulary';
import { Metrics } from '../../../src/runtime/metrics/metrics';
import { runProcessor } from '../../../src/runtime/process/processor';
import { recordOf, sampleEvent } from '../../support/sample/sample-event';
import { sampleWorkload } from '../../support/sample/sample-workload';
import { countOf, eventually } from '../../support/test-consumer';
import { createTestDatabase, TestDatabase } from '../../support/test-database';
import { createTestStream, TestStream } from '../../support/test-stream';

jest.setTimeout(60_000);

describe('runProcessor', () => {
  let database: TestDatabase;
  let stream: TestStream;
  const variablesBefore = { ...process.env };

  beforeEach(async () => {
    database = await createTestDatabase();
    stream = await createTestStream(1);
    Object.assign(process.env, database.environment(), { AWS_ENDPOINT_URL_KINESIS: stream.endpoint });
  });
  afterEach(async () => {
    process.env = { ...variablesBefore };
    await stream.drop();
    await database.drop();
  });

  function environment(): ProcessorEnvironment {
    return parseProcessorEnvironment({
      ...database.environment(),
      STREAM_NAME: stream.streamName,
      QUARANTINE_RETENTION_DAYS: '90',
      HEALTH_PORT: '0',
      POLL_INTERVAL_MS: '50',
      // Both folders; a bundle has their files in one.
      MIGRATIONS_DIRECTORY: '{src/runtime,test/support/sample}/migrations',
    });
  }

  function start(signal: AbortSignal, settings = environment()) {
    const logged: Array<{ event: EventName; fields: object | undefined }> = [];
    const done = runProcessor({
      environment: settings,
      migrationsDirectory: 'unused',
      host: () => ({ workload: sampleWorkload, maintain: async () => 0 }),
      log: { event: (event, fields) => logged.push({ event, fields }) },
      metrics: new Metrics('test', () => undefined),
      workerId: 'worker-1',
      signal,
    });
    const health = async (): Promise<unknown> => {
      const listening = logged.find(({ event }) => event === 'health.listening');
      const port = Reflect.get(listening?.fields ?? {}, 'port') as number | undefined;
      return port === undefined ? undefined : (await fetch(`http://127.0.0.1:${port}/health`)).json();
    };
    return { done, logged, health };
  }

  test('is healthy while it reads and stores, and ends in order when it is told to', async () => {
    const stopping = new AbortController();
    const { done, logged, health } = start(stopping.signal);
    await stream.put([recordOf(sampleEvent())]);

    await eventually(
      async () => countOf(database, 'sample'),
      (count) => count === 1,
    );
    expect(await health()).toEqual({ status: 'running', leasesCount: 1 });
    stopping.abort();
    await done;
    expect(logged.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['process.started', 'migration.finished', 'lease.taken', 'lease.released']),
    );
    expect((await database.owner.query('SELECT FROM shard_lease WHERE owner IS NOT NULL')).rowCount).toBe(0);
  });

  test('removes from the quarantine what is past its retention', async () => {
    await database.owner.query(
      `INSERT INTO quarantine SELECT 's', 'shard', n::text, 0, 'r', 'r', '', now() - make_interval(days => n)
       FROM unnest(ARRAY[89, 91]) AS n`,
    );
    const stopping = new AbortController();
    const { done, logged } = start(stopping.signal);
    const kept = await eventually(
      () => logged.find(({ event }) => event === 'retention.kept'),
      (found) => found !== undefined,
    );
    stopping.abort();
    await done;

    expect(kept?.fields).toEqual({ quarantinedCount: 1, accessesCount: 0 });
    expect(await countOf(database, 'quarantine')).toBe(1);
  });

  test('waits for a database that is not there yet, not healthy, and ends when it is told to', async () => {
    const settings = environment();
    const stopping = new AbortController();
    const { done, logged, health } = start(stopping.signal, {
      ...settings,
      // Nothing listens on the port of a discarded service.
      database: { ...settings.database, port: 9 },
    });
    await eventually(
      () => logged.map(({ event }) => event),
      (events) => events.includes('process.start_delayed'),
    );

    expect(await health()).toEqual({ status: 'starting', leasesCount: 0 });
    stopping.abort();
    await expect(done).resolves.toBeUndefined();
  });
});
