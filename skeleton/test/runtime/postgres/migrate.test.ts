import { migrate } from '../../../src/runtime/postgres/migrate';
import { MIGRATION_DIRECTORIES } from '../../support/template-database';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

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
      directories: MIGRATION_DIRECTORIES,
      log: { event: () => undefined },
    });

  test('applies each migration once, runtime before workload', async () => {
    const first = await run();
    const second = await run();

    expect(first.map((name) => name.replace(/^\d{17}_/, ''))).toEqual([
      'roles',
      'shard-lease',
      'quarantine',
      'access-audit',
      'vital-sign',
      'pgaudit',
      'operator',
      'retention',
      'operator',
    ]);
    expect(second).toEqual([]);
  });

  test('waits while another process migrates, and then finds nothing to do', async () => {
    const runs = await Promise.all([run(), run(), run()]);

    expect(runs.map((applied) => applied.length).sort()).toEqual([0, 0, 9]);
  });

  test('leaves the roles with the least they need', async () => {
    await run();
    const api = database.pool('pipeline_api');
    const processor = database.pool('pipeline_processor');

    await expect(api.query('INSERT INTO vital_sign SELECT')).rejects.toMatchObject({ code: '42501' });
    await expect(api.query('SELECT * FROM access_audit')).rejects.toMatchObject({ code: '42501' });
    await expect(api.query('SELECT drop_vital_sign_partitions(current_date - 10)')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(processor.query('SELECT * FROM vital_sign')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('SELECT * FROM quarantine')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('DELETE FROM vital_sign')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('CREATE TABLE mine ()')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('RESET ROLE; SELECT * FROM quarantine')).rejects.toMatchObject({ code: '42501' });
    const operator = database.pool('pipeline_operator');
    await expect(operator.query('DELETE FROM vital_sign')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('UPDATE vital_sign SET value = 0')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('DELETE FROM access_audit')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('UPDATE access_audit SET principal = $$nobody$$')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(operator.query('DELETE FROM quarantine_dropped')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('SELECT expire_access_audit(2192, 1)')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('SELECT drop_vital_sign_partitions(current_date - 10)')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(operator.query('SELECT * FROM shard_lease')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('SELECT erase_vital_signs($$p$$, 1)')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('SELECT * FROM quarantine_dropped')).rejects.toMatchObject({ code: '42501' });
    await expect(api.query('SELECT patient_id FROM vital_sign')).resolves.toMatchObject({ rows: [] });
  });
});
