import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { temporaryDirectory } from './support';
import { type S3Double, startS3 } from '../../local/doubles/s3';

const BUCKET = 'scans';
const ENCRYPTED = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'arn:aws:kms:sa-east-1:111122223333:key/a' } as const;
const MEBIBYTE = 1024 * 1024;

describe('the double of S3', () => {
  const folder = join(temporaryDirectory(), 'objects');
  let double: S3Double;
  let client: S3Client;

  beforeEach(async () => {
    double = await startS3({ folder, buckets: [BUCKET] });
    client = new S3Client({
      region: 'sa-east-1',
      endpoint: double.endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  });
  afterEach(() => client.destroy());

  const put = async (Key: string, Body: Buffer | string, more = {}) =>
    client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key, Body, ContentType: 'application/dicom', ...ENCRYPTED, ...more }),
    );
  const get = async (Key: string, Range?: string): Promise<Buffer> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key, Range }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const begin = async (Key: string) =>
    (await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key, ...ENCRYPTED }))).UploadId;
  const sendPart = async (Key: string, UploadId: string | undefined, PartNumber: number, Body: Buffer) => {
    const { ETag } = await client.send(new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  const complete = async (Key: string, UploadId: string | undefined, Parts: CompletedPart[], more = {}) =>
    client.send(
      new CompleteMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  test('gives back what was put, whole and by ranges, with its length and type', async () => {
    await put('a/b c.dcm', 'scan');

    expect((await get('a/b c.dcm')).toString()).toBe('scan');
    expect((await get('a/b c.dcm', 'bytes=1-2')).toString()).toBe('ca');
    expect((await get('a/b c.dcm', 'bytes=-1')).toString()).toBe('n');
    await expect(get('a/b c.dcm', 'bytes=9-')).rejects.toMatchObject({ name: 'InvalidRange' });
    await expect(get('other')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'a/b c.dcm' }))).toMatchObject({
      ContentLength: 4,
      ContentType: 'application/dicom',
      ServerSideEncryption: 'aws:kms',
    });
    await expect(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'x' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await double.close();
    expect(existsSync(folder)).toBe(false);
  });

  test('refuses what is not to be encrypted by a key, what would replace an object, a wrong checksum and another bucket', async () => {
    await expect(put('a', 'x', { ServerSideEncryption: undefined })).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(put('a', 'x', { SSEKMSKeyId: undefined })).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'a' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(put('a', 'x', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put('a', 'x', { Bucket: 'other' })).rejects.toMatchObject({ name: 'NoSuchBucket' });
    expect(double.paths).toEqual([]);
    await put('a', 'first');
    await expect(put('a', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await get('a')).toString()).toBe('first');
    await double.close();
  });

  test('joins parts that were sent and ranges that were copied, once all are there', async () => {
    const original = randomBytes(11 * MEBIBYTE);
    await put('original', original);
    const header = randomBytes(5 * MEBIBYTE);
    const id = await begin('derived');
    const first = await sendPart('derived', id, 1, header);
    const copied = await client.send(
      new UploadPartCopyCommand({
        Bucket: BUCKET,
        Key: 'derived',
        UploadId: id,
        PartNumber: 2,
        CopySource: `${BUCKET}/original`,
        CopySourceRange: `bytes=100-${original.length - 1}`,
      }),
    );
    expect(double.paths).toEqual(['scans/original']);
    await complete('derived', id, [first, { PartNumber: 2, ETag: copied.CopyPartResult?.ETag }]);

    expect((await get('derived')).equals(Buffer.concat([header, original.subarray(100)]))).toBe(true);
    expect(double.receivedBytes).toBe(original.length + header.length);
    expect(double.openUploadsCount).toBe(0);
    await double.close();
  });

  test('refuses parts that are too small, unknown or out of order, and forgets an upload that is given up', async () => {
    const id = await begin('a');
    const [one, two] = [await sendPart('a', id, 1, Buffer.from('1')), await sendPart('a', id, 2, Buffer.from('2'))];
    await expect(complete('a', id, [one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete('a', id, [two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete('a', id, [{ ...one, ETag: '"0"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await client.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'a', UploadId: id }));
    await expect(complete('a', id, [one])).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect(double.paths).toEqual([]);
    await double.close();
  });

  test('lists by prefix, page by page, and deletes one or many', async () => {
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1']) await put(key, key);
    const list = async (ContinuationToken?: string) =>
      client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'a/', MaxKeys: 2, ContinuationToken }));
    const first = await list();
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2']);
    const second = await list(first.NextContinuationToken);
    expect(second).toMatchObject({ IsTruncated: false, Contents: [{ Key: 'a/3', Size: 3 }] });

    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'b/1' }));
    await client.send(
      new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'a/1' }, { Key: 'a/3' }] } }),
    );
    expect(double.paths).toEqual(['scans/a/2']);
    await double.close();
  });

  test('can be told to be overloaded', async () => {
    double.refuseNext(1);
    await expect(put('a', 'x')).rejects.toMatchObject({ name: 'SlowDown' });
    await put('a', 'x');
    expect(double.operations.get('PutObject')).toBe(1);
    await double.close();
  });

  test('answers 501 to what is not planned for, and says so in the end', async () => {
    await put('a', 'x');
    await expect(client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: 'a' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
    await expect(double.close()).rejects.toThrow(/not planned.*object GET tagging/);
  });
});
