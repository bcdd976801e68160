import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';

/** What a bucket says that it encrypts new objects by. */
export type BucketEncryption = 'aws:kms' | 'AES256';

interface DoubleRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * S3 in memory, behind the SDK's own request handler: requests are serialized, retried and parsed by the real client. It
 * knows uploads in parts, and throws on anything else.
 */
export class S3Double {
  readonly client: S3Client;
  /** Objects by path, such as `/key`: those whose upload was completed. */
  readonly objects = new Map<string, Buffer>();
  /** Parts of uploads that are neither completed nor aborted. */
  readonly open = new Map<string, Buffer[]>();
  readonly requests: string[] = [];
  /** Sizes of the parts that came. */
  readonly partBytes: number[] = [];

  constructor(
    private readonly encryption: BucketEncryption,
    /** A request, as in `requests`, that is answered 403. */
    private readonly refused?: string,
  ) {
    this.client = new S3Client({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { handle: async (request: DoubleRequest) => ({ response: this.handle(request) }) },
    });
  }

  private handle({ method, path, query, headers, body }: DoubleRequest): object {
    const operation = `${method} ${Object.keys(query)
      .filter((name) => name !== 'x-id')
      .sort()
      .join(' ')}`;
    this.requests.push(operation);
    if (operation === this.refused) return answer(403, '<Error><Code>AccessDenied</Code></Error>');
    switch (operation) {
      case 'POST uploads':
        this.open.set(path, []);
        return answer(
          200,
          '<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>',
          {
            'x-amz-server-side-encryption': this.encryption,
          },
        );
      case 'PUT partNumber uploadId': {
        const part = Buffer.from(body as Uint8Array);
        this.partBytes.push(part.length);
        this.open.get(path)?.push(part);
        return answer(200, '', { etag: `"${this.partBytes.length}"` });
      }
      case 'POST uploadId':
        if (headers['if-none-match'] !== '*') throw new Error('An object may not replace another one.');
        this.objects.set(path, Buffer.concat(this.open.get(path) ?? []));
        this.open.delete(path);
        return answer(200, '<CompleteMultipartUploadResult><ETag>"1"</ETag></CompleteMultipartUploadResult>');
      case 'DELETE uploadId':
        this.open.delete(path);
        return answer(204, '');
      default:
        throw new Error(`The double does not plan for ${operation}.`);
    }
  }
}

function answer(statusCode: number, body: string, headers: Readonly<Record<string, string>> = {}): object {
  return {
    statusCode,
    headers: { 'content-type': 'application/xml', ...headers },
    body: Readable.from([Buffer.from(body)]),
  };
}
