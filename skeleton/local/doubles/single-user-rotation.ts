import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { z } from 'zod';
import type { SecretRotation } from './secrets-manager';

/** Where the login of the secret logs in. */
export interface RotatedDatabase {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly caFile: string;
}

const loginSchema = z.looseObject({ username: z.string(), password: z.string() });

/**
 * Rotates a login of PostgreSQL as AWS's function for a single user does: the user changes its own password, and only then
 * does the secret say so (AWS Secrets Manager User Guide, "Rotation strategy: single user"). In between, a new connection
 * with the password that readers get is refused.
 *
 * @param windowMs the time in between. Default one second.
 */
export function singleUserRotation(database: RotatedDatabase, windowMs = 1_000): SecretRotation {
  return {
    windowMs,
    create: (current) => JSON.stringify({ ...loginSchema.parse(JSON.parse(current)), password: randomUUID() }),
    set: async (current, pending) => {
      const { username, password } = loginSchema.parse(JSON.parse(pending));
      await withLogin(database, current, async (client) => {
        await client.query(
          `ALTER ROLE ${client.escapeIdentifier(username)} PASSWORD ${client.escapeLiteral(password)}`,
        );
      });
    },
    test: async (pending) => {
      await withLogin(database, pending, async (client) => {
        await client.query('SELECT 1');
      });
    },
  };
}

async function withLogin(
  { host, port, name, caFile }: RotatedDatabase,
  secret: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const { username: user, password } = loginSchema.parse(JSON.parse(secret));
  const client = new Client({
    host,
    port,
    database: name,
    user,
    password,
    ssl: { ca: readFileSync(caFile, 'utf8') },
    connectionTimeoutMillis: 5_000,
    application_name: 'rotation',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
