import '../../../../local/quiet-sdk';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Client } from 'pg';
import { superuserClient } from '../../../../local/database';
import { LOCAL_CREDENTIALS, localKinesisClient } from '../../../../local/kinesis-emulator';
import { putRecords } from '../../../../local/simulator/producer';
import { toRecords } from '../../../../local/simulator/records';
import { LocalStack } from '../../../../local/stack';
import { Ward } from '../../../../local/workloads/vitals/simulator/ward';
import { parseTenantSettings } from '../../../../src/tenant';
import { eventually, temporaryDirectory } from '../../support';

const ROTATIONS = 3;
/** 1000 events a second; their monitors' gateways send some at once, since the emulator takes 1150 records a second. */
const PATIENTS = 50;
const READING_EVERY_MS = 50;
const LINES_MAX = 25;
const CALLERS = 3;
const LOGIN = 'pipeline_master';

describe('a stack whose password is rotated while 1000 events a second flow', () => {
  const directory = temporaryDirectory();
  let stack: LocalStack;
  let superuser: Client;
  let secretsManager: SecretsManagerClient;

  beforeAll(async () => {
    stack = await LocalStack.start({
      tenant: parseTenantSettings(
        JSON.parse(readFileSync(resolve(__dirname, '..', '..', '..', '..', 'tenant.json'), 'utf8')),
      ),
      outputsFile: join(directory, 'flat-outputs.json'),
      logDirectory: join(directory, 'logs'),
      onLost: (reason) => {
        throw new Error(reason);
      },
    });
    superuser = superuserClient(stack.postgres, stack.outputs.DatabaseName);
    await superuser.connect();
    secretsManager = new SecretsManagerClient({
      region: stack.outputs.Region,
      endpoint: stack.outputs.LocalSecretsManagerEndpoint,
      credentials: LOCAL_CREDENTIALS,
    });
  }, 120_000);
  afterAll(async () => {
    secretsManager.destroy();
    await superuser.end();
    await stack.stop();
  }, 60_000);

  test('fails no request and loses no event, though no connection outlives a rotation', async () => {
    const isOver = new AbortController();
    const sending = send(isOver.signal);
    const calling = Promise.all(Array.from({ length: CALLERS }, async () => call(isOver.signal)));
    await sleep(1_000);
    for (let rotation = 1; rotation <= ROTATIONS; rotation += 1) {
      await rotate();
      await sleep(500);
    }
    isOver.abort();
    const sent = await sending;
    const statuses = (await calling).flat();

    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(sent.length).toBeGreaterThan(2_000);
    const stored = async () => {
      const { rows } = await superuser.query<{ row: string }>(
        `SELECT event_id || ' ' || code AS row FROM vital_sign WHERE patient_id LIKE 'rotation-%'`,
      );
      return rows.map(({ row }) => row);
    };
    await eventually('as many rows as were sent', async () => (await stored()).length >= sent.length, 60_000);
    expect((await stored()).sort()).toEqual(sent.sort());
    expect((await superuser.query('SELECT FROM quarantine')).rowCount).toBe(0);
    expect([...stack.processors, stack.api].map(({ restartCount }) => restartCount)).toEqual([0, 0, 0]);
    for (const { logFile } of [...stack.processors, stack.api]) {
      const renewed = readFileSync(logFile, 'utf8').match(/"event":"database\.login_renewed"/g) ?? [];
      expect(renewed.length).toBeGreaterThanOrEqual(ROTATIONS);
    }
  }, 180_000);

  /**
   * Asks for a rotation and follows it. While the database has the new password and the secret has not, all connections
   * are cut, as by a failover at the worst moment: whoever comes back must be let in by the new password only.
   */
  async function rotate(): Promise<void> {
    const before = await passwordHash();
    const { VersionId: versionId = '' } = await secretsManager.send(
      new RotateSecretCommand({ SecretId: stack.outputs.DatabaseSecretArn, ClientRequestToken: randomUUID() }),
    );
    await eventually('the database has the new password', async () => (await passwordHash()) !== before);
    const cutAt = await cutConnections();
    expect(await stagesOf(versionId)).toEqual(['AWSPENDING']);
    await eventually('the secret has it as well', async () => (await stagesOf(versionId))?.[0] === 'AWSCURRENT');
    await eventually('processors and API are connected again', async () => {
      const { rows } = await superuser.query<{ names: string[] }>(
        `SELECT array_agg(DISTINCT application_name ORDER BY application_name) AS names FROM pg_stat_activity
         WHERE usename = $1 AND backend_start > $2`,
        [LOGIN, cutAt],
      );
      return ['pipeline_api', 'pipeline_processor'].every((name) => rows[0]?.names?.includes(name));
    });
  }

  async function passwordHash(): Promise<string | undefined> {
    const { rows } = await superuser.query<{ hash: string }>(
      'SELECT rolpassword AS hash FROM pg_authid WHERE rolname = $1',
      [LOGIN],
    );
    return rows[0]?.hash;
  }

  async function stagesOf(versionId: string): Promise<string[] | undefined> {
    const { VersionIdsToStages: stages } = await secretsManager.send(
      new DescribeSecretCommand({ SecretId: stack.outputs.DatabaseSecretArn }),
    );
    return stages?.[versionId];
  }

  async function cutConnections(): Promise<Date> {
    const { rows } = await superuser.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND application_name <> 'rotation'`,
      [LOGIN],
    );
    return rows[0]?.at ?? new Date(0);
  }

  /** Sends until it is over. Answers the rows that there have to be. */
  async function send(signal: AbortSignal): Promise<string[]> {
    const kinesis = localKinesisClient(stack.outputs.LocalKinesisEndpoint, stack.outputs.Region);
    const ward = new Ward({
      patients: PATIENTS,
      intervalMs: READING_EVERY_MS,
      seed: 'rotation',
      startAtMs: Date.now(),
      idPrefix: 'rotation',
    });
    const rows: string[] = [];
    while (!signal.aborted) {
      const due = ward.readingsDue(Date.now());
      const lines = due.map((event) => ({ patientId: event.patientId, line: JSON.stringify(event) }));
      await putRecords(kinesis, stack.outputs.KinesisStreamName, toRecords(lines, LINES_MAX));
      rows.push(...due.flatMap(({ id, measurements }) => measurements.map(({ code }) => `${id} ${code}`)));
      await sleep(100);
    }
    kinesis.destroy();
    return rows;
  }

  /** Searches until it is over. Answers the statuses. */
  async function call(signal: AbortSignal): Promise<number[]> {
    const statuses: number[] = [];
    while (!signal.aborted) {
      const response = await fetch(new URL('Observation?patient=rotation-patient-0001&_count=5', stack.outputs.ApiUrl));
      await response.arrayBuffer();
      statuses.push(response.status);
      await sleep(20);
    }
    return statuses;
  }
});
