import { statSync } from 'node:fs';
import { RecordsOperatorFixture } from './operator-fixture';
import { adt, observation, patient, removal, transaction } from './submissions';
import { derivedResourceId } from '../../../../src/workloads/records/decode/identity';
import { killOperators, startOperator } from '../../../runtime/operations/operator-process';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

let operator: RecordsOperatorFixture;
beforeAll(async () => {
  operator = await RecordsOperatorFixture.start();
});
afterAll(async () => operator.stop());
afterEach(async () => {
  await killOperators();
  await operator.clear();
});

const json = (value: object) => JSON.stringify(value);
const idOf = (recordNumber: string) => derivedResourceId('Patient', { system: 'ROYAL', value: recordNumber }, '');
const stored = async () =>
  (
    await operator.rows<{ place: string }>(
      `SELECT resource_type || '/' || resource_id || '/' || version_id AS place FROM resource_version ORDER BY 1`,
    )
  ).map(({ place }) => place);

describe('quarantine replay', () => {
  const replay = async () => operator.run(['quarantine', 'replay']);

  test('stores what is right by now, of resources, Bundles, lines and messages, and keeps the rest with its reason of today', async () => {
    const wrong = { ...observation('o9', 'p1'), status: undefined };
    await operator.quarantine(
      { payload: json(patient('p1')) },
      { payload: json(transaction(patient('p2'), observation('o2', 'p2'))), eventIndex: -1 },
      { payload: `${json(observation('o1', 'p1'))}\n${json(wrong)}`, eventIndex: -1 },
      { payload: adt('A04', '1') },
      { payload: '{"broken', reasonCode: 'event_not_json' },
    );

    const { exitCode, out } = await replay();

    expect(exitCode).toBe(0);
    expect(out).toContain('Looked at 5 events: 4 stored, 0 stored before, 2 still wrong.\n');
    expect(await operator.reasons()).toEqual(['resource_invalid', 'event_not_json']);
    expect(await operator.rows("SELECT event_index FROM quarantine WHERE reason_code = 'resource_invalid'")).toEqual([
      { event_index: 1 },
    ]);
    const places = await stored();
    expect(places).toEqual(
      expect.arrayContaining(['Observation/o1/1', 'Observation/o2/1', 'Patient/p1/1', 'Patient/p2/1']),
    );
    expect(places).toContain(`Patient/${idOf('1')}/1`);
  });

  test('stores nothing twice that came by another way meanwhile', async () => {
    await operator.store(patient('p1'));
    await operator.quarantine({ payload: json(patient('p1')) });

    expect((await replay()).out).toContain('0 stored, 1 stored before, 0 still wrong');
    expect([await stored(), await operator.count('quarantine')]).toEqual([['Patient/p1/1'], 0]);
  });

  test('keeps what the database refuses, with the reason that it has now, and stores nothing of it', async () => {
    const second = { meta: { versionId: '2' } };
    await operator.store(patient('p1', { ...second, gender: 'male' }));
    await operator.quarantine(
      { payload: json(patient('p1', { ...second, gender: 'female' })), reasonCode: 'resource_invalid' },
      {
        payload: json(transaction(observation('o1', 'p1'), patient('p1', { ...second, gender: 'other' }))),
        eventIndex: -1,
      },
      { payload: adt('A40', '2', { merged: '1' }), reasonCode: 'hl7_not_taken' },
      { payload: json(patient('p2')) },
    );

    const { exitCode, out } = await replay();

    expect(exitCode).toBe(0);
    expect(out).toContain('Still wrong: 2 of version_conflict.\n');
    expect(out).toContain('Still wrong: 1 of merge_patient_unknown.\n');
    expect(out).toContain('Looked at 4 events: 1 stored, 0 stored before, 3 still wrong.\n');
    expect(await operator.reasons()).toEqual(['version_conflict', 'version_conflict', 'merge_patient_unknown']);
    expect(await stored()).toEqual(['Patient/p1/1', 'Patient/p2/1']);
    const [merge] = await operator.rows<{ reason: string }>(
      "SELECT reason FROM quarantine WHERE reason_code = 'merge_patient_unknown'",
    );
    expect(merge?.reason).toContain('expected both; replay the event once the messages that tell of them have come');
  });

  test('makes a merge whose patients have come by now', async () => {
    const merge = adt('A40', '2', { merged: '1' });
    await operator.quarantine({ payload: merge, reasonCode: 'merge_patient_unknown' });
    expect((await replay()).out).toContain('0 stored, 0 stored before, 1 still wrong');

    await operator.store(adt('A04', '1'), adt('A04', '2'));

    expect((await replay()).out).toContain('1 stored, 0 stored before, 0 still wrong');
    expect(await operator.rows('SELECT merged_id, surviving_id FROM patient_merge')).toEqual([
      { merged_id: idOf('1'), surviving_id: idOf('2') },
    ]);
    expect(await operator.count('quarantine')).toBe(0);
  });
});

