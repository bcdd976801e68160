import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';

/** A new object, or the next version of one. */
export interface ObjectTarget {
  readonly key: string;
  readonly contentType: string;
  /** An object that is there already is the same, and stays. Default: it is replaced. */
  readonly isKept?: boolean;
}

export interface ObjectPlace {
  readonly client: S3Client;
  readonly bucket: string;
  /** Complete ARN of the key that objects are encrypted by. */
  readonly keyArn: string;
}

/** Parts that are on their way at once. */
const IN_FLIGHT_MAX = 3;

/** CRC-32 as S3 writes it: base64 of four bytes, most significant first. */
export function checksumOf(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
}

/** Whether S3 refused to replace an object that is there (S3 API reference, "Conditional writes": 412 Precondition Failed). */
export function isThereAlready(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}

/** An object that comes in parts, some of which are on their way at once. It appears whole, at `complete`, or not at all. */
export class MultipartUpload {
  /** @throws what the SDK throws. */
  static async begin(place: ObjectPlace, target: ObjectTarget): Promise<MultipartUpload> {
    const { UploadId } = await place.client.send(
      new CreateMultipartUploadCommand({
        Bucket: place.bucket,
        Key: target.key,
        ContentType: target.contentType,
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: place.keyArn,
        BucketKeyEnabled: true,
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    return new MultipartUpload(place, target, UploadId);
  }

  private readonly parts: CompletedPart[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private partsCount = 0;
  private fault: { readonly error: unknown } | undefined;

  private constructor(
    private readonly place: ObjectPlace,
    private readonly target: ObjectTarget,
    private readonly uploadId: string | undefined,
  ) {}

  /**
   * Sends a part. Resolves when the next one may come; `done` is called when this one's bytes are no longer needed.
   *
   * @throws what an earlier part failed with.
   */
  async send(bytes: Uint8Array, done: () => void): Promise<void> {
    const { client } = this.place;
    await this.start(async (part) => {
      try {
        const ChecksumCRC32 = checksumOf(bytes);
        const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: bytes, ChecksumCRC32 }));
        return { ETag, ChecksumCRC32 };
      } finally {
        done();
      }
    });
  }

  /** Makes a part of a range of another object, [start, end), within S3. @throws what an earlier part failed with. */
  async copy(sourceKey: string, start: number, end: number): Promise<void> {
    const { client, bucket } = this.place;
    await this.start(async (part) => {
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          ...part,
          CopySource: `${bucket}/${sourceKey}`,
          CopySourceRange: `bytes=${start}-${end - 1}`,
        }),
      );
      return { ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 };
    });
  }

  /** Makes the object appear. @throws what a part failed with; what the SDK throws. */
  async complete(): Promise<void> {
    await Promise.all(this.inFlight);
    this.throwFault();
    const { client } = this.place;
    const Parts = this.parts.toSorted((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0));
    try {
      await client.send(
        new CompleteMultipartUploadCommand({
          ...this.object(),
          MultipartUpload: { Parts },
          ...(this.target.isKept === true && { IfNoneMatch: '*' }),
        }),
      );
    } catch (error) {
      if (this.target.isKept !== true || !isThereAlready(error)) throw error;
      await this.abort();
    }
  }

  /** Removes the parts, once none is on its way. Where that fails, the bucket's lifecycle does it. */
  async abort(): Promise<void> {
    await Promise.all(this.inFlight);
    await this.place.client.send(new AbortMultipartUploadCommand(this.object())).catch(() => undefined);
  }

  private object() {
    return { Bucket: this.place.bucket, Key: this.target.key, UploadId: this.uploadId };
  }

  private async start(
    work: (part: ReturnType<MultipartUpload['object']> & { PartNumber: number }) => Promise<CompletedPart>,
  ): Promise<void> {
    this.partsCount += 1;
    const PartNumber = this.partsCount;
    const sending = work({ ...this.object(), PartNumber }).then(
      (part) => void this.parts.push({ ...part, PartNumber }),
      (error: unknown) => {
        this.fault ??= { error };
      },
    );
    this.inFlight.add(sending);
    void sending.finally(() => this.inFlight.delete(sending));
    if (this.inFlight.size >= IN_FLIGHT_MAX) await Promise.race(this.inFlight);
    this.throwFault();
  }

  private throwFault(): void {
    if (this.fault !== undefined) throw this.fault.error;
  }
}
