import { readdirSync } from 'node:fs';
import { migrate } from '../../../src/runtime/postgres/migrate';
import { migrationDirectories, SAMPLE_WORKLOAD } from '../../support/template-database';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

const DIRECTORIES = migrationDirectories(SAMPLE_WORKLOAD);
const NAMES = DIRECTORIES.flatMap((directory) => readdirSync(directory))
  .map((file) => file.replace(/\.sql$/, ''))
  .sort();

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

describe('migrate', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  afterEach(async () => database.drop());

  const run = async () =>
    migrate({
      database: database.settings,
      secret: database.secret,
      directories: DIRECTORIES,
      log: { event: () => undefined },
    });

  test('applies each migration of both folders once, in the order of their times', async () => {
    const first = await run();
    const second = await run();

    expect(first).toEqual(NAMES);
    expect(
      first.filter((name) => /_(roles|sample|pgaudit)$/.test(name)).map((name) => name.replace(/^\d{17}_/, '')),
    ).toEqual(['roles', 'sample', 'pgaudit']);
    expect(second).toEqual([]);
  });

  test('waits while another process migrates, and then finds nothing to do', async () => {
    const runs = await Promise.all([run(), run(), run()]);

    expect(runs.map((applied) => applied.length).sort()).toEqual([0, 0, NAMES.length]);
  });

  test('leaves the roles with the least they need', async () => {
    await run();
    const api = database.pool('pipeline_api');
    const processor = database.pool('pipeline_processor');

    await expect(api.query('SELECT * FROM access_audit')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('SELECT * FROM quarantine')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('CREATE TABLE mine ()')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('RESET ROLE; SELECT * FROM quarantine')).rejects.toMatchObject({ code: '42501' });
    const operator = database.pool('pipeline_operator');
    await expect(operator.query('DELETE FROM access_audit')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('UPDATE access_audit SET principal = $$nobody$$')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(operator.query('DELETE FROM quarantine_dropped')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('SELECT expire_access_audit(2192, 1)')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('SELECT * FROM shard_lease')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('SELECT * FROM quarantine_dropped')).rejects.toMatchObject({ code: '42501' });
  });
});
