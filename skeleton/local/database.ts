import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import type { PostgresLogin, PostgresServer } from './postgres-server';

/**
 * Makes the master user and the database that a deployed cluster is born with. The user has the rights of an RDS master
 * user, so that a migration which needs a superuser fails here as it would there.
 */
export async function createMasterDatabase(
  server: PostgresServer,
  database: string,
  master: PostgresLogin,
): Promise<void> {
  const client = superuserClient(server, 'postgres');
  await client.connect();
  try {
    const { escapeIdentifier, escapeLiteral } = client;
    await client.query(
      `CREATE ROLE ${escapeIdentifier(master.username)} LOGIN CREATEROLE CREATEDB PASSWORD ${escapeLiteral(master.password)}`,
    );
    await client.query(`CREATE DATABASE ${escapeIdentifier(database)} OWNER ${escapeIdentifier(master.username)}`);
  } finally {
    await client.end();
  }
}

/** A client, not yet connected, that may see everything: for the demo's figures and for tests. */
export function superuserClient(server: PostgresServer, database: string): Client {
  const client = new Client({
    host: server.host,
    port: server.port,
    user: server.superuser.username,
    password: server.superuser.password,
    database,
    ssl: { ca: readFileSync(server.caFile, 'utf8') },
    connectionTimeoutMillis: 5_000,
  });
  // A server that goes away tells so to the running query; without a listener it would end the process as well.
  client.on('error', () => undefined);
  return client;
}
