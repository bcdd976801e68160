import { RecordsOperatorFixture } from './operator-fixture';
import { adt, group, observation, patient, removal, transaction } from './submissions';
import { SHARE_QUARANTINE_SQL } from '../../../../src/runtime/operations/quarantine-lock';
import { derivedResourceId } from '../../../../src/workloads/records/decode/identity';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';
import { eventually } from '../../../support/test-consumer';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

const DAY_MS = 86_400_000;

let operator: RecordsOperatorFixture;
beforeAll(async () => {
  operator = await RecordsOperatorFixture.start();
});
afterAll(async () => operator.stop());
afterEach(async () => operator.clear());

const erase = async (patientId: string, change = {}) =>
  operator.run(['patient', 'erase', '--patient', patientId, '--because', 'GDPR Art. 17, letter of 3 May'], change);

const idOf = (recordNumber: string, system = 'ROYAL') =>
  derivedResourceId('Patient', { system, value: recordNumber }, '');

const lockIsWaitedFor = async () =>
  eventually(
    async () =>
      operator.rows(
        'SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()',
      ),
    (waiting) => waiting.length > 0,
  );

/** Contents of all versions of a resource. */
async function contentsOf(reference: string) {
  const [type, id] = reference.split('/');
  const rows = await operator.rows<{ content: string | null }>(
    'SELECT content FROM resource_version WHERE resource_type = $1 AND resource_id = $2 ORDER BY version_id',
    [type, id],
  );
  return rows.map(({ content }) => content);
}

test('leaves nothing of the patient anywhere, and everything of others as it was', async () => {
  const neighbours = async () => {
    await operator.store(
      patient('p12'),
      // The same number, of another hospital.
      patient('q1', { identifier: [{ system: 'GUYS', value: 'mrn-p1' }] }),
      observation('o12', 'p12'),
      adt('A04', 'mrn-p1', { authority: 'GUYS', family: 'Roe' }),
    );
    await operator.quarantine(
      { payload: adt('A08', 'mrn-p1', { authority: 'GUYS', control: 'OTHER-1' }) },
      { payload: adt('A08', 'mrn-p12', { control: 'OTHER-2' }) },
      { payload: JSON.stringify(observation('q-o', 'p12')) },
      { payload: JSON.stringify(patient('q1', { identifier: [{ system: 'GUYS', value: 'mrn-p1' }] })) },
    );
  };
  await neighbours();
  const before = await operator.state();
  await operator.store(
    patient('p1', { identifier: [{ system: 'ROYAL', value: 'mrn-p1' }, { value: 'passport-p1' }] }),
    patient('p1', { identifier: [{ system: 'ROYAL', value: 'mrn-p1' }], gender: 'female' }),
    observation('o1', 'p1'),
    observation('o1', 'p1', { status: 'amended' }),
    observation('o2', 'p1'),
    removal('Observation/o2'),
  );
  const own = JSON.stringify(observation('o3', 'p1'));
  await operator.quarantine(
    { payload: adt('A08', 'mrn-p1', { family: 'Family-of-p1' }) },
    { payload: adt('A08', 'mrn-p1', { family: 'Family-of-p1' }).replace('ADT^A08', 'ADT^A99') },
    { payload: `${own.slice(0, -9)}` },
    { payload: JSON.stringify(patient('p1')).slice(0, -9) },
    { payload: Buffer.from(own, 'utf16le') },
    { payload: own.replace('Patient/p1"', 'Patient\\u002fp1"') },
    { payload: JSON.stringify(transaction(patient('p1'), patient('p12'))) },
    { payload: JSON.stringify({ ...patient('p1'), id: undefined }) },
    {
      payload: JSON.stringify(
        observation('o5', 'x', { subject: { identifier: { system: 'ROYAL', value: 'mrn-p1' } } }),
      ),
    },
  );

  const { exitCode, out } = await erase('p1');

  expect(exitCode).toBe(0);
  expect(out).toContain('Erased 6 rows and 9 quarantined events.\n');
  expect(await operator.state()).toEqual(before);
  const dump = await operator.dump();
  expect(dump.match(/(?<![\w.-])(?:p1|Family-of-p1|passport-p1)(?![\w.-])/g)).toBeNull();
  expect(dump).not.toContain('ROYAL|mrn-p1"');
  expect(out).not.toContain('p1');
  expect(dump).not.toContain('o3');
});

