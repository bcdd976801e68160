import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type S3Double, startS3 } from '../../../../local/doubles/s3';
import { bundle } from '../../../../src/foundation/bundle';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { renderFrame } from '../../../../src/workloads/imaging/pixels/preview';
import { WASM_FILES } from '../../../../src/workloads/imaging/pixels/wasm-files';
import type { RenderJob } from '../../../../src/workloads/imaging/query/retrieve/frame-renderer';
import { RenderingThread } from '../../../../src/workloads/imaging/query/retrieve/rendering-thread';
import { describeOnDebian, dicomFile } from '../support/dicom-files';
import { DATA_KEY_ARN } from '../worker/worker-fixture';

const BUCKET = 'scans-test';
const REGION = 'sa-east-1';
const ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' };

jest.setTimeout(60_000);

describeOnDebian('a thread that shows frames', () => {
  const before = { ...process.env };
  const threads: RenderingThread[] = [];
  const objectFolder = mkdtempSync(join(tmpdir(), 'objects-'));
  let s3: S3Double;
  let client: S3Client;
  let file: string;

  beforeAll(async () => {
    s3 = await startS3({ folder: objectFolder, buckets: [BUCKET] });
    Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL_S3: s3.endpoint });
    client = new S3Client({ region: REGION });
    const folder = bundle({
      name: 'test-imaging-query',
      entry: 'src/workloads/imaging/query/main.ts',
      files: WASM_FILES,
    });
    file = join(folder, 'index.mjs');
  });
  afterEach(async () => {
    await Promise.all(threads.splice(0).map(async (thread) => thread.close()));
  });
  afterAll(async () => {
    client.destroy();
    process.env = before;
    await s3.close();
    rmSync(objectFolder, { recursive: true, force: true });
  });

  function threadWith(patienceMs?: number): RenderingThread {
    const thread = new RenderingThread({
      file,
      region: REGION,
      bucket: BUCKET,
      ...(patienceMs !== undefined && { patienceMs }),
    });
    threads.push(thread);
    return thread;
  }

  /** Stores a real file. @returns what shows its first frame, and the image that it is. */
  async function stored(name: string): Promise<{ readonly job: RenderJob; readonly jpeg: Buffer }> {
    const Body = readFileSync(dicomFile(name));
    await client.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: name,
        Body,
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: DATA_KEY_ARN,
      }),
    );
    const source = bufferSource(Body);
    const { pixels } = await readMetadata(source);
    const request = { frame: 1, maxSidePx: 64 };
    const rendering = await renderFrame(source, { pixels }, request);
    if (pixels === undefined || !('jpeg' in rendering)) throw new Error(`${name} shows nothing.`);
    return { job: { key: name, sizeBytes: Body.length, pixels, request }, jpeg: rendering.jpeg };
  }

  test('shows what the program itself would, one after the other', async () => {
    const thread = threadWith();
    for (const name of ['pydicom/test_files/CT_small.dcm', 'pydicom/test_files/JPEG2000.dcm']) {
      const { job, jpeg } = await stored(name);
      expect(await thread.render(job)).toEqual({ jpeg });
    }
  });

  test('says why there is no image, and when the bucket does not give it', async () => {
    const thread = threadWith();
    const { job } = await stored('pydicom/test_files/CT_small.dcm');
    expect(await thread.render({ ...job, request: { ...job.request, frame: 2 } })).toEqual({
      skipped: 'frame_missing',
    });
    await expect(thread.render({ ...job, key: 'nowhere' })).rejects.toMatchObject({
      status: 503,
      code: 'storage_unavailable',
    });
  });

  test('is ended with a frame that takes too long, and the next frame gets another', async () => {
    const { job } = await stored('pydicom/test_files/JPEG2000.dcm');
    const thread = threadWith(1);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(thread.render(job)).rejects.toMatchObject({ status: 422, code: 'frame_unavailable' });
    }
  });
});
