import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { startSecretsManager } from '../../local/doubles/secrets-manager';
import { PostgresLogin, PostgresServer } from '../../local/postgres-server';
import { Log } from '../../src/runtime/log/log';
import { migrate } from '../../src/runtime/postgres/migrate';
import { DatabaseSecret } from '../../src/runtime/postgres/secret';

/** Migrated once a run; the tests' databases are copies of it. */
export const TEMPLATE_DATABASE = 'pipeline_template';

const SOURCE = join(__dirname, '..', '..', 'src');
/** Where the migrations lie in the source tree; a bundle has them in one folder. */
export const MIGRATION_DIRECTORIES = [
  join(SOURCE, 'runtime', 'migrations'),
  join(SOURCE, 'workloads', 'vitals', 'migrations'),
];

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:test/template-a1B2c3';
const silent: Log = { event: () => undefined };

/** Makes the owner of the tests' databases and the migrated template. */
export async function prepareTemplateDatabase(server: PostgresServer): Promise<PostgresLogin> {
  const owner = { username: 'hospital_owner', password: crypto.randomUUID() };
  await administrate(server, [
    `CREATE ROLE ${owner.username} LOGIN CREATEROLE CREATEDB PASSWORD '${owner.password}'`,
    `CREATE DATABASE ${TEMPLATE_DATABASE} OWNER ${owner.username}`,
  ]);
  const secretsManager = await startSecretsManager({ [SECRET_ARN]: { ...owner } });
  const client = testSecretsManagerClient(secretsManager.endpoint);
  try {
    await migrate({
      database: { host: server.host, port: server.port, name: TEMPLATE_DATABASE, caFile: server.caFile },
      secret: new DatabaseSecret(client, SECRET_ARN),
      directories: MIGRATION_DIRECTORIES,
      log: silent,
    });
  } finally {
    client.destroy();
    await secretsManager.close();
  }
  return owner;
}

/** An SDK client of a double on this machine. */
export function testSecretsManagerClient(endpoint: string): SecretsManagerClient {
  return new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

/** Runs statements as superuser in the server's own database. */
export async function administrate(
  server: { host: string; port: number; superuser: PostgresLogin },
  statements: readonly string[],
): Promise<void> {
  const client = new Client({
    host: server.host,
    port: server.port,
    user: server.superuser.username,
    password: server.superuser.password,
    database: 'postgres',
    ssl: { rejectUnauthorized: false },
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
