import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ImagingClient } from './support/client';
import { instancePath, type RealFile, type RealFiles, realFiles } from './support/real-files';
import { bufferSource } from '../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../src/workloads/imaging/dicom/metadata';
import { describeLocal } from '../../support/deployed';
import { eventually } from '../../support/pipeline';

const REASON = 'real files bear ids of their own, beside which no patient’s scan may lie';
const PATIENCE_MS = 300_000;
const STOW_BYTES_MAX = 8_000_000;
const AS_STORED = { Accept: 'application/dicom; transfer-syntax=*' };

describeLocal('Real DICOM files', REASON, (outputs) => {
  let files: RealFiles;
  beforeAll(async () => {
    files = await realFiles();
  });

  test(
    'come back bit for bit, with what they say of themselves, when they were sent in parts',
    async () => {
      const hospital = new ImagingClient(outputs(), 'hospital-a');
      try {
        for (const { bytes } of files.right) await hospital.upload(bytes);
        await expectStored(hospital, files.right);
        expect(files.right.length).toBeGreaterThanOrEqual(25);
      } finally {
        hospital.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'come back bit for bit, with what they say of themselves, when they were sent in one request each',
    async () => {
      const hospital = new ImagingClient(outputs(), 'hospital-b');
      const small = files.right.filter(({ bytes }) => bytes.length < STOW_BYTES_MAX);
      try {
        for (const { name, bytes } of small) {
          const { status } = await hospital.store([bytes]);
          expect([name, status]).toEqual([name, 200]);
        }
        await expectStored(hospital, small);
      } finally {
        hospital.close();
      }
    },
    PATIENCE_MS,
  );

  test('leave nothing in the folder of scans once they are stored', async () => {
    const folder = outputs().LocalScanFolder ?? '';
    const left = () =>
      [...readdirSync(folder), ...readdirSync(join(folder, '.incoming'))].filter((name) => name !== '.incoming');

    expect(
      await eventually(
        async () => left(),
        (names) => names.length === 0,
      ),
    ).toEqual([]);
  });

  test('that are wrong are refused, each with its reason, by both ways', async () => {
    const hospital = new ImagingClient(outputs(), 'hospital-a');
    try {
      expect(files.wrong.length).toBeGreaterThan(0);
      for (const { name, bytes, code } of files.wrong.filter((file) => file.bytes.length < STOW_BYTES_MAX)) {
        const refused = await hospital.upload(bytes).catch((error: unknown) => error);
        expect([name, String(refused)]).toEqual([name, expect.stringMatching(new RegExp(`422[^]*"code":"${code}"`))]);
        const { status, body } = await hospital.store([bytes]);
        expect([name, status, body.toString()]).toEqual([name, 409, expect.stringContaining(code)]);
      }
    } finally {
      hospital.close();
    }
  });
});

async function expectStored(hospital: ImagingClient, files: readonly RealFile[]): Promise<void> {
  for (const { name, bytes, summary } of files) {
    const path = instancePath(summary);
    const original = await eventually(
      async () => hospital.ask({ method: 'GET', path, headers: AS_STORED }),
      ({ status }) => status === 200,
    );
    expect([name, original.status]).toEqual([name, 200]);
    // Not by toEqual, which would print both.
    expect([name, original.body.equals(bytes)]).toEqual([name, true]);

    const metadata = await hospital.search(`${path}/metadata`);
    const { json } = await readMetadata(bufferSource(bytes));
    expect([name, metadata]).toEqual([name, [expect.objectContaining(patientOf(json))]]);
  }
}

/** What names the patient and the study, as the reader says: dcmtk is asked whether it is right in the unit tests. */
function patientOf(json: Readonly<Record<string, unknown>>): object {
  const tags = ['00100010', '00100020', '00080060', '0020000D', '00080018'];
  return Object.fromEntries(tags.flatMap((tag) => (json[tag] === undefined ? [] : [[tag, json[tag]]])));
}
