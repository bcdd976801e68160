import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { PostgresServer, startPostgresServer } from '../../../local/postgres-server';
import { EventName } from '../../../src/runtime/log/vocabulary';
import { migrate } from '../../../src/runtime/postgres/migrate';
import { migrationDirectories, SAMPLE_WORKLOAD } from '../../support/template-database';
import { eventually } from '../../support/test-consumer';
import { createTestDatabase } from '../../support/test-database';

jest.setTimeout(120_000);

describe('the audit of a server without pgaudit', () => {
  test('is found to be unavailable, and leaves no role behind', async () => {
    const database = await createTestDatabase({ migrated: false });
    const logged: Array<[EventName, unknown]> = [];
    try {
      await migrate({
        database: database.settings,
        secret: database.secret,
        directories: migrationDirectories(SAMPLE_WORKLOAD),
        log: { event: (name, fields) => void logged.push([name, fields]) },
      });

      expect(logged).toContainEqual(['database.audit_checked', { auditState: 'unavailable' }]);
      expect((await database.owner.query("SELECT FROM pg_roles WHERE rolname = 'rds_pgaudit'")).rowCount).toBe(0);
    } finally {
      await database.drop();
    }
  });
});

/** Folder of a PostgreSQL with pgaudit, where Debian's packages put them. */
const withPgaudit = debianVersions().find((version) =>
  existsSync(`/usr/share/postgresql/${version}/extension/pgaudit.control`),
);
const REASON = 'skipped: no PostgreSQL with pgaudit here; on Debian 12, apt-get install postgresql-15-pgaudit';
const name = 'the audit of a server with pgaudit';

