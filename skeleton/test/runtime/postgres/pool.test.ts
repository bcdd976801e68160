import { Client } from 'pg';
import { DatabasePool } from '../../../src/runtime/postgres/pool';
import { DatabaseSecret } from '../../../src/runtime/postgres/secret';
import { withForeignAuthority } from '../../support/foreign-authority';
import { sharedPostgres } from '../../support/services';
import { administrate, testSecretsManagerClient } from '../../support/template-database';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

/** Codes of OpenSSL: which of them it is depends on whether the server sends its authority's certificate as well. */
const NOT_TRUSTED = expect.stringMatching(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/) as string;

describe('DatabasePool', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => database.drop());

  /** Cuts the connections there are, so that the next statement has to log in. */
  async function cutConnections(): Promise<void> {
    await administrate(await sharedPostgres(), [
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${database.login.username}'`,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  test('works in its role, with the limits it was given', async () => {
    const pool = database.pool('pipeline_api', { statementTimeoutMs: 1_234, applicationName: 'a-test' });

    const { rows } = await pool.query(
      `SELECT current_user AS role, session_user AS login, current_setting('statement_timeout') AS timeout,
         current_setting('application_name') AS name`,
    );
    expect(rows).toEqual([
      {
        role: 'pipeline_api',
        login: database.login.username,
        timeout: '1234ms',
        name: 'a-test',
      },
    ]);
  });

  test('reads the secret once for many connections', async () => {
    const pool = database.pool('pipeline_api', { connectionsMax: 5 });

    await Promise.all(Array.from({ length: 5 }, async () => pool.query('SELECT pg_sleep(0.05)')));

    expect(database.secretsManager.readsCount).toBe(1);
  });

  test('reads the secret again, once, when the password has been rotated', async () => {
    const pool = database.pool('pipeline_api');
    await pool.query('SELECT 1');
    const { publish } = await database.rotatePassword();
    publish();
    await cutConnections();

    await Promise.all(Array.from({ length: 5 }, async () => pool.query('SELECT pg_sleep(0.05)')));

    expect(database.secretsManager.readsCount).toBe(2);
  });

  test('keeps a caller waiting while the database has the new password and Secrets Manager not yet', async () => {
    const pool = database.pool('pipeline_api');
    await pool.query('SELECT 1');
    const { publish } = await database.rotatePassword();
    await cutConnections();
    const waiting = pool.query('SELECT 1 AS answer');
    setTimeout(publish, 400);

    await expect(waiting).resolves.toMatchObject({ rows: [{ answer: 1 }] });
  });

  test('asks Secrets Manager now and then only while the two do not agree', async () => {
    const pool = database.pool('pipeline_api');
    await pool.query('SELECT 1');
    const { publish } = await database.rotatePassword();
    await cutConnections();
    const waiting = pool.query('SELECT 1 AS answer');
    setTimeout(publish, 1_200);

    await expect(waiting).resolves.toMatchObject({ rows: [{ answer: 1 }] });
    // After 100, 200, 400 and then every 500 ms.
    expect(database.secretsManager.readsCount).toBeLessThanOrEqual(7);
  });

  test('tells the refusal when the two never agree', async () => {
    const pool = database.pool('pipeline_api', { loginPatienceMs: 300 });
    await database.rotatePassword();

    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('refuses a server whose certificate another authority has signed', async () => {
    await withForeignAuthority(async (caFile) => {
      const pool = database.pool('pipeline_api', { database: { ...database.settings, caFile } });
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: NOT_TRUSTED });
    });
  });

  test('trusts the authorities of RDS alone when no file is named', async () => {
    const pool = database.pool('pipeline_api', { database: { ...database.settings, caFile: undefined } });

    await expect(pool.query('SELECT 1')).rejects.toMatchObject({
      code: NOT_TRUSTED,
    });
  });

  test('refuses a server whose certificate names another host', async () => {
    // Another name of this machine, which stands in no certificate of ours.
    const pool = database.pool('pipeline_api', { database: { ...database.settings, host: '0.0.0.0' } });

    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('is the only kind of client that the server lets in: one that speaks TLS', async () => {
    const { host, port, name } = database.settings;
    const plain = new Client({
      host,
      port,
      database: name,
      user: database.login.username,
      password: database.login.password,
    });

    await expect(plain.connect()).rejects.toMatchObject({ code: '28000' });
  });

  test('ends a statement that takes too long', async () => {
    const pool = database.pool('pipeline_api', { statementTimeoutMs: 100 });

    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  });

  test('says what is wrong with the secret without showing it', async () => {
    const { secretArn } = database.settings;
    const client = testSecretsManagerClient(database.secretsManager.endpoint);
    const secret = new DatabaseSecret(client, secretArn);
    database.secretsManager.put(secretArn, { username: 'someone', passwort: 'hunter2' });
    const pool: DatabasePool = database.pool('pipeline_api', { secret });

    await expect(pool.query('SELECT 1')).rejects.toThrow(
      "The database's secret lacks a field: expected JSON with username and password.",
    );
    client.destroy();
  });
});
