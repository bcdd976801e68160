import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { OperationError } from './errors';
import type { Sink } from './sink';

export interface S3SinkOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Names the object; without patient data, since keys are logged. */
  readonly key: string;
  readonly contentType: string;
  /** Size of a part; S3 takes 5 MiB to 5 GiB, and 10 000 parts. Default 8 MiB: an export of up to 80 GiB. */
  readonly partBytes?: number;
}

const PART_BYTES = 8 * 1024 * 1024;

/**
 * A new object of S3, uploaded in parts, so that one part is in memory. It appears whole or not at all, and never in place of
 * another one. The bucket's default encryption is to be SSE-KMS: S3 says so before a byte of data leaves, else nothing does.
 *
 * @throws OperationError (`failed`) when the bucket would not encrypt by KMS; else what the SDK throws.
 */
export async function openS3Sink(options: S3SinkOptions): Promise<Sink> {
  const { client, bucket, key, contentType, partBytes = PART_BYTES } = options;
  const object = { Bucket: bucket, Key: key };
  const upload = await client.send(new CreateMultipartUploadCommand({ ...object, ContentType: contentType }));
  const part = { ...object, UploadId: upload.UploadId };
  const parts: CompletedPart[] = [];
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;

  // Parts of an upload that is not completed cannot be read. Where the role may not remove them, the bucket does, in days.
  const abort = async () => {
    await client.send(new AbortMultipartUploadCommand(part)).catch(() => undefined);
  };
  const sendPart = async () => {
    const PartNumber = parts.length + 1;
    const body = Buffer.concat(gathered);
    gathered = [];
    gatheredBytes = 0;
    const { ETag } = await client.send(new UploadPartCommand({ ...part, PartNumber, Body: body }));
    parts.push({ PartNumber, ETag });
  };

  if (upload.ServerSideEncryption !== 'aws:kms') {
    await abort();
    throw new OperationError(
      'failed',
      `The bucket ${bucket} does not encrypt by KMS, so no patient data is written to it: deploy the stack again.`,
    );
  }
  return {
    place: `s3://${bucket}/${key}`,
    write: async (chunk) => {
      gathered.push(chunk);
      gatheredBytes += chunk.byteLength;
      if (gatheredBytes >= partBytes) await sendPart();
    },
    close: async () => {
      // An upload has one part at the least, be it empty.
      if (gatheredBytes > 0 || parts.length === 0) await sendPart();
      await client.send(
        new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts: parts }, IfNoneMatch: '*' }),
      );
    },
    discard: abort,
  };
}
