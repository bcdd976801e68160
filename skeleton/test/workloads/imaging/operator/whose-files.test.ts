import { ScanOperatorFixture } from './operator-fixture';
import { makeInstance } from '../support/part10';

jest.setTimeout(60_000);

const [PATIENT, OTHER] = ['P-4711', 'P-4712'];

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

const erase = async (patientId: string) =>
  operator.run([
    ...['patient', 'erase', '--hospital', String(hospitalId), '--patient', patientId],
    ...['--because', 'LGPD art. 18, VI'],
  ]);
const hashes = () => operator.keysOf(hospitalId).flatMap((key) => /([\da-f]{64})\.dcm$/.exec(key)?.[1] ?? []);

/** Two patients with an image each, and a file of the second under the SOP Instance UID of the first one’s. */
async function confused() {
  const image = makeInstance({ patientId: PATIENT });
  const others = makeInstance({ patientId: OTHER });
  await operator.store(hospitalId, image);
  await operator.store(hospitalId, others);
  const file = makeInstance({ ...others, sopInstanceUid: image.sopInstanceUid, patientId: OTHER });
  return { image, others, file };
}

describe('a file of one patient that has the SOP Instance UID of another patient’s image', () => {
  test('stays when the other patient is erased, and is still to be decided', async () => {
    const { image, file } = await confused();
    const { scanId, outcome } = await operator.store(hospitalId, file);
    expect(outcome).toBe('conflict');

    await erase(PATIENT);
    expect(hashes()).toContain(operator.sha256(file));
    expect(hashes()).not.toContain(operator.sha256(image));
    expect((await operator.run(['conflicts', 'list'])).out).toContain(scanId);
  });

  test('is worked on to the end when it waited while the other patient was erased', async () => {
    const { file } = await confused();
    const scanId = await operator.worker.receive(file, hospitalId);
    await erase(PATIENT);
    expect(await operator.process(scanId)).toBe('stored');
  });

  test('goes with its own patient, and the other patient’s image stays', async () => {
    const { image, file } = await confused();
    await operator.store(hospitalId, file);
    await erase(OTHER);
    expect(hashes()).not.toContain(operator.sha256(file));
    expect(hashes()).toContain(operator.sha256(image));
    expect(await operator.count('instance_conflict')).toBe(0);
  });
});

describe('a failed file that is to be worked on again when its patient is erased', () => {
  test.each([
    ['of an image of its own', (image: object) => makeInstance({ ...image, sopInstanceUid: '2.25.4711' })],
    ['of an image that was sent again and stored', (image: object) => makeInstance(image)],
  ])('%s, leaves no object behind and does not come back', async (_what, fileOf) => {
    const image = makeInstance({ patientId: PATIENT });
    const failed = await operator.fail(hospitalId, fileOf({ ...image, patientId: PATIENT }));
    await operator.store(hospitalId, image);
    expect((await operator.run(['scans', 'retry', '--id', failed.scanId])).exitCode).toBe(0);

    await erase(PATIENT);
    expect(operator.keysOf(hospitalId)).toEqual([]);
    expect(await operator.process(failed.scanId)).toBe('failed');
    expect(await operator.worker.scan(failed.scanId)).toMatchObject({ state: 'failed', reason_code: 'erased' });
  });
});
