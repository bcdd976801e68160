import { startWorkerFixture, type WorkerFixture } from './worker-fixture';
import { workerVariables } from './worker-process';
import { freePort } from '../../../../local/free-port';
import type { EventName } from '../../../../src/runtime/log/vocabulary';
import { Metrics } from '../../../../src/runtime/metrics/metrics';
import { parseWorkerEnvironment } from '../../../../src/workloads/imaging/environment';
import { runWorker } from '../../../../src/workloads/imaging/worker/run-worker';
import { eventually } from '../../../support/test-consumer';
import { createTestStream, type TestStream } from '../../../support/test-stream';
import { makeInstance } from '../support/part10';
import { type QueueRedis, startQueueRedis } from '../support/queue-redis';

jest.setTimeout(60_000);

let fixture: WorkerFixture;
let redis: QueueRedis;
let stream: TestStream;
let environmentBefore: NodeJS.ProcessEnv;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  environmentBefore = { ...process.env };
  stopping = new AbortController();
  running = Promise.resolve();
  [fixture, redis, stream] = await Promise.all([startWorkerFixture(), startQueueRedis(), createTestStream(1)]);
});
afterEach(async () => {
  stopping.abort();
  await running;
  process.env = environmentBefore;
  await fixture.stop();
  await redis.stop();
  await stream.drop();
});

/** A worker in this process, which sees what it does in the order that it says. */
async function startHere(): Promise<{
  readonly healthPort: number;
  readonly events: EventName[];
  stop(): Promise<void>;
}> {
  const healthPort = await freePort();
  const variables = workerVariables({ fixture, redis, stream }, healthPort);
  Object.assign(process.env, variables);
  const events: EventName[] = [];
  running = runWorker({
    environment: parseWorkerEnvironment(variables),
    migrationsDirectory: 'src/runtime/migrations',
    log: { event: (name) => void events.push(name) },
    metrics: new Metrics('test', () => undefined),
    workerId: 'here',
    signal: stopping.signal,
  });
  return {
    healthPort,
    events,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** What its health check answers; `undefined` when nobody does. */
async function healthOf(port: number): Promise<unknown> {
  try {
    return ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { status: unknown }).status;
  } catch {
    return undefined;
  }
}

describe('a worker', () => {
  test('finds what was received before it came, tells its life, and leaves nothing open when it is told to stop', async () => {
    const scanId = await fixture.receive(makeInstance({ pixelBytes: 20_000 }), await fixture.hospital());
    const worker = await startHere();
    await eventually(
      async () => (await fixture.scan(scanId)).state,
      (state) => state === 'stored',
    );
    await eventually(
      async () => (await fixture.database.owner.query('SELECT FROM scan_event WHERE published_at IS NULL')).rowCount,
      (untold) => untold === 0,
    );
    expect(await healthOf(worker.healthPort)).toBe('running');
    await worker.stop();
    expect(await healthOf(worker.healthPort)).toBeUndefined();
    expect((await fixture.scan(scanId)).removed_at).not.toBeNull();
    expect(await fixture.steps(scanId)).toEqual(['received', 'queued', 'started', 'stored', 'removed']);
    expect(await openConnections()).toBe(0);
  });

  test('that is refused its keys says so at once, and leaves nothing open either', async () => {
    await fixture.kms.close();
    const worker = await startHere();
    await expect(running).rejects.toMatchObject({ name: 'StartError', phase: 'deidentification_key' });
    running = Promise.resolve();
    expect(await healthOf(worker.healthPort)).toBeUndefined();
    expect(worker.events).not.toContain('worker.running');
    expect(await openConnections()).toBe(0);
  });
});

async function openConnections(): Promise<number | undefined> {
  const { rows } = await fixture.database.owner.query<{ open: number }>(
    "SELECT count(*)::integer AS open FROM pg_stat_activity WHERE datname = current_database() AND usename = 'pipeline_processor'",
  );
  return rows[0]?.open;
}
