import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ByteRange } from './byte-range';
import { Problem } from '../../http/problem';

/** An object that is being read. */
export interface OpenObject {
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Reads originals and previews from S3, as fast as they are taken. */
export class ImageObjects {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /**
   * @param range of its bytes. Default: all.
   * @throws Problem 503 when S3 does not give it.
   */
  async open(key: string, range?: ByteRange): Promise<OpenObject> {
    const Range = range === undefined ? undefined : `bytes=${range.first}-${range.last}`;
    try {
      const { Body, ContentLength } = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key, ...(Range !== undefined && { Range }) }),
      );
      if (Body === undefined || ContentLength === undefined) {
        throw new Error('S3 answered without a body or its length');
      }
      return { sizeBytes: ContentLength, content: Body as AsyncIterable<Uint8Array> };
    } catch (cause) {
      throw new Problem(
        503,
        'storage_unavailable',
        'What is asked for is stored, and cannot be read at the moment. Try again later.',
        {
          headers: { 'Retry-After': '10' },
          cause,
        },
      );
    }
  }
}
