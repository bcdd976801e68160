import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';

interface DoubleRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const PIECE_BYTES = 65_536;

/** An object whose bytes are made when they are asked for, so that it may be as large as it likes. */
export interface GeneratedObject {
  readonly length: number;
  subarray(start: number, end: number): Buffer;
}

/** Objects to be read, behind the SDK's own request handler: it gives objects whole or by range, and throws on anything else. */
export class ObjectDouble {
  readonly client: S3Client;
  readonly objects = new Map<string, Buffer | GeneratedObject>();
  /** Keys that were asked for. */
  readonly read: string[] = [];
  /** Bytes that were taken out of the objects, whether they were sent on or not. */
  takenBytes = 0;
  /** Objects that are being read. */
  open = 0;

  constructor() {
    this.client = new S3Client({
      region: 'sa-east-1',
      endpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { handle: async (request: DoubleRequest) => ({ response: this.handle(request) }) },
    });
  }

  private handle({ method, path, headers }: DoubleRequest): object {
    const [, bucket, ...rest] = path.split('/');
    if (method !== 'GET' || bucket !== 'scans-test') throw new Error(`The double does not plan for ${method} ${path}.`);
    const key = rest.join('/');
    this.read.push(key);
    const object = this.objects.get(key);
    if (object === undefined) {
      const body = '<Error><Code>NoSuchKey</Code></Error>';
      return {
        statusCode: 404,
        headers: { 'content-type': 'application/xml' },
        body: Readable.from([Buffer.from(body)]),
      };
    }
    const [, first = '0', last = String(object.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const [start, end] = [Number(first), Math.min(Number(last) + 1, object.length)];
    return {
      statusCode: headers.range === undefined ? 200 : 206,
      headers: { 'content-length': String(end - start) },
      body: Readable.from(this.pieces(object, start, end), { objectMode: false, highWaterMark: PIECE_BYTES }),
    };
  }

  private async *pieces(object: Buffer | GeneratedObject, start: number, end: number): AsyncGenerator<Buffer> {
    this.open += 1;
    try {
      for (let at = start; at < end; at += PIECE_BYTES) {
        const piece = object.subarray(at, Math.min(at + PIECE_BYTES, end));
        this.takenBytes += piece.length;
        yield piece;
      }
    } finally {
      this.open -= 1;
    }
  }
}
