import { heartRate, RecordsFixture } from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(heartRate('o-1', 'p-1'));
});
afterAll(async () => {
  await api.stop();
});

const INSUFFICIENT_PRIVILEGE = '42501';

test('the API’s connection reads records and adds to the audit trail', async () => {
  const { rows } = await api.connections.query<{ role: string }>('SELECT current_user AS role FROM resource_version');
  expect(rows).toEqual([{ role: 'pipeline_api' }]);
  expect((await api.get('/Observation/o-1')).status).toBe(200);
  expect(await api.audit()).toHaveLength(1);
});

test('that of the trail’s function reads the trail and adds to it', async () => {
  const { rows } = await api.auditor.query<{ role: string }>('SELECT current_user AS role FROM access_audit');
  expect(rows).toEqual([{ role: 'pipeline_auditor' }]);
  expect((await api.getAudit('/AuditEvent?patient=p-1')).status).toBe(200);
});

/** What neither of them may. */
const NOBODYS = [
  "UPDATE access_audit SET principal = 'nobody'",
  'DELETE FROM access_audit',
  'TRUNCATE access_audit',
  'SELECT * FROM quarantine',
  "INSERT INTO quarantine VALUES ('s', 's', '1', 0, 'r', 'r', '')",
  'SELECT * FROM shard_lease',
  'UPDATE shard_lease SET checkpoint = NULL',
  'SELECT * FROM worker',
  'SELECT * FROM patient_resource',
  "UPDATE resource_version SET content = '{}'",
  'DELETE FROM resource_version',
  'TRUNCATE resource_version, resource',
  "UPDATE resource SET resource_id = 'x'",
  'DELETE FROM resource_token',
  "INSERT INTO patient_merge VALUES ('a', 'b', now(), gen_random_uuid())",
  'DROP TABLE resource',
  'CREATE TABLE mine (a int)',
  'CREATE ROLE mine',
  'SELECT pg_read_file($$/etc/passwd$$)',
];

test.each([
  'SELECT * FROM access_audit',
  'SELECT count(*) FROM access_audit',
  "SELECT * FROM audited_patient_ids('p-1')",
  ...NOBODYS,
])('the API’s connection may not: %s', async (statement) => {
  await expect(api.connections.query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
});

test.each([
  'SELECT * FROM resource_version',
  'SELECT count(*) FROM resource',
  'SELECT * FROM resource_token',
  'SELECT * FROM resource_date',
  'SELECT * FROM resource_reference',
  'SELECT * FROM patient_merge',
  "SELECT * FROM patient_with_merged('p-1')",
  ...NOBODYS,
])('that of the trail’s function may not: %s', async (statement) => {
  await expect(api.auditor.query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
});
