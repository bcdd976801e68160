import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { checksumOf, isThereAlready, MultipartUpload, type ObjectPlace, type ObjectTarget } from './multipart-upload';
import { PART_BYTES, type PartBuffers } from './part-buffers';
import { SegmentWriter } from './segment-writer';
import type { Segment } from '../deidentify/segment';
import type { ByteSource } from '../dicom/byte-source';

export interface ObjectStoreOptions extends ObjectPlace {
  readonly buffers: PartBuffers;
}

/** A file's length is not what it was when the file came. */
export class FileSizeError extends Error {
  override readonly name = 'FileSizeError';

  constructor() {
    super('A file has another length than it had when it was received.');
  }
}

export interface FileToPut {
  readonly path: string;
  readonly sizeBytes: number;
  /** Asks to end early. */
  readonly signal?: AbortSignal;
}

export interface SegmentsToPut {
  readonly segments: AsyncIterable<Segment>;
  /** The original that segments are ranges of, in a file and as an object. */
  readonly source: ByteSource;
  readonly sourceKey: string;
  readonly signal?: AbortSignal;
}

/**
 * Objects of one bucket, encrypted by the tenant's key, with a checksum that S3 verifies. What is larger than a part goes in parts,
 * through buffers that all share. An object appears whole or not at all.
 */
export class ObjectStore {
  constructor(private readonly options: ObjectStoreOptions) {}

  /** @throws what the SDK throws. */
  async putBuffer(target: ObjectTarget, bytes: Uint8Array): Promise<void> {
    const { client, bucket, keyArn } = this.options;
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: target.key,
          ContentType: target.contentType,
          ServerSideEncryption: 'aws:kms',
          SSEKMSKeyId: keyArn,
          BucketKeyEnabled: true,
          Body: bytes,
          ChecksumCRC32: checksumOf(bytes),
          ...(target.isKept === true && { IfNoneMatch: '*' }),
        }),
      );
    } catch (error) {
      if (target.isKept !== true || !isThereAlready(error)) throw error;
    }
  }

  /** Reads a file once, from its beginning. @throws FileSizeError; what the file system and the SDK throw; the signal's reason. */
  async putFile(target: ObjectTarget, { path, sizeBytes, signal }: FileToPut): Promise<void> {
    const file = await open(path);
    try {
      if ((await file.stat()).size !== sizeBytes) throw new FileSizeError();
      if (sizeBytes <= PART_BYTES) await this.putSmallFile(target, file, sizeBytes);
      else await this.putLargeFile(target, file, sizeBytes, signal);
    } finally {
      await file.close();
    }
  }

  /**
   * Puts what segments say. Ranges that are large enough are copied within S3 and never pass through here.
   *
   * @throws what the segments, the source and the SDK throw; the signal's reason.
   */
  async putSegments(target: ObjectTarget, { segments, source, sourceKey, signal }: SegmentsToPut): Promise<void> {
    const writer = new SegmentWriter({
      buffers: this.options.buffers,
      source,
      sourceKey,
      begin: async () => MultipartUpload.begin(this.options, target),
    });
    try {
      for await (const segment of segments) {
        signal?.throwIfAborted();
        await writer.write(segment);
      }
      const small = await writer.finish();
      if (small !== undefined) await this.putBuffer(target, small);
    } catch (error) {
      await writer.upload?.abort();
      throw error;
    } finally {
      writer.release();
    }
  }

  /** Writes an object into a new file. @throws what the file system and the SDK throw. */
  async fetch(key: string, path: string): Promise<void> {
    const { client, bucket } = this.options;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!(Body instanceof Readable)) throw new Error('S3 answered without a body.');
    await pipeline(Body, createWriteStream(path, { mode: 0o600 }));
  }

  private async putSmallFile(target: ObjectTarget, file: FileHandle, sizeBytes: number): Promise<void> {
    const { buffers } = this.options;
    const buffer = await buffers.acquire();
    try {
      await this.putBuffer(target, await readPart(file, buffer, 0, sizeBytes));
    } finally {
      buffers.release(buffer);
    }
  }

  private async putLargeFile(
    target: ObjectTarget,
    file: FileHandle,
    sizeBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { buffers } = this.options;
    const upload = await MultipartUpload.begin(this.options, target);
    try {
      for (let position = 0; position < sizeBytes; position += PART_BYTES) {
        signal?.throwIfAborted();
        const buffer = await buffers.acquire();
        const release = () => buffers.release(buffer);
        const bytes = await readPart(file, buffer, position, Math.min(PART_BYTES, sizeBytes - position)).catch(
          (error: unknown) => {
            release();
            throw error;
          },
        );
        await upload.send(bytes, release);
      }
      await upload.complete();
    } catch (error) {
      await upload.abort();
      throw error;
    }
  }
}

/** @throws FileSizeError when the file ends before. */
async function readPart(file: FileHandle, buffer: Buffer, position: number, lengthBytes: number): Promise<Buffer> {
  for (let filled = 0; filled < lengthBytes;) {
    const { bytesRead } = await file.read(buffer, filled, lengthBytes - filled, position + filled);
    if (bytesRead === 0) throw new FileSizeError();
    filled += bytesRead;
  }
  return buffer.subarray(0, lengthBytes);
}