test('takes the patient’s lines out of a record, and leaves those of others at their places', async () => {
  await operator.store(patient('p1'));
  const [own, other] = [JSON.stringify(observation('o1', 'p1')), JSON.stringify(observation('o2', 'p2'))];
  await operator.quarantine({ payload: `${own}\n${other}\n{"broken Patient/p1`, eventIndex: -1 });

  const { out } = await erase('p1');

  expect(out).toContain("Of 1 quarantined record the patient's lines were taken out");
  const [row] = await operator.rows<{ payload: Buffer }>('SELECT payload FROM quarantine');
  expect(row?.payload.toString()).toBe(`\n${other}\n`);
});

test('takes with it all who were merged into the patient, and the merges', async () => {
  await operator.store(
    adt('A04', '1', { family: 'Born' }),
    adt('A04', '2', { family: 'Married' }),
    adt('A04', '3'),
    observation('o1', idOf('1')),
    adt('A40', '2', { merged: '1' }),
  );
  await operator.quarantine({ payload: adt('A08', '1') }, { payload: adt('A08', '3') });

  const { exitCode, out } = await erase(idOf('2'));

  expect({ exitCode, out: out.split('\n')[0] }).toEqual({
    exitCode: 0,
    out: 'Erased 7 rows and 1 quarantined event.',
  });
  expect(await operator.rows('SELECT DISTINCT patient_id FROM patient_resource')).toEqual([{ patient_id: idOf('3') }]);
  expect(await operator.count('patient_merge')).toBe(0);
  const dump = await operator.dump();
  for (const trace of [idOf('1'), idOf('2'), 'Born', 'Married', 'V-1"', 'V-2"']) expect(dump).not.toContain(trace);
  // On record under each id.
  expect(
    await operator.rows("SELECT patient_id FROM access_audit WHERE outcome = 'success' ORDER BY patient_id"),
  ).toEqual([idOf('1'), idOf('2')].toSorted().map((patient_id) => ({ patient_id })));
});

test('is refused of a record that was merged into another: the person is that one', async () => {
  await operator.store(adt('A04', '1'), adt('A04', '2'), adt('A40', '2', { merged: '1' }));
  const before = await operator.state();

  const { exitCode, err } = await erase(idOf('1'));

  expect(exitCode).toBe(4);
  expect(err).toContain('Erase that one: it takes this one with it.');
  expect(err).not.toContain(idOf('2'));
  expect(await operator.state()).toEqual(before);
});

describe('of what is another patient’s as well', () => {
  const MASKED = {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }],
  };

  test('masks what names the patient in every version, and leaves the rest, digit by digit', async () => {
    const quantity = '"characteristic":[{"code":{"text":"Weight"},"valueQuantity":{"value":1.00},"exclude":false}]';
    const withDigits = (ids: readonly string[]) =>
      JSON.stringify(group('g1', ids, { characteristic: [] })).replace('"characteristic":[]', quantity);
    await operator.store(
      patient('p1'),
      patient('p2'),
      withDigits(['p2']),
      withDigits(['p1', 'p2']),
      withDigits(['p2', 'p12', 'p1']),
    );

    const { out } = await erase('p1');

    expect(out).toContain('Of 1 resource of other patients what names this one was taken out, and the rest left.');
    const versions = await contentsOf('Group/g1');
    expect(versions).toHaveLength(3);
    // What never named the patient is as it was, its narrative too.
    expect(versions[0]).toBe(withDigits(['p2']));
    expect(versions[1]).toContain(quantity);
    const parsed = versions.map((one) => JSON.parse(one ?? '') as { text?: object; member: unknown });
    expect(parsed[2]).not.toHaveProperty('text');
    expect(parsed[2]?.member).toEqual([
      { entity: { reference: 'Patient/p2', display: 'Family-of-p2' } },
      { entity: { reference: 'Patient/p12', display: 'Family-of-p12' } },
      { entity: MASKED },
    ]);
    expect(parsed.flatMap((one) => schemaFaults(one))).toEqual([]);
    expect((await operator.dump()).match(/(?<![\w.-])(?:p1|Family-of-p1)(?![\w.-])/g)).toBeNull();
    expect(await operator.rows("SELECT target_id FROM resource_reference WHERE resource_id = 'g1' ORDER BY 1")).toEqual(
      [{ target_id: 'p12' }, { target_id: 'p2' }],
    );

    // With the last of those whom it is about, it goes.
    await operator.store(patient('p12'));
    await erase('p2');
    expect(await contentsOf('Group/g1')).toHaveLength(3);
    await erase('p12');
    expect(await contentsOf('Group/g1')).toEqual([]);
  });

  test('removes what only names another one, who is not its subject', async () => {
    const performer = { performer: [{ reference: 'Patient/p2' }] };
    await operator.store(patient('p1'), patient('p2'), observation('o1', 'p1', performer));

    await erase('p1');

    expect(await contentsOf('Observation/o1')).toEqual([]);
    expect(await contentsOf('Patient/p2')).toHaveLength(1);
  });

  test('masks who performed it, where the patient did and another is its subject', async () => {
    const performer = {
      performer: [{ reference: 'https://fhir.example/Patient/p1/_history/2' }, { reference: 'Patient/p1' }],
    };
    await operator.store(patient('p1'), patient('p2'), observation('o1', 'p2', performer));

    await erase('p1');

    const [content] = await contentsOf('Observation/o1');
    expect(JSON.parse(content ?? '')).toMatchObject({
      subject: { reference: 'Patient/p2' },
      performer: [MASKED, MASKED],
    });
  });

  test('keeps for another one what was about the patient by a mistake that was mended', async () => {
    await operator.store(patient('p1'), patient('p2'), observation('o1', 'p1'), observation('o1', 'p2'));

    await erase('p1');

    const versions = (await contentsOf('Observation/o1')).map((one) => JSON.parse(one ?? '') as { subject: object });
    expect(versions.map(({ subject }) => subject)).toEqual([
      MASKED,
      { reference: 'Patient/p2', display: 'Family-of-p2' },
    ]);
  });

  test('masks the link by which another Patient names the patient', async () => {
    const link = [{ other: { reference: 'Patient/p1' }, type: 'seealso' }];
    await operator.store(patient('p1'), patient('p2', { link }));

    await erase('p1');

    const [content] = await contentsOf('Patient/p2');
    expect(JSON.parse(content ?? '')).toMatchObject({ id: 'p2', link: [{ other: MASKED, type: 'seealso' }] });
    expect(await operator.rows('SELECT FROM resource_reference')).toEqual([]);
  });

  test('does not take another one’s events for the patient’s by an identifier that both have', async () => {
    const shared = { identifier: [{ system: 'INSURER', value: 'policy-7' }] };
    await operator.store(patient('p1', shared), patient('p2', shared));
    await operator.quarantine({ payload: adt('A08', 'policy-7', { authority: 'INSURER' }) });

    await erase('p1');

    expect(await operator.count('quarantine')).toBe(1);
  });
});