(withPgaudit === undefined ? describe.skip : describe)(withPgaudit === undefined ? `${name} [${REASON}]` : name, () => {
  let directory: string;
  let server: PostgresServer;

  const start = async (settings: Readonly<Record<string, string>>) =>
    startPostgresServer({
      directory,
      binaries: `/usr/lib/postgresql/${withPgaudit}`,
      settings: {
        logging_collector: 'on',
        log_filename: 'audit.log',
        log_statement: 'none',
        fsync: 'off',
        ...settings,
      },
    });
  const audited = { shared_preload_libraries: 'pgaudit', 'pgaudit.log': 'ddl,role', 'pgaudit.role': 'rds_pgaudit' };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pipeline-pgaudit-'));
  });
  afterEach(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs statements in a connection of its own, as somebody: a setting of the database holds from the next connection on. */
  const as = async (role: string, ...statements: string[]) => {
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
      await client.query(`SET ROLE ${role}`);
      let last: unknown;
      for (const statement of statements) last = (await client.query(statement)).rows?.[0]?.state;
      return last;
    } finally {
      await client.end();
    }
  };
  const ensure = async (role = 'postgres') => as(role, 'SELECT ensure_database_audit() AS state');
  const auditLines = async () =>
    (await readFile(join(directory, 'data', 'log', 'audit.log'), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('AUDIT: '));

  /** The tables as the migrations make them. Roles by hand: the first migration's grants are of PostgreSQL 16. */
  const makeTables = async () => {
    await as(
      'postgres',
      'CREATE ROLE pipeline_processor',
      'CREATE ROLE pipeline_api',
      'GRANT USAGE ON SCHEMA public TO PUBLIC',
    );
    await as('postgres', ...(await migrationsUp()));
  };
  const READ = "SELECT patient_id, value FROM sample WHERE patient_id = 'Grace-Hopper'";
  const STORE =
    "INSERT INTO sample (patient_id, code, event_id, source, value) VALUES ('Grace-Hopper', 'x', gen_random_uuid(), 'd', 1) ON CONFLICT DO NOTHING RETURNING event_id";

  test('writes reads, changes and removals of patients’ tables, without text and values', async () => {
    server = await start(audited);
    await makeTables();
    expect(await ensure()).toBe('active');

    await as('pipeline_processor', STORE);
    await as('pipeline_api', READ);
    await as(
      'postgres',
      "UPDATE quarantine SET reason = 'Grace-Hopper'",
      "DELETE FROM sample WHERE patient_id = 'Grace-Hopper'",
    );

    const lines = await eventually(auditLines, (found) => found.some((line) => line.includes('DELETE')));
    const objects = lines
      .map((line) => /AUDIT: OBJECT,\d+,\d+,(.*)$/.exec(line)?.[1])
      .filter((line) => line !== undefined);
    expect(objects).toEqual([
      'WRITE,INSERT,TABLE,public.sample,<not logged>,<not logged>',
      'READ,SELECT,TABLE,public.sample,<not logged>,<not logged>',
      'WRITE,UPDATE,TABLE,public.quarantine,<not logged>,<not logged>',
      'WRITE,DELETE,TABLE,public.sample,<not logged>,<not logged>',
    ]);
    expect(lines.join()).not.toContain('Hopper');
  });

  test('writes what changes schema and roles, without a password', async () => {
    server = await start(audited);
    await makeTables();
    await ensure();

    await as('postgres', "CREATE ROLE visitor LOGIN PASSWORD 'open-sesame'", 'CREATE TABLE ward (bed text)');

    const lines = await eventually(auditLines, (found) => found.some((line) => line.includes('CREATE TABLE')));
    expect(lines.join('\n')).toMatch(/SESSION,\d+,\d+,ROLE,CREATE ROLE/);
    expect(lines.join('\n')).not.toContain('open-sesame');
  });

  test('takes in tables that came later, and is the same however often it is asked for, even at once', async () => {
    server = await start(audited);
    await makeTables();
    await ensure();
    await as('postgres', 'CREATE TABLE ward (bed text)');

    expect(await Promise.all([ensure(), ensure(), ensure()])).toEqual(['active', 'active', 'active']);

    await as('postgres', 'SELECT bed FROM ward', 'SELECT shard_id FROM shard_lease');
    const lines = await eventually(auditLines, (found) => found.some((line) => line.includes('public.ward')));
    expect(lines.join('\n')).toContain('READ,SELECT,TABLE,public.ward,');
    expect(lines.join('\n')).not.toContain('public.shard_lease,<not logged>,<not logged>');
  });

  test('waits for the server to load the library, and grants nothing until then', async () => {
    server = await start({});
    await makeTables();

    expect(await ensure()).toBe('awaiting-restart');
    expect(await as('postgres', "SELECT count(*)::integer AS state FROM pg_roles WHERE rolname = 'rds_pgaudit'")).toBe(
      0,
    );
  });

  test('is refused to a login that may not make it, and then writes nothing of patients’ tables', async () => {
    server = await start(audited);
    await makeTables();
    await as(
      'postgres',
      'CREATE ROLE owner_without_rights',
      'GRANT EXECUTE ON FUNCTION ensure_database_audit TO PUBLIC',
    );

    expect(await ensure('owner_without_rights')).toBe('refused');
    await as('pipeline_api', READ);
    expect((await auditLines()).join()).not.toContain('OBJECT,');
  });
});

function debianVersions(): string[] {
  const folder = '/usr/lib/postgresql';
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** What the migrations do that come before the audit's, and the audit's. */
async function migrationsUp(): Promise<string[]> {
  const files = migrationDirectories(SAMPLE_WORKLOAD).flatMap((folder) =>
    readdirSync(folder).map((file) => ({ folder, file })),
  );
  const chosen = files
    .filter(({ file }) => file > '20261122180000000_roles.sql' && file <= '20261122185000000_pgaudit.sql')
    .sort((one, other) => one.file.localeCompare(other.file));
  return Promise.all(
    chosen.map(async ({ folder, file }) => {
      const [up = ''] = (await readFile(join(folder, file), 'utf8')).split('-- Down Migration');
      return up;
    }),
  );
}
