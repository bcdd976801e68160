import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startWorkerFixture, type WorkerFixture } from './worker-fixture';
import { killWorkers, QUEUE_SECRET_ARN, queueVariables, startWorker, type WorkerProcess } from './worker-process';
import { AuthTokenSecret } from '../../../../src/runtime/redis/auth-token';
import { ScanQueue } from '../../../../src/workloads/imaging/queue/scan-queue';
import { eventually } from '../../../support/test-consumer';
import { createTestStream, type TestStream } from '../../../support/test-stream';
import { makeInstance, type TestInstance } from '../support/part10';
import { type QueueRedis, startQueueRedis } from '../support/queue-redis';

// Each test starts a Redis and workers, some of them again and again.
jest.setTimeout(120_000);

let fixture: WorkerFixture;
let redis: QueueRedis;
let stream: TestStream;
let queue: ScanQueue;
let secretsManager: SecretsManagerClient;

beforeEach(async () => {
  [fixture, redis, stream] = await Promise.all([startWorkerFixture(), startQueueRedis(), createTestStream(1)]);
  queueVariables(fixture, redis);
  secretsManager = new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: fixture.database.secretsManager.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  queue = new ScanQueue({
    queue: { host: '127.0.0.1', port: redis.port, caFile: redis.caFile, authTokenSecretArn: QUEUE_SECRET_ARN },
    secret: new AuthTokenSecret(secretsManager, QUEUE_SECRET_ARN),
    log: { event: () => undefined },
    database: fixture.database.pool('pipeline_uploader'),
  });
});
afterEach(async () => {
  await killWorkers();
  await queue.close();
  secretsManager.destroy();
  await fixture.stop();
  await redis.stop();
  await stream.drop();
});

const worker = async (environment: Record<string, string> = {}): Promise<WorkerProcess> =>
  startWorker({ fixture, redis, stream, environment });

interface Received extends TestInstance {
  readonly scanId: string;
}

async function receive(count: number, hospitalId: number): Promise<Received[]> {
  const received: Received[] = [];
  for (let index = 0; index < count; index += 1) {
    const instance = makeInstance({ pixelBytes: 20_000 });
    received.push({ ...instance, scanId: await fixture.receive(instance, hospitalId) });
  }
  return received;
}

/** Waits until every scan is settled and its file gone. */
async function settled(): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await fixture.database.owner.query<{ left: number }>(
        `SELECT count(*)::integer AS left FROM scan WHERE state = 'received' OR removed_at IS NULL`,
      );
      return rows[0]?.left;
    },
    (left) => left === 0,
  );
}

interface LifeLine {
  readonly eventId: string;
  readonly scanId: string;
  readonly step: string;
}