describe('quarantine show', () => {
  test.each([
    ['a message', () => adt('A08', '1'), [idOf('1')]],
    ['a Bundle', () => json(transaction(patient('p1'), observation('o1', 'p2'))), ['p1', 'p2']],
    ['what is broken', () => json(observation('o1', 'p1')).slice(0, -9), ['p1']],
    ['what names nobody', () => '{"resourceType":"Practitioner"}', [null]],
  ])('of %s is on record for whom it speaks of', async (_, payload, patients) => {
    const [id = ''] = await operator.quarantine({ payload: payload() });

    const shown = await operator.run(['quarantine', 'show', '--id', id, '--output', operator.path(`${id}.json`)]);

    expect(shown.exitCode).toBe(0);
    expect(await operator.rows("SELECT patient_id FROM access_audit WHERE outcome = 'started' ORDER BY 1")).toEqual(
      patients.map((patient_id) => ({ patient_id })),
    );
  });
});

describe('references unresolved', () => {
  const list = async (name: string) => operator.run(['references', 'unresolved', '--output', operator.path(name)]);
  const anHourPasses = async () => operator.rows("UPDATE resource SET last_updated = now() - interval '61 minutes'");

  test('writes each once, with what refers, where and to what, and counts them by type', async () => {
    await operator.store(
      patient('p1'),
      patient('gone'),
      observation('o1', 'p1', { performer: [{ reference: 'Practitioner/d1' }, { reference: 'Practitioner/d2' }] }),
      observation('o2', 'nobody'),
      observation('o3', 'gone'),
      removal('Patient/gone'),
    );
    await anHourPasses();
    await operator.store(observation('young', 'nobody'));

    const { exitCode, out } = await list('references.ndjson');

    expect(exitCode).toBe(0);
    expect(operator.exportedLines('references.ndjson').map((line) => JSON.parse(line) as unknown)).toEqual([
      { source: 'Observation/o3', path: 'Observation.subject', target: 'Patient/gone' },
      { source: 'Observation/o2', path: 'Observation.subject', target: 'Patient/nobody' },
      { source: 'Observation/o1', path: 'Observation.performer[0]', target: 'Practitioner/d1' },
      { source: 'Observation/o1', path: 'Observation.performer[1]', target: 'Practitioner/d2' },
    ]);
    expect(out.split('\n')).toEqual([
      '        2  Patient',
      '        2  Practitioner',
      `Written to ${operator.path('references.ndjson')}: 4 references to what is not stored. Ids in it are patient data.`,
      '',
    ]);
    expect((statSync(operator.path('references.ndjson')).mode % 0o1000).toString(8)).toBe('600');
    expect(
      await operator.rows('SELECT action, resource_type, outcome, returned FROM access_audit ORDER BY occurred_at'),
    ).toEqual([
      { action: 'references.unresolved', resource_type: 'Reference', outcome: 'started', returned: 0 },
      { action: 'references.unresolved', resource_type: 'Reference', outcome: 'success', returned: 4 },
    ]);
  });

  test('is empty when all are stored', async () => {
    await operator.store(patient('p1'), observation('o1', 'p1'));
    await anHourPasses();

    expect((await list('none.ndjson')).out).toContain('0 references to what is not stored');
    expect(operator.exportedLines('none.ndjson')).toEqual([]);
  });
});

describe('the program', () => {
  const start = (variables: Readonly<Record<string, string>>, ...words: string[]) =>
    startOperator({ workload: 'records', variables }, ...words).ended;

  test('does as one bundled file what it is asked, with decoder and rules on board', async () => {
    await operator.quarantine({ payload: json(patient('p1')) }, { payload: adt('A04', '1') });

    const { end, output } = await start(operator.variables(), 'quarantine', 'replay', '--operator', 'Anna');

    expect({ end, output }).toEqual({
      end: 0,
      output: 'Looked at 2 events: 2 stored, 0 stored before, 0 still wrong.\n',
    });
    expect(await stored()).toContain('Patient/p1/1');
  });

  test('tells of its own command, and names the variables that are missing, its own too', async () => {
    expect((await start({})).output).toContain('references unresolved  writes which references');
    const { end, output } = await start({}, 'quarantine', 'list', '--operator', 'Anna');
    expect(end).toBe(2);
    expect(output).toContain('- DATABASE_HOST is missing');
    expect(output).toContain('- RESOURCE_TYPES is missing');
    expect(output).not.toContain('OBSERVATION_RETENTION_DAYS');
  });
});

test('what the commands say holds nothing of patients', async () => {
  await operator.store(patient('mustermann'), observation('mustermann-1', 'mustermann'));
  await operator.rows("UPDATE resource SET last_updated = now() - interval '61 minutes'");
  await operator.store(removal('Patient/mustermann'));
  await operator.quarantine({ payload: json(patient('mustermann', { gender: 'x' })) });
  const runs = [
    await operator.run(['quarantine', 'list']),
    await operator.run(['quarantine', 'replay']),
    await operator.run(['references', 'unresolved', '--output', operator.path('r.ndjson')]),
    await operator.run(['patient', 'export', '--patient', 'mustermann', '--output', operator.path('p.ndjson')]),
    await operator.run(['patient', 'erase', '--patient', 'mustermann', '--because', 'a letter']),
  ];

  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  expect(runs.map(({ out, err }) => out + err).join('')).not.toContain('mustermann');
  expect(operator.exportedLines('r.ndjson')).toHaveLength(1);
});
