import { readFileSync } from 'node:fs';
import { ScanOperatorFixture } from './operator-fixture';
import { makeInstance } from '../support/part10';

jest.setTimeout(60_000);

const PATIENT = 'P-4711';

let operator: ScanOperatorFixture;
let hospitalId: number;
beforeAll(async () => {
  operator = await ScanOperatorFixture.start();
});
beforeEach(async () => {
  await operator.database.owner.query('TRUNCATE scan, instance, series, study, patient, access_audit CASCADE');
  hospitalId = await operator.worker.hospital();
});
afterAll(async () => operator.stop());

const of = (hospital: number, patient = PATIENT) => ['--hospital', String(hospital), '--patient', patient];
const erase = async (hospital: number, change = {}) =>
  operator.run(['patient', 'erase', ...of(hospital), '--because', 'LGPD art. 18, VI'], change);

/** Rows that name a hospital's patients, by their tables. */
async function rowsOf(hospital: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['patient', 'study', 'series', 'instance', 'instance_conflict']) {
    const [row] = await operator.rows<{ count: number }>(
      `SELECT count(*)::integer AS count FROM ${table} WHERE hospital_id = $1`,
      [hospital],
    );
    counts[table] = row?.count ?? 0;
  }
  return counts;
}

describe('a patient who asks what is stored', () => {
  test('gets every image bit for bit, what it says, on what law it is kept, and who saw it', async () => {
    const scans = [
      await operator.store(hospitalId, makeInstance({ patientId: PATIENT })),
      await operator.store(hospitalId, makeInstance({ patientId: PATIENT })),
    ];
    await operator.store(hospitalId, makeInstance({ patientId: 'P-4712' }));
    const output = operator.path('export.ndjson');
    const { exitCode, out } = await operator.run(['patient', 'export', ...of(hospitalId), '--output', output]);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('2 instances with 4 files beside')]);

    const lines = operator.exportedLines('export.ndjson').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      kind: 'patient',
      patient_id: PATIENT,
      processingBasis: 'Lei nº 13.709/2018 (LGPD), art. 11, II, f',
    });
    const instances = lines.filter(({ kind }) => kind === 'instance');
    expect(JSON.stringify(instances)).toContain(scans[0]?.sopInstanceUid);
    const hashes = instances.map(({ file }) =>
      operator.sha256({ bytes: readFileSync(`${output}.parts/${String(file)}`) }),
    );
    expect(hashes.sort()).toEqual(scans.map((scan) => operator.sha256(scan)).sort());
    expect(instances.map(({ sha256 }) => sha256).sort()).toEqual(hashes);
    expect(lines.filter(({ kind }) => kind === 'access').length).toBeGreaterThan(0);
    expect(out).not.toContain(PATIENT);
  });

  test('is told when nothing is known, and is on record all the same', async () => {
    const { exitCode, out } = await operator.run([
      ...['patient', 'export', ...of(hospitalId, 'P-nobody')],
      ...['--output', operator.path('nobody.ndjson')],
    ]);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('Nothing was stored about the patient')]);
    expect(await operator.onRecord()).toEqual([`patient.export Patient ${hospitalId}//P-nobody success 0`]);
  });

  test('of another hospital, of the same id, is somebody else', async () => {
    const other = await operator.worker.hospital();
    await operator.store(hospitalId, makeInstance({ patientId: PATIENT }));
    const output = operator.path('other.ndjson');
    const { out } = await operator.run(['patient', 'export', ...of(other), '--output', output]);
    expect(out).toContain('0 instances');
  });

  test.each([
    ['no hospital', ['patient', 'export', '--patient', PATIENT], '--hospital'],
    [
      'a hospital by its name',
      ['patient', 'export', '--hospital', 'Santa Casa', '--patient', PATIENT],
      'the number of a hospital',
    ],
    [
      'a patient id with a backslash',
      ['patient', 'erase', '--hospital', '1', '--patient', 'a\\b', '--because', 'x'],
      'a Patient ID',
    ],
    ['no reason', ['patient', 'erase', '--hospital', '1', '--patient', PATIENT], '--because'],
  ])('is not looked for with %s, and the id is not repeated', async (_what, words, message) => {
    const { exitCode, out, err } = await operator.run(words);
    expect([exitCode, out + err]).toEqual([2, expect.stringContaining(message)]);
    expect(out + err).not.toContain('a\\b');
  });
});

describe('a patient who is erased', () => {
  test('leaves no row and no object, and everything of others is as it was', async () => {
    const other = await operator.worker.hospital();
    const instance = makeInstance({ patientId: PATIENT });
    await operator.store(hospitalId, instance);
    // The same instance with other bytes, and of the same series another one that failed.
    await operator.store(hospitalId, makeInstance({ ...instance, patientId: PATIENT }));
    await operator.fail(hospitalId, makeInstance({ ...instance, sopInstanceUid: '2.25.4711', patientId: PATIENT }));
    await operator.store(hospitalId, makeInstance({ patientId: 'P-4712' }));
    await operator.store(other, makeInstance({ patientId: PATIENT }));
    const [neighbours, others] = [await rowsOf(other), operator.keysOf(other)];

    const { exitCode, out } = await erase(hospitalId);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('Erased: 1 instance with')]);
    expect(await rowsOf(hospitalId)).toEqual({ patient: 1, study: 1, series: 1, instance: 1, instance_conflict: 0 });
    expect(operator.keysOf(hospitalId).filter((key) => key.startsWith('originals/'))).toHaveLength(1);
    expect([await rowsOf(other), operator.keysOf(other)]).toEqual([neighbours, others]);
    const rows = await operator.rows('SELECT * FROM scan WHERE study_uid = $1', [instance.studyInstanceUid]);
    expect(rows).toEqual([]);
    expect(await operator.onRecord()).toEqual([`patient.erase Patient ${hospitalId}//${PATIENT} success 1`]);
    expect(out).not.toContain(PATIENT);
  });

  test('may be erased again, and a file that waited does not come back', async () => {
    const waiting = makeInstance({ patientId: PATIENT });
    await operator.store(hospitalId, waiting);
    const scanId = await operator.worker.receive(waiting, hospitalId);
    await erase(hospitalId);
    expect(await operator.process(scanId)).toBe('failed');
    expect(await operator.worker.scan(scanId)).toMatchObject({ state: 'failed', reason_code: 'erased' });
    const again = await erase(hospitalId);
    expect([again.exitCode, again.out]).toEqual([0, expect.stringContaining('Nothing was stored about the patient')]);
    expect(await rowsOf(hospitalId)).toEqual({ patient: 0, study: 0, series: 0, instance: 0, instance_conflict: 0 });
    expect([operator.keysOf(hospitalId), await operator.worker.files()]).toEqual([[], []]);
  });

  test('is kept for as long as a law says, and told until when', async () => {
    await operator.store(hospitalId, makeInstance({ patientId: PATIENT }));
    const before = operator.keysOf(hospitalId);
    const { exitCode, out, err } = await erase(hospitalId, {
      variables: { LEGAL_RETENTION_DAYS: '7305', LEGAL_RETENTION_BASIS: 'Lei nº 13.787/2018, art. 6º' },
    });
    expect([exitCode, out + err]).toEqual([4, expect.stringContaining('Lei nº 13.787/2018, art. 6º')]);
    expect([operator.keysOf(hospitalId), (await rowsOf(hospitalId)).instance]).toEqual([before, 1]);
  });
});
