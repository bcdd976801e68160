import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { startSecretsManager } from '../../local/doubles/secrets-manager';
import { PostgresLogin, PostgresServer } from '../../local/postgres-server';
import { Log } from '../../src/runtime/log/log';
import { migrate } from '../../src/runtime/postgres/migrate';
import { DatabaseSecret } from '../../src/runtime/postgres/secret';

const ROOT = join(__dirname, '..', '..');

/** Where the migrations of a workload's database lie in the source tree; a bundle has them in one folder. */
export function migrationDirectories(workload: string): string[] {
  return [
    join(ROOT, 'src', 'runtime', 'migrations'),
    workload === SAMPLE_WORKLOAD
      ? join(__dirname, 'sample', 'migrations')
      : join(ROOT, 'src', 'workloads', workload, 'migrations'),
  ];
}

/** The workload of tests of what all workloads share. */
export const SAMPLE_WORKLOAD = 'sample';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:test/template-a1B2c3';
const silent: Log = { event: () => undefined };

/** Makes the owner of the tests' databases. */
export async function createOwner(server: PostgresServer): Promise<PostgresLogin> {
  const owner = { username: 'hospital_owner', password: crypto.randomUUID() };
  await administrate(server, [`CREATE ROLE ${owner.username} LOGIN CREATEROLE CREATEDB PASSWORD '${owner.password}'`]);
  return owner;
}

/**
 * Makes a migrated database that the tests' databases are copies of.
 *
 * @returns its name.
 */
export async function prepareTemplateDatabase(
  server: PostgresServer,
  owner: PostgresLogin,
  workload: string,
): Promise<string> {
  const name = `template_${workload}`;
  await administrate(server, [`CREATE DATABASE ${name} OWNER ${owner.username}`]);
  const secretsManager = await startSecretsManager({ [SECRET_ARN]: { ...owner } });
  const client = testSecretsManagerClient(secretsManager.endpoint);
  try {
    await migrate({
      database: { host: server.host, port: server.port, name, caFile: server.caFile },
      secret: new DatabaseSecret(client, SECRET_ARN),
      directories: migrationDirectories(workload),
      log: silent,
    });
  } finally {
    client.destroy();
    await secretsManager.close();
  }
  return name;
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
