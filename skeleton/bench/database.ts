import { join, resolve } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Client } from 'pg';
import { createMasterDatabase, superuserClient } from '../local/database';
import { startSecretsManager } from '../local/doubles/secrets-manager';
import { LOCAL_CREDENTIALS } from '../local/kinesis-emulator';
import { startPostgresServer } from '../local/postgres-server';
import type { Teardown } from '../local/teardown';
import type { Log } from '../src/runtime/log/log';
import { migrate } from '../src/runtime/postgres/migrate';
import { DatabasePool } from '../src/runtime/postgres/pool';
import { DatabaseSecret } from '../src/runtime/postgres/secret';

export const REGION = 'eu-central-1';
export const silent: Log = { event: () => undefined };

const NAME = 'bench';
const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:111122223333:secret:bench/database-a1B2c3`;
const SOURCE = resolve(__dirname, '..', 'src');

/** A migrated database, reached as a processor reaches it: TLS, the login from the secret, the processor's role. */
export interface BenchDatabase {
  readonly pool: DatabasePool;
  /** Sees everything and may empty tables. */
  readonly superuser: Client;
  /** Environment variables with which a child process finds the database, and secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Puts a secret where those variables lead to. */
  putSecret(arn: string, value: string): void;
}

/**
 * Starts PostgreSQL with its defaults, so each commit is written to the disk. It notes the time of each commit, by which
 * latency is measured: a row can be queried from then on.
 *
 * @param workload whose tables it has.
 */
export async function startBenchDatabase(teardown: Teardown, workload: string): Promise<BenchDatabase> {
  const server = await startPostgresServer({ settings: { track_commit_timestamp: 'on', max_wal_size: '4GB' } });
  teardown.add('PostgreSQL', async () => server.stop());
  const master = { username: 'pipeline_master', password: crypto.randomUUID() };
  await createMasterDatabase(server, NAME, master);
  const secretsManager = await startSecretsManager({ [SECRET_ARN]: master });
  teardown.add('Secrets Manager', async () => secretsManager.close());
  const client = new SecretsManagerClient({
    region: REGION,
    endpoint: secretsManager.endpoint,
    credentials: LOCAL_CREDENTIALS,
  });
  const secret = new DatabaseSecret(client, SECRET_ARN);
  const database = { host: server.host, port: server.port, name: NAME, caFile: server.caFile };
  await migrate({
    database,
    secret,
    directories: [join(SOURCE, 'runtime', 'migrations'), join(SOURCE, 'workloads', workload, 'migrations')],
    log: silent,
  });
  const pool = new DatabasePool({ database, secret, role: 'pipeline_processor', log: silent });
  const superuser = superuserClient(server, NAME);
  await superuser.connect();
  teardown.add('The connections', async () => {
    await pool.end();
    await superuser.end();
    client.destroy();
  });
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
    ENVIRONMENT_SUFFIX: NAME,
    DATABASE_HOST: server.host,
    DATABASE_PORT: String(server.port),
    DATABASE_NAME: NAME,
    DATABASE_SECRET_ARN: SECRET_ARN,
    DATABASE_CA_FILE: server.caFile,
  };
  return { pool, superuser, environment, putSecret: (arn, value) => secretsManager.put(arn, value) };
}
