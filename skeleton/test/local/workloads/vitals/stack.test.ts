import '../../../../local/quiet-sdk';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { Client } from 'pg';
import { superuserClient } from '../../../../local/database';
import { LocalStackError } from '../../../../local/errors';
import { localKinesisClient } from '../../../../local/kinesis-emulator';
import { putRecords } from '../../../../local/simulator/producer';
import { toRecords } from '../../../../local/simulator/records';
import { LocalStack, type LocalStackSettings } from '../../../../local/stack';
import type { SimulatedEvent } from '../../../../local/workloads/vitals/simulator/patient-monitor';
import { Ward } from '../../../../local/workloads/vitals/simulator/ward';
import { bundle } from '../../../../src/foundation/bundle';
import { parseTenantSettings } from '../../../../src/tenant';
import { descendants, eventually, temporaryDirectory } from '../../support';

const CACHE_SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:vitals/cache-G7h8I9';
const directory = temporaryDirectory();
const outputsFile = join(directory, 'flat-outputs.json');
const settings = (overrides: Partial<LocalStackSettings> = {}): LocalStackSettings => ({
  tenant: parseTenantSettings(
    JSON.parse(readFileSync(resolve(__dirname, '..', '..', '..', '..', 'tenant.json'), 'utf8')),
  ),
  outputsFile,
  logDirectory: join(directory, 'logs'),
  onLost: (reason) => {
    throw new Error(reason);
  },
  ...overrides,
});

describe('a local stack whose processors crash at start', () => {
  test('names the log with its last lines, and leaves no process and no outputs behind', async () => {
    // esbuild keeps a helper for as long as this process lives: it has to be there already.
    bundle({ name: 'vitals-api-local', entry: 'src/workloads/vitals/api/server.ts' });
    const processesBefore = descendants(process.pid);
    const starting = LocalStack.start(settings({ processorEnvironment: { POLL_INTERVAL_MS: 'often' } }));

    await expect(starting).rejects.toThrow(LocalStackError);
    await expect(starting).rejects.toThrow(
      /Processor \d ended while it started\. Its log is .+processor-\d\.log; the last lines:\n[^]*POLL_INTERVAL_MS is wrong/,
    );
    await eventually('its processes are gone', () =>
      descendants(process.pid).every((pid) => processesBefore.includes(pid)),
    );
    expect(readdirSync(directory)).not.toContain('flat-outputs.json');
  }, 120_000);
});