test('removes more than fits into one step', async () => {
  await operator.store(patient('p1'), patient('p2'));
  await operator.rows(`
    WITH made AS (
      INSERT INTO resource SELECT 'Observation', 'long-' || n, 1, now(), false FROM generate_series(1, 1200) AS n
      RETURNING resource_id
    ), versions AS (
      INSERT INTO resource_version
      SELECT 'Observation', resource_id, 1, now(), false, '{}', NULL, NULL, gen_random_uuid() FROM made
    )
    INSERT INTO patient_resource SELECT 'p1', 'Observation', resource_id FROM made`);

  expect((await erase('p1')).out).toContain('Erased 1201 rows');
  expect(await operator.rows('SELECT resource_type, resource_id FROM resource_version')).toEqual([
    { resource_type: 'Patient', resource_id: 'p2' },
  ]);
});

test('is on record with who, why and how much, before and after', async () => {
  await operator.store(patient('p1'), observation('o1', 'p1'));
  await erase('p1');

  expect(await operator.rows('SELECT * FROM access_audit ORDER BY occurred_at')).toMatchObject([
    {
      action: 'patient.erase',
      principal: 'Anna Schmidt (local)',
      patient_id: 'p1',
      query: 'because=GDPR+Art.+17%2C+letter+of+3+May',
      outcome: 'started',
    },
    { outcome: 'success', returned: 2 },
  ]);
});

describe('while a law has records kept', () => {
  const variables = { LEGAL_RETENTION_DAYS: '30', LEGAL_RETENTION_BASIS: 'Records Management Code 2021' };
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

  test('is refused, by the time at which the source last changed the record, with the law and the date', async () => {
    await operator.store(
      patient('p1', { meta: { lastUpdated: daysAgo(50) } }),
      observation('o1', 'p1', { meta: { lastUpdated: daysAgo(20) } }),
    );
    const [row] = await operator.rows<{ at: Date }>('SELECT max(source_updated_at) AS at FROM resource_version');
    const before = await operator.state();

    const { exitCode, out, err } = await erase('p1', { variables });

    expect(exitCode).toBe(4);
    expect(err).toContain('Erasure is refused: Records Management Code 2021 has data kept for 30 days.');
    expect(err).toContain(new Date((row?.at.getTime() ?? NaN) + 30 * DAY_MS).toISOString());
    expect(out).toContain('Nothing was erased.');
    expect(await operator.state()).toEqual(before);
  });

  test.each([
    ['what a source says of the future', { meta: { lastUpdated: '2099-01-01T00:00:00Z' } }],
    ['a record whose time no source tells', {}],
  ])('counts %s from when it came', async (_, change) => {
    await operator.store(patient('p1', change));
    await operator.rows("UPDATE resource_version SET last_updated = now() - interval '29 days'");
    expect((await erase('p1', { variables })).exitCode).toBe(4);

    await operator.rows("UPDATE resource_version SET last_updated = now() - interval '31 days'");
    expect((await erase('p1', { variables })).exitCode).toBe(0);
    expect(await operator.count('resource_version')).toBe(0);
  });

  test('is refused while an event in quarantine is that young', async () => {
    await operator.store(patient('p1', { meta: { lastUpdated: daysAgo(50) } }));
    await operator.quarantine({ payload: adt('A08', 'mrn-p1') });

    expect((await erase('p1', { variables })).exitCode).toBe(4);
    expect(await operator.count('resource_version')).toBe(1);
  });
});

