import { openS3Sink } from '../../../src/runtime/operations/s3-sink';
import { JsonLines, withSink } from '../../../src/runtime/operations/sink';
import { S3Double } from '../../support/s3-double';

const PART_BYTES = 1_000_000;

const open = async (s3: S3Double) =>
  openS3Sink({
    client: s3.client,
    bucket: 'exports-test',
    key: 'patient/0123.ndjson',
    contentType: 'application/fhir+ndjson',
    partBytes: PART_BYTES,
  });

describe('patient data for S3', () => {
  test('appears whole, as what was written, in parts of bounded size', async () => {
    const s3 = new S3Double('aws:kms');
    const values = Array.from({ length: 30_000 }, (_, n) => ({ n, text: 'x'.repeat(100) }));

    const place = await withSink(await open(s3), async (sink) => {
      const lines = new JsonLines(sink);
      for (const value of values) await lines.write(JSON.stringify(value));
      await lines.flush();
      expect(s3.objects.size).toBe(0);
      return sink.place;
    });

    expect(place).toBe('s3://exports-test/patient/0123.ndjson');
    const [[path = '', data] = []] = [...s3.objects];
    expect(path).toContain('patient/0123.ndjson');
    expect(
      data
        ?.toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(values);
    expect(s3.partBytes.length).toBeGreaterThan(2);
    expect(Math.max(...s3.partBytes)).toBeLessThan(PART_BYTES + 300_000);
  });

  test('may be nothing at all', async () => {
    const s3 = new S3Double('aws:kms');
    await withSink(await open(s3), async () => undefined);

    expect([...s3.objects.values()].map(({ length }) => length)).toEqual([0]);
  });

  test('does not leave for a bucket that does not encrypt by KMS', async () => {
    const s3 = new S3Double('AES256');

    await expect(open(s3)).rejects.toThrow('The bucket exports-test does not encrypt by KMS');
    expect(s3.requests).toEqual(['POST uploads', 'DELETE uploadId']);
  });

  test('leaves no object when writing fails in the middle', async () => {
    const s3 = new S3Double('aws:kms');
    const sink = await open(s3);
    await expect(
      withSink(sink, async () => {
        await sink.write(Buffer.alloc(PART_BYTES));
        throw new Error('The database went away.');
      }),
    ).rejects.toThrow('The database went away.');

    expect([s3.objects.size, s3.open.size]).toEqual([0, 0]);
  });

  test.each(['POST uploads', 'PUT partNumber uploadId', 'POST uploadId'])(
    'is told of a refused %s',
    async (request) => {
      const s3 = new S3Double('aws:kms', request);

      await expect(
        open(s3).then(async (sink) => withSink(sink, async () => sink.write(Buffer.alloc(1)))),
      ).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
      expect([s3.objects.size, s3.open.size]).toEqual([0, 0]);
    },
  );
});
