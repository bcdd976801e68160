import { RecordsOperatorFixture } from './operator-fixture';
import { adt, group, observation, patient, removal, transaction } from './submissions';
import { derivedResourceId } from '../../../../src/workloads/records/decode/identity';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

let operator: RecordsOperatorFixture;
beforeAll(async () => {
  operator = await RecordsOperatorFixture.start();
});
afterAll(async () => operator.stop());
afterEach(async () => operator.clear());

let exportsCount = 0;
/** Exports a patient and reads what was written. */
async function exported(patientId: string) {
  exportsCount += 1;
  const name = `export-${exportsCount}.ndjson`;
  const run = await operator.run(['patient', 'export', '--patient', patientId, '--output', operator.path(name)]);
  return { ...run, lines: operator.exportedLines(name), resources: operator.exported(name) };
}

/** `Type/id/version` of each resource that has one. */
const versionsOf = (resources: ReadonlyArray<Record<string, unknown>>) =>
  resources.flatMap(({ resourceType, id, meta }) =>
    typeof meta === 'object' && meta !== null
      ? [`${String(resourceType)}/${String(id)}/${String(Reflect.get(meta, 'versionId'))}`]
      : [],
  );

test('writes every version of every resource, and of what was removed that it was, each legal by FHIR R4', async () => {
  await operator.store(
    patient('p1'),
    patient('p1', { gender: 'female' }),
    observation('o1', 'p1'),
    removal('Observation/o1'),
    patient('p12'),
    observation('o12', 'p12'),
  );

  const { exitCode, resources, out } = await exported('p1');

  expect(exitCode).toBe(0);
  expect(versionsOf(resources)).toEqual(['Observation/o1/1', 'Patient/p1/1', 'Patient/p1/2']);
  expect(resources[1]).toMatchObject({
    resourceType: 'Provenance',
    target: [{ reference: 'Observation/o1/_history/2' }],
    activity: { coding: [{ code: 'DELETE' }] },
  });
  expect(resources.flatMap(schemaFaults)).toEqual([]);
  expect(out).toContain('4 resources, 0 quarantined events, 1 access.');
});

test('keeps the digits of numbers, and tells the version’s own time', async () => {
  const exact = JSON.stringify(observation('o1', 'p1', { valueQuantity: { value: 7 } })).replace(':7}', ':7.00}');
  await operator.store(patient('p1'), exact);

  const { lines } = await exported('p1');

  expect(lines[0]).toContain('"valueQuantity":{"value":7.00}');
  const [row] = await operator.rows<{ at: Date }>("SELECT last_updated AS at FROM resource WHERE resource_id = 'o1'");
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    meta: { versionId: '1', lastUpdated: row?.at.toISOString() },
  });
});

test('holds what was about the patient once, though the current version is about another', async () => {
  await operator.store(
    patient('p1'),
    patient('p2'),
    observation('o1', 'p1'),
    observation('o1', 'p2', { meta: { versionId: '2' } }),
  );

  expect(versionsOf((await exported('p1')).resources)).toEqual([
    'Observation/o1/1',
    'Observation/o1/2',
    'Patient/p1/1',
  ]);
});

test('holds those who were merged into the patient, at however many removes, and the merges', async () => {
  const id = (number: string) => derivedResourceId('Patient', { system: 'ROYAL', value: number }, '');
  await operator.store(
    adt('A04', '1'),
    adt('A04', '2'),
    adt('A04', '3'),
    observation('o1', id('1')),
    adt('A40', '2', { merged: '1' }),
    adt('A40', '3', { merged: '2' }),
  );
  await operator.rows(
    `INSERT INTO access_audit VALUES (now(), 'request-1', 'ward', 'read', 'Patient', $1, '', 'success', 200, 1)`,
    [id('1')],
  );

  const { resources, out } = await exported(id('3'));

  const versions = versionsOf(resources);
  expect(versions).toContain('Observation/o1/1');
  for (const number of ['1', '2', '3']) expect(versions).toContain(`Patient/${id(number)}/1`);
  expect(versions.filter((one) => one.startsWith('Encounter/'))).toHaveLength(3);
  expect(resources.filter(({ resourceType }) => resourceType === 'Provenance')).toMatchObject([
    { target: [{ reference: `Patient/${id('2')}` }, { reference: `Patient/${id('1')}` }] },
    { target: [{ reference: `Patient/${id('3')}` }, { reference: `Patient/${id('2')}` }] },
  ]);
  // The read of the merged one's data, and this export under each of the three ids.
  expect(resources.filter(({ resourceType }) => resourceType === 'AuditEvent')).toHaveLength(4);
  expect(resources.flatMap(schemaFaults)).toEqual([]);
  expect(out).not.toContain('was merged');
});

test('of a record that was merged says where the rest is', async () => {
  const id = (number: string) => derivedResourceId('Patient', { system: 'ROYAL', value: number }, '');
  await operator.store(adt('A04', '1'), adt('A04', '2'), adt('A40', '2', { merged: '1' }));

  const { exitCode, out } = await exported(id('1'));

  expect(exitCode).toBe(0);
  expect(out).toContain('was merged into another one, which its Patient names by the link "replaced-by"');
});

test('holds what waits in quarantine and is about the patient, in whatever form it came', async () => {
  await operator.store(patient('p1', { identifier: [{ system: 'ROYAL', value: '1' }] }));
  const [own, other] = [JSON.stringify(observation('o1', 'p1')), JSON.stringify(observation('o2', 'p2'))];
  await operator.quarantine(
    { payload: adt('A08', '1') },
    { payload: `${own}\n${other}`, eventIndex: -1 },
    { payload: JSON.stringify(transaction(patient('p2'), observation('o3', 'p1')), null, 2), eventIndex: -1 },
    { payload: own.slice(0, -9) },
    { payload: Buffer.from(own, 'utf16le') },
    { payload: JSON.stringify({ resourceType: 'Patient', identifier: [{ system: 'ROYAL', value: '1' }] }) },
    // Of others.
    { payload: adt('A08', '1', { authority: 'GUYS' }) },
    { payload: adt('A08', '12') },
    { payload: other },
    { payload: JSON.stringify(observation('o4', 'p12')) },
    { payload: JSON.stringify(patient('p9', { identifier: [{ system: 'GUYS', value: '1' }] })) },
  );

  const documents = (await exported('p1')).resources.filter(({ resourceType }) => resourceType === 'DocumentReference');

  expect(documents).toHaveLength(6);
  const texts = documents.map(({ content }) => {
    const { attachment } = Reflect.get(Object(content), 0) as { attachment: { data: string } };
    return Buffer.from(attachment.data, 'base64').toString();
  });
  expect(texts[1]).toBe(own);
});

test('shares a group as it is with each of its members', async () => {
  await operator.store(patient('p1'), patient('p2'), group('g1', ['p1', 'p2']));

  for (const id of ['p1', 'p2']) expect(versionsOf((await exported(id)).resources)).toContain('Group/g1/1');
});

test('of an unknown patient is empty but for its own record, and says to compare the id', async () => {
  const { exitCode, resources, out } = await exported('nobody');

  expect({ exitCode, types: resources.map(({ resourceType }) => resourceType) }).toEqual({
    exitCode: 0,
    types: ['AuditEvent'],
  });
  expect(out).toContain('Nothing was stored about the patient: compare the id');
});
