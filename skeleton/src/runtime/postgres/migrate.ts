import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { isAuthenticationError } from './errors';
import { DatabaseLogin, DatabaseSecret } from './secret';
import { databaseTls } from './tls';
import { DatabaseSettings } from '../environment';
import { Log } from '../log/log';
import { FIELDS, FieldsOf } from '../log/vocabulary';

export interface MigrateOptions {
  readonly database: Pick<DatabaseSettings, 'host' | 'port' | 'name' | 'caFile'>;
  readonly secret: DatabaseSecret;
  /** Folders with migrations: `<UTC time in 17 digits>_<name>.sql`, run in the order of their names across folders. */
  readonly directories: readonly string[];
  readonly log: Log;
  /** Default 5 000. */
  readonly connectTimeoutMs?: number;
}

/**
 * Brings the database's schema up to date, as the owner of the database. Each migration is a transaction. Processes that
 * start at once take turns by node-pg-migrate's advisory lock: the later ones wait, and then find nothing to do.
 *
 * Each time, it also sees to the server's own audit, which the server may have learned since: see `ensure_database_audit`.
 *
 * @returns names of the migrations that this call applied.
 * @throws what `pg` throws when the database is out of reach or a migration fails.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const startedAt = Date.now();
  const client = await connect(options);
  // A connection that breaks makes the running statement fail as well; that error is the one to tell.
  client.on('error', () => undefined);
  const silent = () => undefined;
  try {
    const applied = await runner({
      dbClient: client,
      dir: options.directories.map((directory) => `${directory}/*.sql`),
      useGlob: true,
      direction: 'up',
      migrationsTable: 'migration',
      advisoryLockMode: 'wait',
      verbose: false,
      // Its lines repeat statements and the server's words; what matters is told by events of our own.
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    });
    const names = applied.map(({ name }) => name);
    for (const name of names) options.log.event('migration.applied', { migration: name });
    options.log.event('migration.finished', { migrationsCount: names.length, durationMs: Date.now() - startedAt });
    options.log.event('database.audit_checked', { auditState: await ensureDatabaseAudit(client) });
    return names;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabaseAudit(client: Client): Promise<FieldsOf<'database.audit_checked'>['auditState']> {
  const { rows } = await client.query('SELECT public.ensure_database_audit() AS state');
  const state: unknown = rows[0]?.state;
  return FIELDS.auditState.find((word) => word === state);
}

async function connect(options: MigrateOptions): Promise<Client> {
  const login = await options.secret.current();
  try {
    return await connectAs(login, options);
  } catch (error) {
    if (!isAuthenticationError(error)) throw error;
    return connectAs(await options.secret.replace(login), options);
  }
}

async function connectAs(login: DatabaseLogin, { database, connectTimeoutMs }: MigrateOptions): Promise<Client> {
  const client = new Client({
    host: database.host,
    port: database.port,
    database: database.name,
    user: login.username,
    password: login.password,
    ssl: databaseTls(database.host, database.caFile),
    keepAlive: true,
    application_name: 'migrations',
    connectionTimeoutMillis: connectTimeoutMs ?? 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