describe('a local stack in trouble', () => {
  let stack: LocalStack;
  let kinesis: KinesisClient;
  let database: Client;
  const sent: SimulatedEvent[] = [];

  beforeAll(async () => {
    const tenant = settings().tenant;
    stack = await LocalStack.start(
      settings({
        tenant: { ...tenant, secrets: { ...tenant.secrets, cacheAuthTokenArn: CACHE_SECRET_ARN } },
        kinesisFaults: true,
        processorEnvironment: { LEASE_SECONDS: '2', POLL_INTERVAL_MS: '100' },
      }),
    );
    kinesis = localKinesisClient(stack.outputs.LocalKinesisEndpoint, stack.outputs.Region);
    await connect();
  }, 120_000);
  afterAll(async () => {
    kinesis.destroy();
    await database.end();
    await stack.stop();
  }, 60_000);

  async function connect(): Promise<void> {
    database = superuserClient(stack.postgres, stack.outputs.DatabaseName);
    await database.connect();
  }

  /** Monitors that send at about a hundred events a second while something goes wrong. Answers what they sent. */
  async function sendWhile(idPrefix: string, trouble: () => Promise<void>): Promise<SimulatedEvent[]> {
    const ward = new Ward({ patients: 20, intervalMs: 200, seed: idPrefix, startAtMs: Date.now(), idPrefix });
    const events: SimulatedEvent[] = [];
    let isOver = false;
    const troubled = trouble().finally(() => {
      isOver = true;
    });
    // A few more ticks after the end, so that there is something to recover for.
    for (let ticksLeft = 5; ticksLeft > 0; ticksLeft -= isOver ? 1 : 0) {
      const due = ward.readingsDue(Date.now());
      await putRecords(
        kinesis,
        stack.outputs.KinesisStreamName,
        toRecords(due.map((event) => ({ patientId: event.patientId, line: JSON.stringify(event) }))),
      );
      events.push(...due);
      await sleep(50);
    }
    await troubled;
    sent.push(...events);
    return events;
  }

  /** Nothing lost: every measurement that was sent is there. Nothing twice: and none besides, however often it was sent. */
  async function expectStoredOnce(events: readonly SimulatedEvent[]): Promise<void> {
    const expected = events
      .flatMap(({ id, measurements }) => measurements.map(({ code, value }) => `${id} ${code} ${value}`))
      .sort();
    const patients = [...new Set(events.map(({ patientId }) => patientId))];
    const stored = async () => {
      const { rows } = await database.query<{ row: string }>(
        `SELECT event_id || ' ' || code || ' ' || value AS row FROM vital_sign WHERE patient_id = ANY ($1)`,
        [patients],
      );
      return rows.map(({ row }) => row).sort();
    };
    await eventually('as many rows as were sent', async () => (await stored()).length >= expected.length, 30_000);
    expect(await stored()).toEqual(expected);
  }

  test('loses nothing and stores nothing twice when a processor is killed with -9 in mid-stream', async () => {
    const [victim] = stack.processors;
    const pid = victim?.pid;
    const events = await sendWhile('killed', async () => {
      await sleep(500);
      victim?.signal('SIGKILL');
      await eventually('it runs again', () => victim?.pid !== undefined && victim.pid !== pid);
      await sleep(1_000);
      victim?.signal('SIGKILL');
      await sleep(500);
    });

    await expectStoredOnce(events);
    await eventually('it runs again', () => victim?.pid !== undefined);
    expect(victim?.restartCount).toBe(2);
  }, 90_000);

  test.each(['throttle', 'serverError', 'disconnect'] as const)(
    'loses nothing and stores nothing twice when Kinesis fails by %s',
    async (fault) => {
      const before = stack.kinesisFaults?.faultCount ?? 0;
      const events = await sendWhile(fault.toLowerCase(), async () => {
        stack.kinesisFaults?.breakWith(fault);
        await sleep(1_500);
        stack.kinesisFaults?.heal();
      });

      expect(stack.kinesisFaults?.faultCount).toBeGreaterThan(before);
      await expectStoredOnce(events);
    },
    90_000,
  );

  test.each(['hangs', 'is killed'])(
    'loses nothing and fails no query when Redis %s',
    async (trouble) => {
      const statuses: number[] = [];
      const events = await sendWhile(trouble.replace(' ', '-'), async () => {
        await (trouble === 'hangs' ? stack.cache?.pause() : stack.cache?.kill());
        for (let query = 0; query < 20; query += 1) {
          const answer = await fetch(`${stack.outputs.ApiUrl}Observation/$lastn?patient=anyone-${query}`);
          statuses.push(answer.status);
          await sleep(50);
        }
        await (trouble === 'hangs' ? stack.cache?.resume() : stack.cache?.restart());
      });

      expect(new Set(statuses)).toEqual(new Set([200]));
      await expectStoredOnce(events);
      const [last] = events.slice(-1);
      await eventually('the cache answers again, with the last reading', async () => {
        const answer = await fetch(`${stack.outputs.ApiUrl}Observation/$lastn?patient=${last?.patientId}`);
        return answer.headers.get('x-reading-source') === 'cache' && (await answer.text()).includes(`${last?.id}.`);
      });
      const logs = stack.processors.map(({ logFile }) => readFileSync(logFile, 'utf8')).join('');
      expect(logs).toContain('"event":"cache.unavailable"');
    },
    90_000,
  );

  test('loses nothing and stores nothing twice when PostgreSQL restarts', async () => {
    const events = await sendWhile('restarted', async () => {
      await sleep(500);
      await stack.postgres.restart();
    });
    const logs = stack.processors.map(({ logFile }) => readFileSync(logFile, 'utf8')).join('');
    expect(logs).toMatch(/"event":"(batch\.commit_delayed|database\.connection_lost)"/);

    await database.end().catch(() => undefined);
    await connect();
    await expectStoredOnce(events);
  }, 90_000);

  test('has put nothing into quarantine, and restarted nobody but the killed', async () => {
    const { rows } = await database.query<{ count: number }>('SELECT count(*)::integer AS count FROM quarantine');

    expect(rows[0]?.count).toBe(0);
    expect(stack.processors.map(({ restartCount }) => restartCount)).toEqual([2, 0]);
    await expectStoredOnce(sent);
  }, 60_000);

  test('writes outputs that say where everything is', () => {
    const outputs: unknown = JSON.parse(readFileSync(outputsFile, 'utf8'));

    expect(outputs).toEqual({ ...stack.outputs });
    expect(outputs).toMatchObject({
      Target: 'local',
      TenantId: settings().tenant.tenant.id,
      Region: settings().tenant.aws.region,
    });
    expect(JSON.stringify(outputs)).not.toMatch(/password/i);
  });
});
