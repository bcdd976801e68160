import { answerOf, idOf, partHeaders, problem, UploadClient } from './upload-client';
import { startUploadFixture, type UploadFixture } from './upload-fixture';
import { killUploadProcesses, startUploadProcess, type UploadProcess } from './upload-process';
import { sharedPostgres } from '../../../support/services';
import { administrate } from '../../../support/template-database';
import { eventually } from '../../../support/test-consumer';
import { makeInstance } from '../support/part10';
import { type QueueRedis, startQueueRedis } from '../support/queue-redis';

const TOKEN_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:test/queue-a1B2c3';
/** Held by a test, it keeps each commit of a scan waiting. */
const COMMIT_GATE = 47_110_815;

let fixture: UploadFixture;
let redis: QueueRedis;
const clients: UploadClient[] = [];

beforeAll(async () => {
  [fixture, redis] = await Promise.all([startUploadFixture(), startQueueRedis()]);
  fixture.database.secretsManager.put(TOKEN_ARN, redis.password);
  await fixture.database.owner.query(`
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${COMMIT_GATE}); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON scan DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`);
}, 60_000);
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await killUploadProcesses();
});
afterAll(async () => {
  await redis.stop();
  await fixture.stop();
});

function environment(port: number): Record<string, string> {
  return {
    ...fixture.environment(port),
    QUEUE_ENDPOINT: `localhost:${redis.port}`,
    QUEUE_AUTH_TOKEN_SECRET_ARN: TOKEN_ARN,
    QUEUE_CA_FILE: redis.caFile,
  };
}

/** The program, and a sender who knows it. */
async function start(): Promise<{ process: UploadProcess; client: UploadClient }> {
  const process = await startUploadProcess({ environment });
  const client = new UploadClient({ baseUrl: process.baseUrl, authority: fixture.authority.certificate });
  clients.push(client);
  return { process, client };
}

/** What a sender does after anything went wrong: asks for the offset, and goes on from there. */
async function resume(client: UploadClient, path: string, bytes: Buffer): Promise<number> {
  const { status, headers } = await client.head(path);
  if (status !== 200) return status;
  const offset = Number(headers['upload-offset']);
  return (await client.patch(path, offset, bytes.subarray(offset))).status;
}

/** Begins to send and waits until some bytes are on their way; the rest is the caller's. */
async function beginPart(client: UploadClient, path: string, declared: number, first: Buffer) {
  const sent = client.begin({
    method: 'PATCH',
    path,
    headers: { ...partHeaders(0), 'Content-Length': String(declared) },
  });
  sent.on('error', () => undefined);
  await new Promise<void>((resolve) => sent.write(first, () => resolve()));
  await eventually(
    async () => (await fixture.upload(idOf(path)))?.writer,
    (writer) => typeof writer === 'string',
  );
  return sent;
}

