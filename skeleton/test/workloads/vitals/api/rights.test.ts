import { ApiFixture, reading } from './api-fixture';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([reading()]);
});
afterAll(async () => {
  await api.stop();
});

const INSUFFICIENT_PRIVILEGE = '42501';
const NEW_READING = `INSERT INTO vital_sign VALUES ('p', '8867-4', now(), gen_random_uuid(), 'd', 1, '/min')`;

test('the API’s connection reads vital signs and adds to the audit trail', async () => {
  const { rows } = await api.connections.query<{ role: string }>('SELECT current_user AS role FROM vital_sign');
  expect(rows).toEqual([{ role: 'pipeline_api' }]);
  expect((await api.get('/Observation?patient=p-1')).status).toBe(200);
  expect(await api.audit()).toHaveLength(1);
});

test.each([
  'SELECT * FROM quarantine',
  'SELECT payload FROM quarantine LIMIT 1',
  "INSERT INTO quarantine VALUES ('s', 's', '1', 0, 'r', 'r', '')",
  NEW_READING,
  'UPDATE vital_sign SET value = 0',
  'DELETE FROM vital_sign',
  'TRUNCATE vital_sign',
  'DROP TABLE vital_sign',
  'SELECT ensure_vital_sign_partition(current_date + 1)',
  'SELECT drop_vital_sign_partitions(current_date - 2)',
  'SELECT * FROM access_audit',
  'SELECT count(*) FROM access_audit',
  "UPDATE access_audit SET principal = 'nobody'",
  'DELETE FROM access_audit',
  'TRUNCATE access_audit',
  'SELECT * FROM shard_lease',
  'UPDATE shard_lease SET checkpoint = NULL',
  'SELECT * FROM worker',
  'CREATE TABLE mine (a int)',
  'CREATE ROLE mine',
  'SELECT pg_read_file($$/etc/passwd$$)',
])('it may not: %s', async (statement) => {
  await expect(api.connections.query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
});
