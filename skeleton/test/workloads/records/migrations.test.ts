import { createTestDatabase, TestDatabase } from '../../support/test-database';

jest.setTimeout(60_000);

describe('rights on the records tables', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ workload: 'records' });
  });
  afterAll(async () => database.drop());

  const TABLES = [
    'resource_version',
    'resource',
    'resource_token',
    'resource_date',
    'resource_reference',
    'patient_merge',
    'patient_resource',
    'access_audit',
    'quarantine',
  ];
  const rightsOf = async (role: string) => {
    const { rows } = await database.owner.query<{ right: string }>(
      `SELECT lower(privilege_type) || ' ' || table_name AS right FROM information_schema.table_privileges
       WHERE grantee = $1 AND table_name = ANY ($2::text[]) ORDER BY 1`,
      [role, TABLES],
    );
    return rows.map(({ right }) => right);
  };

  test('let whoever fills them read nothing of them', async () => {
    expect(await rightsOf('pipeline_processor')).toEqual(['insert quarantine']);
  });

  test('let the API read, and add to the trail', async () => {
    expect(await rightsOf('pipeline_api')).toEqual([
      'insert access_audit',
      'select patient_merge',
      'select resource',
      'select resource_date',
      'select resource_reference',
      'select resource_token',
      'select resource_version',
    ]);
  });

  test('let whoever reads the trail read nothing else', async () => {
    expect(await rightsOf('pipeline_auditor')).toEqual(['insert access_audit', 'select access_audit']);
  });
});
