import { DeleteObjectCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CommandContext } from '../../../runtime/operations/command';

/** What imaging's commands work with, beside the database. */
export interface ScanOperations {
  readonly objects: ScanObjects;
  readonly processingBasis: string | undefined;
}

export type ScanContext = CommandContext<ScanOperations>;

/** The bucket of scans, as an operator may use it. All methods throw what the SDK throws. */
export class ScanObjects {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** @returns undefined where there is no such object. */
  async read(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return Body as AsyncIterable<Uint8Array> | undefined;
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  /** Deletes an object, if it is there. It can be had back for as long as the bucket keeps what was deleted. */
  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }
}