/** Everything that the stream was told, once the database has nothing left to tell. */
async function told(): Promise<{ readonly text: string; readonly lines: LifeLine[] }> {
  await eventually(
    async () => (await fixture.database.owner.query('SELECT FROM scan_event WHERE published_at IS NULL')).rowCount,
    (left) => left === 0,
  );
  const { ShardIterator } = await stream.client.send(
    new GetShardIteratorCommand({
      StreamName: stream.streamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  let text = '';
  for (let iterator = ShardIterator; iterator !== undefined;) {
    const { Records = [], NextShardIterator } = await stream.client.send(
      new GetRecordsCommand({ ShardIterator: iterator }),
    );
    text += Records.map(({ Data }) => Buffer.from(Data ?? []).toString('utf8')).join('');
    iterator = Records.length === 0 ? undefined : NextShardIterator;
  }
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LifeLine);
  return { text, lines };
}

/** Each scan was stored once, is whole in S3, and nothing is left of it in the folder. */
async function expectStoredOnce(received: readonly Received[]): Promise<void> {
  const { rows } = await fixture.database.owner.query<{ scan_id: string; count: number }>(
    'SELECT scan_id, count(*)::integer FROM instance GROUP BY scan_id',
  );
  expect(rows.map(({ scan_id: scanId }) => scanId).sort()).toEqual(received.map(({ scanId }) => scanId).sort());
  expect(rows.every(({ count }) => count === 1)).toBe(true);
  const { rows: states } = await fixture.database.owner.query('SELECT DISTINCT state, reason_code FROM scan');
  expect(states).toEqual([{ state: 'stored', reason_code: null }]);
  const originals = fixture.keys().filter((key) => key.startsWith('originals/'));
  expect(originals).toHaveLength(received.length);
  expect(fixture.keys().filter((key) => key.startsWith('deidentified/'))).toHaveLength(received.length);
  const stored = new Set(await Promise.all(originals.map(async (key) => (await fixture.read(key)).toString('latin1'))));
  expect(received.filter(({ bytes }) => !stored.has(bytes.toString('latin1'))).map(({ scanId }) => scanId)).toEqual([]);
  expect(await fixture.files()).toEqual([]);
  const { lines } = await told();
  const ends = new Map(lines.filter(({ step }) => step === 'stored').map(({ eventId, scanId }) => [eventId, scanId]));
  expect([...ends.values()].sort()).toEqual(received.map(({ scanId }) => scanId).sort());
}

describe('a worker', () => {
  it('stores what is queued, tells its life, says nothing of its patient, and ends in order', async () => {
    const running = await worker();
    const hospitalId = await fixture.hospital();
    const received = await receive(5, hospitalId);
    const seen: string[] = [];
    const watcher = redis.admin.duplicate();
    await watcher.connect();
    const monitor = await watcher.monitor();
    monitor.on('monitor', (_time: string, words: string[]) => seen.push(words.join(' ')));
    for (const { scanId } of received) await queue.add(scanId);
    await settled();
    await expectStoredOnce(received);

    const { text, lines } = await told();
    for (const { scanId } of received) {
      const steps = lines.filter((line) => line.scanId === scanId).map(({ step }) => step);
      expect(steps).toEqual(['received', 'queued', 'started', 'stored', 'removed']);
    }
    running.signal('SIGTERM');
    expect(await running.ended()).toBe(0);
    monitor.disconnect();
    watcher.disconnect();
    expect(seen.join('\n')).toContain(received[0]?.scanId);
    const places = { log: running.output(), redis: seen.join('\n'), events: text, keys: fixture.keys().join('\n') };
    for (const { sopInstanceUid, seriesInstanceUid, studyInstanceUid } of received) {
      for (const secret of ['Doe', 'Jane', sopInstanceUid, seriesInstanceUid, studyInstanceUid]) {
        for (const [place, said] of Object.entries(places)) {
          expect(said.includes(secret) ? `${place} says ${secret}` : 'nothing').toBe('nothing');
        }
      }
    }
  });

  it('stores once what two workers are given, also when the queue loses everything in between', async () => {
    const hospitalId = await fixture.hospital();
    const received = await receive(20, hospitalId);
    await Promise.all([worker(), worker()]);
    await Promise.all(received.slice(0, 10).map(async ({ scanId }) => queue.add(scanId)));
    await redis.admin.flushall();
    // Those that nobody queued, and those that were lost, are found by the sweep.
    await settled();
    await expectStoredOnce(received);
  });

  it('stores what came while Redis was away', async () => {
    const hospitalId = await fixture.hospital();
    await worker();
    await redis.kill();
    const received = await receive(3, hospitalId);
    await expect(queue.add(received[0]?.scanId ?? '')).rejects.toThrow();
    await redis.restart();
    await settled();
    await expectStoredOnce(received);
  });

  it('stores everything once though its workers are killed again and again, at any moment', async () => {
    const hospitalId = await fixture.hospital();
    const received = await receive(20, hospitalId);
    const environment = { JOB_LOCK_SECONDS: '1' };
    for (let kills = 0; kills < 4; kills += 1) {
      const options = { fixture, redis, stream, environment, untilHealthy: kills % 2 === 0 };
      const running = await startWorker(options);
      // While it starts, or while it works.
      await sleep(Math.random() * (options.untilHealthy ? 300 : 1_500));
      running.signal('SIGKILL');
      await running.ended();
    }
    await worker(environment);
    await settled();
    await expectStoredOnce(received);
  });

  it('waits for S3 to come back', async () => {
    const hospitalId = await fixture.hospital();
    // The client asks three times: one of two scans at once is given back at least.
    fixture.s3.refuseNext(5);
    const received = await receive(3, hospitalId);
    const running = await worker();
    await settled();
    await expectStoredOnce(received);
    expect(running.output()).toContain('"event":"scan.delayed"');
  });

  it('leaves a scan that waits in the queue until its time has come', async () => {
    const [scan] = await receive(1, await fixture.hospital());
    const scanId = scan?.scanId ?? '';
    await fixture.database.owner.query(
      `UPDATE scan SET attempts = 2, open_attempts = 2, not_before = now() + interval '3 seconds' WHERE scan_id = $1`,
      [scanId],
    );
    const running = await worker({ SWEEP_SECONDS: '60' });
    await eventually(
      async () => redis.admin.zcard('{imaging}:scans:delayed'),
      (count) => count === 1,
    );
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'received', attempts: 2 });
    await settled();
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'stored', attempts: 3, open_attempts: 0 });
    expect(running.output()).not.toContain('"event":"scan.delayed"');
  });

  it('tries no wrong file again', async () => {
    const instance = makeInstance();
    const scanId = await fixture.receive(
      { ...instance, bytes: instance.bytes.subarray(0, -100) },
      await fixture.hospital(),
    );
    const running = await worker();
    await settled();
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'failed', reason_code: 'truncated', attempts: 1 });
    expect(running.output()).toContain('"event":"scan.failed"');
    const { lines } = await told();
    expect(lines.map(({ step }) => step)).toEqual(['received', 'queued', 'started', 'failed', 'removed']);
  });

  it('finishes what is under way when it is asked to end', async () => {
    const hospitalId = await fixture.hospital();
    const running = await worker({ WORKER_CONCURRENCY: '1' });
    const large = makeInstance({ pixelBytes: 60_000_000 });
    const scanId = await fixture.receive(large, hospitalId);
    await eventually(
      async () => fixture.scan(scanId),
      ({ attempts }) => attempts === 1,
    );
    running.signal('SIGTERM');
    expect(await running.ended()).toBe(0);
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'stored', attempts: 1 });
  });

  it('stores a file of 600 MB within 200 MB of memory', async () => {
    const hospitalId = await fixture.hospital();
    const running = await worker();
    const scanId = await fixture.receive(makeInstance(), hospitalId, { sparseBytes: 600_000_000 });
    await eventually(
      async () => fixture.scan(scanId),
      ({ state }) => state !== 'received',
    );
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'stored' });
    expect(peakMegabytes(running.pid)).toBeLessThan(200);
  });
});

/** Peak of the resident memory of a process (proc(5), VmHWM). */
function peakMegabytes(pid: number): number {
  const [, kibibytes = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kibibytes) * 1_024) / 1e6;
}