test('waits for a processor that writes a resource of the patient, and takes what it wrote', async () => {
  await operator.store(patient('p1'), observation('o1', 'p1'));
  const processor = await operator.database.owner.connect();
  try {
    await processor.query('BEGIN');
    await processor.query("SELECT FROM resource WHERE resource_id = 'o1' FOR UPDATE");
    await processor.query(
      `INSERT INTO resource_version
       SELECT resource_type, resource_id, 2, now(), false, content, NULL, NULL, event_id FROM resource_version
       WHERE resource_id = 'o1'`,
    );
    const erasure = erase('p1');
    await lockIsWaitedFor();
    await processor.query('COMMIT');

    expect((await erasure).out).toContain('Erased 3 rows');
  } finally {
    processor.release();
  }
  expect(await operator.count('resource_version')).toBe(0);
});

test('waits for a step of a replay, and takes those with it whom that merged into the patient', async () => {
  await operator.store(adt('A04', '1'), adt('A04', '2'));
  const replay = await operator.database.owner.connect();
  try {
    await replay.query('BEGIN');
    await replay.query(SHARE_QUARANTINE_SQL);
    const erasure = erase(idOf('2'));
    await lockIsWaitedFor();
    await operator.store(adt('A40', '2', { merged: '1' }));
    await replay.query('COMMIT');

    expect((await erasure).exitCode).toBe(0);
  } finally {
    replay.release();
  }
  expect(await operator.dump()).toBe('');
});

test('that was stopped between two steps still knows who the person is', async () => {
  await operator.store(
    adt('A04', '1'),
    adt('A04', '2'),
    observation('o1', idOf('1')),
    adt('A40', '2', { merged: '1' }),
  );
  await operator.rows('SELECT FROM erase_patient_records($1, 3)', [[idOf('2'), idOf('1')]]);
  expect(await operator.rows('SELECT DISTINCT resource_type FROM resource')).toEqual([{ resource_type: 'Patient' }]);
  expect(await operator.count('patient_merge')).toBe(1);
  await operator.quarantine({ payload: adt('A08', '1') });

  await erase(idOf('2'));

  expect(await operator.dump()).toBe('');
});

test('and processors that write the same resources wait for each other, and never in a circle', async () => {
  const ids = ['o1', 'o2', 'o3', 'p1', 'z1'];
  for (let round = 0; round < 8; round += 1) {
    const entries = ids.map((id) => (id === 'p1' ? patient(id) : observation(id, 'p1')));
    await operator.store(transaction(...entries));
    const [erased] = await Promise.all([erase('p1'), operator.store(transaction(...entries.toReversed()))]);
    expect(erased.exitCode).toBe(0);
  }
});

describe('the function that erases', () => {
  test.each([["'{}'"], ['NULL'], ['\'{""}\''], ["'{p1,NULL}'"]])('refuses %s as nobody', async (patients) => {
    await operator.store(patient('p1'));

    await expect(operator.rows(`SELECT * FROM erase_patient_records(${patients}::text[], 10)`)).rejects.toThrow(
      'no patient is named',
    );
    expect(await operator.count('resource')).toBe(1);
  });

  test('is all that the operator may remove records by', async () => {
    const rights = await operator.rows<{ right: string }>(
      `SELECT lower(privilege_type) || ' ' || table_name AS right FROM information_schema.table_privileges
       WHERE grantee = 'pipeline_operator' AND privilege_type <> 'SELECT' ORDER BY 1`,
    );

    expect(rights.map(({ right }) => right)).toEqual([
      'delete quarantine',
      'insert access_audit',
      'insert quarantine',
      'insert quarantine_dropped',
    ]);
  });
});
