import { ScanOperatorFixture } from './operator-fixture';
import { makeInstance } from '../support/part10';

jest.setTimeout(120_000);

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

const erase = async (change = {}) =>
  operator.run(
    [
      ...['patient', 'erase', '--hospital', String(hospitalId), '--patient', PATIENT],
      ...['--because', `letter of ${PATIENT}`],
    ],
    change,
  );

/** Two images of a patient in one study, another file of one of them, one that failed; and another patient's image. */
async function fill(): Promise<void> {
  const image = makeInstance({ patientId: PATIENT });
  await operator.store(hospitalId, image);
  await operator.store(hospitalId, makeInstance({ ...image, sopInstanceUid: '2.25.4711', patientId: PATIENT }));
  await operator.store(hospitalId, makeInstance({ ...image, patientId: PATIENT }));
  await operator.fail(hospitalId, makeInstance({ ...image, sopInstanceUid: '2.25.4712', patientId: PATIENT }));
  await operator.store(hospitalId, makeInstance({ patientId: 'P-4712' }));
}

/** Rows and originals that are there; `named` scans still say what they are of. */
async function left() {
  const [row] = await operator.rows<Record<'conflicts' | 'instances' | 'named' | 'patients' | 'studies', number>>(
    `SELECT (SELECT count(*)::integer FROM patient) AS patients, (SELECT count(*)::integer FROM study) AS studies,
       (SELECT count(*)::integer FROM instance) AS instances, (SELECT count(*)::integer FROM instance_conflict) AS conflicts,
       (SELECT count(*)::integer FROM scan WHERE study_uid IS NOT NULL) AS named`,
  );
  if (row === undefined) throw new Error('The counts are missing.');
  return { ...row, originals: operator.keysOf(hospitalId).filter((key) => key.startsWith('originals/')).length };
}
const ONLY_THE_OTHER = { patients: 1, studies: 1, instances: 1, conflicts: 0, named: 1, originals: 1 };

describe('an erasure that breaks off', () => {
  test('at whatever object, is done by the same command again, and both are on record', async () => {
    let objects = 1;
    for (let at = 1; at <= objects; at += 1) {
      await operator.database.owner.query('TRUNCATE scan, instance, series, study, patient, access_audit CASCADE');
      hospitalId = await operator.worker.hospital();
      await fill();
      let removals = 0;
      const broken = await erase(
        operator.watching(() => {
          removals += 1;
          if (removals === at) throw Object.assign(new Error(`no ${PATIENT} today`), { name: 'SlowDown' });
        }),
      );
      expect([at, broken.exitCode, broken.err]).toEqual([at, 1, expect.stringContaining('It failed by SlowDown')]);
      expect(broken.out + broken.err).not.toContain(PATIENT);
      // Whose they are is known for as long as there is something of theirs.
      expect((await left()).patients).toBe(2);

      removals = 0;
      const again = await erase(operator.watching(() => void (removals += 1)));
      objects = Math.max(objects, removals);
      expect([at, again.exitCode, await left()]).toEqual([at, 0, ONLY_THE_OTHER]);
      const patient = `Patient ${hospitalId}//${PATIENT}`;
      expect(await operator.onRecord()).toEqual([
        `patient.erase ${patient} failed 0`,
        `patient.erase ${patient} success ${again.out.includes('2 instances') ? 2 : 0}`,
      ]);
    }
    // Originals, previews and derivatives of two, and two files beside.
    expect(objects).toBe(8);
  });

  test('because it is asked to, ends between two steps and tells how far it came', async () => {
    const image = makeInstance({ patientId: PATIENT });
    const { scanId } = await operator.store(hospitalId, image);
    await operator.rows(
      `WITH more AS (SELECT gen_random_uuid() AS id, '2.25.' || n AS uid FROM generate_series(1, 120) AS n),
         scans AS (
           INSERT INTO scan (scan_id, hospital_id, source, size_bytes, sha256, study_uid, series_uid, sop_instance_uid, state,
                             settled_at, removed_at)
           SELECT id, hospital_id, source, size_bytes, sha256, study_uid, series_uid, uid, state, settled_at, removed_at
           FROM scan, more WHERE scan_id = $1)
       INSERT INTO instance (hospital_id, sop_instance_uid, series_uid, study_uid, instance_id, scan_id, sop_class_uid,
                             transfer_syntax_uid, sha256, size_bytes, metadata, preview, deidentified, burned_in)
       SELECT hospital_id, uid, series_uid, study_uid, id, id, sop_class_uid, transfer_syntax_uid, sha256, size_bytes, metadata,
              preview, deidentified, burned_in
       FROM instance, more WHERE scan_id = $1`,
      [scanId],
    );
    const stopping = new AbortController();
    const stopped = await erase({ signal: stopping.signal, ...operator.watching(() => stopping.abort()) });
    expect([stopped.exitCode, stopped.err]).toEqual([
      1,
      expect.stringContaining('the same command again does what is'),
    ]);
    expect(stopped.out).toContain('Erased: 100 instances');
    expect((await left()).instances).toBe(21);
    expect((await erase()).out).toContain('Erased: 21 instances');
    expect(await left()).toMatchObject({ patients: 0, instances: 0, named: 0, originals: 0 });
  });
});

describe('an erasure', () => {
  test('is on record with who and why, and tells for how long what was deleted can be had back', async () => {
    await fill();
    const { out } = await erase({ variables: { BACKUP_RETENTION_DAYS: '35' } });
    expect(out).toContain('what the bucket keeps of deleted objects, have it for 35 days more');
    expect((await erase({ variables: { BACKUP_RETENTION_DAYS: undefined } })).out).toContain(
      'until the bucket forgets',
    );
    const rows = await operator.rows<object>('SELECT DISTINCT principal, query, patient_id FROM access_audit');
    expect(rows).toEqual([
      {
        principal: 'Anna Schmidt (local)',
        query: `hospital=${hospitalId}&because=letter+of+${PATIENT}`,
        patient_id: `${hospitalId}//${PATIENT}`,
      },
    ]);
  });

  test('is not done where it cannot be put on record', async () => {
    await fill();
    const before = await left();
    const role = 'REVOKE INSERT ON access_audit FROM pipeline_operator';
    await operator.database.owner.query(role);
    try {
      expect((await erase()).exitCode).toBe(1);
      expect(await left()).toEqual(before);
    } finally {
      await operator.database.owner.query(role.replace('REVOKE', 'GRANT').replace('FROM', 'TO'));
    }
  });
});