/** Ends sessions of the test's database, as a failover would. */
async function endSessions(which: string): Promise<void> {
  const { name } = fixture.database.settings;
  await administrate(await sharedPostgres('imaging'), [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND ${which}`,
  ]);
}

const pathOf = (url: string) => new URL(url).pathname;

test('the program is healthy once it can work, queues what it receives, and ends when asked', async () => {
  const { process, client } = await start();
  expect(process.healthCheck()).toBe(0);
  const { bytes, studyInstanceUid, sopInstanceUid } = makeInstance();
  const { url, status } = await client.upload(bytes);
  expect(status).toBe(204);
  const scanId = idOf(url);
  const scan = await eventually(
    async () => fixture.scan(scanId),
    (found) => (found?.steps as string[] | undefined)?.includes('queued') === true,
  );
  expect(scan?.steps).toEqual(['received', 'queued']);
  expect(await redis.admin.lrange('{imaging}:scans:wait', 0, -1)).toEqual([scanId]);
  const job = JSON.stringify(await redis.admin.hgetall(`{imaging}:scans:${scanId}`));
  await client.ask({ method: 'GET', path: `/studies/${studyInstanceUid}` });
  process.signal('SIGTERM');
  expect(await process.ended()).toBe(0);
  expect(process.healthCheck()).toBe(1);
  for (const text of [process.output(), job]) {
    expect(text).not.toContain(studyInstanceUid);
    expect(text).not.toContain(sopInstanceUid);
    expect(text).not.toMatch(/Doe|CN=/);
  }
  expect(process.output()).toContain('"graceful":true');
});

test('a part that is under way is answered before the program ends', async () => {
  const { process, client } = await start();
  const { bytes } = makeInstance({ pixelBytes: 200_000 });
  const path = pathOf(await client.create(bytes.length));
  const sent = await beginPart(client, path, bytes.length, bytes.subarray(0, 100_000));
  const answered = new Promise<number>((resolve) =>
    sent.once('response', (response) => resolve(response.resume().statusCode ?? 0)),
  );
  process.signal('SIGTERM');
  await eventually(
    () => process.output(),
    (output) => output.includes('process.stopping'),
  );
  sent.end(bytes.subarray(100_000));
  expect(await answered).toBe(204);
  expect(await process.ended()).toBe(0);
  expect(await fixture.holds(idOf(path), bytes)).toBe(true);
});

test('two senders of one upload, by two processes: one counts, the other is told so, and no bytes mix', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  for (let round = 0; round < 6; round += 1) {
    const pixelBytes = 400_000;
    const instances = [makeInstance({ pixelBytes }), makeInstance({ pixelBytes })];
    const length = Math.min(...instances.map(({ bytes }) => bytes.length));
    const files = instances.map(({ bytes }) => bytes.subarray(0, length));
    const [mine = Buffer.alloc(0), theirs = Buffer.alloc(0)] = files;
    const path = pathOf(await one.client.create(length));
    const half = Math.floor(length / 2);
    const answers = await Promise.all([
      one.client.patch(path, 0, mine.subarray(0, half)),
      other.client.patch(path, 0, theirs.subarray(0, half)),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(answers.find(({ status }) => status !== 204)?.json()).toEqual(problem(409, 'offset_conflict'));
    const winner = statuses.indexOf(204);
    const [whole = Buffer.alloc(0), isWhole] = [files[winner], instances[winner]?.bytes.length === length];
    // The rest by the process that had nothing to do with the first half.
    const last = await (winner === 0 ? other : one).client.patch(path, half, whole.subarray(half));
    expect(last.status).toBe(isWhole ? 204 : 422);
    if (isWhole) expect(await fixture.holds(idOf(path), whole)).toBe(true);
  }
  expect((await fixture.files()).incoming).toEqual([]);
});

test('a silent sender of one process gives way to a sender of another', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  const { bytes } = makeInstance({ pixelBytes: 200_000 });
  const path = pathOf(await one.client.create(bytes.length));
  const silent = await beginPart(one.client, path, bytes.length, bytes.subarray(0, 100_000));
  const answered = answerOf(silent);
  expect(await resume(other.client, path, bytes)).toBe(204);
  expect(await fixture.holds(idOf(path), bytes)).toBe(true);
  expect((await answered).json()).toEqual(problem(423, 'upload_locked'));
  silent.destroy();
});

test('a part whose lock is lost is ended with what arrived, and its sender is told to go on from there', async () => {
  const { client } = await start();
  const { bytes } = makeInstance({ pixelBytes: 200_000 });
  const path = pathOf(await client.create(bytes.length));
  const sent = await beginPart(client, path, bytes.length, bytes.subarray(0, 100_000));
  const answered = answerOf(sent);
  await endSessions(`application_name = 'pipeline_uploader locks'`);
  expect((await answered).json()).toEqual(problem(423, 'upload_locked'));
  const { headers } = await client.head(path);
  expect(headers['upload-offset']).toBe('100000');
  expect(await resume(client, path, bytes)).toBe(204);
  expect(await fixture.holds(idOf(path), bytes)).toBe(true);
  sent.destroy();
});

test('a sender whose process lost its lock can write on, and nothing of it counts', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  const [stale, { bytes }] = [Buffer.alloc(300_000, 0xee), makeInstance({ pixelBytes: 400_000 })];
  const path = pathOf(await one.client.create(bytes.length));
  const sent = await beginPart(one.client, path, bytes.length, stale);
  const answered = answerOf(sent);
  await endSessions(`application_name = 'pipeline_uploader locks'`);
  const [status] = await Promise.all([
    resume(other.client, path, bytes),
    (async () => {
      for (let sentBytes = stale.length; sentBytes < bytes.length; sentBytes += 10_000) {
        sent.write(Buffer.alloc(Math.min(10_000, bytes.length - sentBytes), 0xee));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })(),
  ]);
  const found = await fixture.upload(idOf(path));
  // Whoever committed first counts: the whole of the one, or the beginning of the other and then its refusal.
  if (found?.state === 'received') {
    expect(status).toBe(204);
    expect((await answered).json()).toEqual(problem(423, 'upload_locked'));
    expect(await fixture.holds(idOf(path), bytes)).toBe(true);
  } else {
    // Asked after the refusal, before it, or as it had begun to take over.
    expect([410, 409, 423]).toContain(status);
    expect((await answered).status).toBe(422);
    expect(await fixture.scan(idOf(path))).toBeUndefined();
  }
  sent.destroy();
  await other.client.ask({ method: 'DELETE', path });
  await eventually(
    async () => (await fixture.files()).incoming,
    (incoming) => incoming.length === 0,
    5_000,
  );
});

test('a process that is killed while a part arrives leaves an upload that others resume', async () => {
  const survivor = await start();
  for (let round = 0; round < 4; round += 1) {
    const { process, client } = await start();
    const { bytes } = makeInstance({ pixelBytes: 900_000 });
    const path = pathOf(await client.create(bytes.length));
    await client.patch(path, 0, bytes.subarray(0, 250_000));
    const sent = client.begin({
      method: 'PATCH',
      path,
      headers: { ...partHeaders(250_000), 'Content-Length': String(bytes.length - 250_000) },
    });
    sent.on('error', () => undefined);
    sent.write(bytes.subarray(250_000, 600_000 + round * 100_000));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    process.signal('SIGKILL');
    await process.ended();
    const offset = Number((await survivor.client.head(path)).headers['upload-offset']);
    expect(offset).toBe(250_000);
    expect(await resume(survivor.client, path, bytes)).toBe(204);
    expect(await fixture.holds(idOf(path), bytes)).toBe(true);
    expect((await fixture.scan(idOf(path)))?.steps).toContain('received');
  }
  expect((await fixture.files()).incoming).toEqual([]);
}, 60_000);

test.each([
  ['is rolled back: the upload is resumed', false],
  ['comes through: the file is a scan', true],
])('a process is killed between the file in its place and the commit, which %s', async (_, comesThrough) => {
  const [{ process, client }, survivor] = await Promise.all([start(), start()]);
  const { bytes } = makeInstance({ pixelBytes: 300_000 });
  const path = pathOf(await client.create(bytes.length));
  const uploadId = idOf(path);
  await client.patch(path, 0, bytes.subarray(0, 100_000));
  const gate = await fixture.database.owner.connect();
  try {
    await gate.query('SELECT pg_advisory_lock($1)', [COMMIT_GATE]);
    const sent = client.begin({
      method: 'PATCH',
      path,
      headers: { ...partHeaders(100_000), 'Content-Length': String(bytes.length - 100_000) },
    });
    sent.on('error', () => undefined);
    sent.end(bytes.subarray(100_000));
    const waiting = await eventually(
      async () =>
        (
          await fixture.database.owner.query<{ pid: number }>(
            `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`,
            [COMMIT_GATE],
          )
        ).rows[0]?.pid,
      (pid) => pid !== undefined,
    );
    expect((await fixture.files()).whole).toContain(uploadId);
    process.signal('SIGKILL');
    await process.ended();
    if (!comesThrough) await endSessions(`pid = ${waiting}`);
    await gate.query('SELECT pg_advisory_unlock($1)', [COMMIT_GATE]);
  } finally {
    gate.release(true);
  }
  await eventually(
    async () => (await fixture.upload(uploadId))?.state,
    (state) => !comesThrough || state === 'received',
  );
  const { headers } = await survivor.client.head(path);
  expect(headers['upload-offset']).toBe(String(comesThrough ? bytes.length : 100_000));
  expect(await resume(survivor.client, path, bytes)).toBe(204);
  expect(await fixture.scan(uploadId)).toMatchObject({ state: 'received', size_bytes: String(bytes.length) });
  expect((await fixture.scan(uploadId))?.steps).toContain('received');
  expect(await fixture.holds(uploadId, bytes)).toBe(true);
  expect((await fixture.files()).incoming).toEqual([]);
});

test('a program in the wrong environment says what is wrong, and ends', async () => {
  const wrong = await startUploadProcess({
    environment: (port) => ({ ...environment(port), PUBLIC_URL: 'http://imaging.example.org', SCAN_FOLDER: '' }),
    untilReady: false,
  });
  expect(await wrong.ended()).toBe(1);
  expect(wrong.output()).toMatch(/PUBLIC_URL[\s\S]*SCAN_FOLDER/);
});
