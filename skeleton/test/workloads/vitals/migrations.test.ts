import { createTestDatabase, type TestDatabase } from '../../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

describe('the tables of vital signs', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase({ workload: 'vitals' });
  });
  afterAll(async () => database.drop());

  test('leave the roles with the least they need', async () => {
    const api = database.pool('pipeline_api');
    const processor = database.pool('pipeline_processor');
    const operator = database.pool('pipeline_operator');

    await expect(api.query('INSERT INTO vital_sign SELECT')).rejects.toMatchObject({ code: '42501' });
    await expect(api.query('SELECT drop_vital_sign_partitions(current_date - 10)')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(processor.query('SELECT * FROM vital_sign')).rejects.toMatchObject({ code: '42501' });
    await expect(processor.query('DELETE FROM vital_sign')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('DELETE FROM vital_sign')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('UPDATE vital_sign SET value = 0')).rejects.toMatchObject({ code: '42501' });
    await expect(operator.query('SELECT drop_vital_sign_partitions(current_date - 10)')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(processor.query('SELECT erase_vital_signs($$p$$, 1)')).rejects.toMatchObject({ code: '42501' });
    await expect(api.query('SELECT patient_id FROM vital_sign')).resolves.toMatchObject({ rows: [] });
  });
});
