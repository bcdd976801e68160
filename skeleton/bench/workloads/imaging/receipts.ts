import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Pool } from 'pg';
import type { Teardown } from '../../../local/teardown';
import type { BenchDatabase } from '../../database';

/** Environment variables by which `receipts` finds its table. */
export type ReceiptVariables = Readonly<
  Record<'DATABASE_HOST' | 'DATABASE_PORT' | 'DATABASE_NAME' | 'DATABASE_CA_FILE' | 'DATABASE_PASSWORD', string>
>;

/** What a peer of the product notes of a file: the least that a system has to know of what it says it has. */
export interface Receipts {
  /** Notes a file; it is committed when this resolves. */
  add(name: string): Promise<void>;
  close(): Promise<void>;
}

const ROLE = 'bench_peer';
/** As many as the product's pools have. */
const CONNECTIONS_MAX = 10;

/** Makes the table of receipts, and a login that may do no more than add to it. */
export async function prepareReceipts(
  { superuser, environment }: BenchDatabase,
  teardown: Teardown,
): Promise<ReceiptVariables> {
  const password = randomUUID();
  await superuser.query(`
    CREATE TABLE bench_receipt (name text PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now());
    CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}';
    GRANT CONNECT ON DATABASE ${environment.DATABASE_NAME} TO ${ROLE};
    GRANT USAGE ON SCHEMA public TO ${ROLE};
    GRANT INSERT ON bench_receipt TO ${ROLE}`);
  teardown.add('The receipts', async () => {
    await superuser.query(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}; DROP TABLE bench_receipt`);
  });
  const { DATABASE_HOST = '', DATABASE_PORT = '', DATABASE_NAME = '', DATABASE_CA_FILE = '' } = environment;
  return { DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, DATABASE_CA_FILE, DATABASE_PASSWORD: password };
}

/** Receipts over TLS, as the product reaches its database. */
export function receipts(variables: Partial<ReceiptVariables>): Receipts {
  const pool = new Pool({
    host: variables.DATABASE_HOST,
    port: Number(variables.DATABASE_PORT),
    database: variables.DATABASE_NAME,
    user: ROLE,
    password: variables.DATABASE_PASSWORD,
    ssl: { ca: readFileSync(variables.DATABASE_CA_FILE ?? '') },
    max: CONNECTIONS_MAX,
  });
  return {
    add: async (name) => void (await pool.query('INSERT INTO bench_receipt (name) VALUES ($1)', [name])),
    close: async () => pool.end(),
  };
}
