import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { listenOnLoopback } from './listen';
import { discard, type KeptBytes, type NewObject, readRange, S3Fault, S3Objects } from './s3-objects';
import { deletedKeys, document, namedParts } from './s3-xml';

export interface S3DoubleOptions {
  /** Folder of the objects' files; made when it is missing, removed in the end. */
  readonly folder: string;
  /** Names of the buckets there are. */
  readonly buckets: readonly string[];
}

/**
 * An S3 on loopback, for `PutObject`, `GetObject` with a range, `HeadObject`, `DeleteObject`, `DeleteObjects`, `ListObjectsV2` and
 * uploads in parts with `UploadPartCopy`, by path-style addresses. Writes must ask for SSE-KMS with a key, as the bucket's policy
 * has it; everything else is answered 501 and told by `close`. Signatures are not verified.
 */
export interface S3Double {
  /** For `AWS_ENDPOINT_URL_S3`. */
  readonly endpoint: string;
  /** Objects as `bucket/key`, in order. */
  readonly paths: readonly string[];
  /** Uploads in parts that are neither completed nor aborted. */
  readonly openUploadsCount: number;
  /** Operations so far, such as `PutObject`, by how often. */
  readonly operations: ReadonlyMap<string, number>;
  /** Bytes that were sent to it: ranges that it copies itself do not count. */
  readonly receivedBytes: number;
  /** Answers this many of the next requests with 503 `SlowDown`. */
  refuseNext(count: number): void;
  /** Removes the objects. @throws Error when a request came that is not planned for. */
  close(): Promise<void>;
}

/** Of one request. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bucket: string;
  readonly key: string;
  /** `bucket/key`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

type Operation = (call: Call) => Promise<void>;

const XML = { 'content-type': 'application/xml' };

/** Starts the double on a free port of 127.0.0.1. */
export async function startS3(options: S3DoubleOptions): Promise<S3Double> {
  const objects = new S3Objects(options.folder);
  const faults: string[] = [];
  const operations = new Map<string, number>();
  let receivedBytes = 0;
  let refusing = 0;

  const receive = async ({ request }: Call): Promise<KeptBytes> => {
    if (request.headers['content-encoding']?.includes('aws-chunked') === true) {
      throw new S3Fault(501, 'NotImplemented', 'The double does not plan for bodies in aws-chunked.');
    }
    const content = await objects.keep(request);
    receivedBytes += content.sizeBytes;
    const expected = request.headers['x-amz-checksum-crc32'];
    if (expected === undefined || expected === content.checksum) return content;
    await discard(content);
    throw new S3Fault(400, 'BadDigest', 'The CRC32 you specified did not match what was received.');
  };
  const refuseToReplace = ({ request, path }: Call): void => {
    if (request.headers['if-none-match'] === '*' && objects.has(path)) {
      throw new S3Fault(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.');
    }
  };

  const handlers: Readonly<Record<string, Operation>> = {
    PutObject: async (call) => {
      const kind = encryptedKind(call.request);
      refuseToReplace(call);
      const object = await objects.put(call.path, await receive(call), kind);
      answer(call, 200, undefined, { etag: object.etag, ...encryptionHeaders(kind) });
    },
    GetObject: async (call) => sendObject(call, objects),
    HeadObject: async (call) => sendObject(call, objects),
    DeleteObject: async (call) => {
      await objects.remove(call.path);
      answer(call, 204);
    },
    DeleteObjects: async (call) => {
      const keys = deletedKeys(await textOf(call.request));
      for (const key of keys) await objects.remove(`${call.bucket}/${key}`);
      answer(call, 200, document('DeleteResult', { Deleted: keys.map((Key) => ({ Key })) }));
    },
    ListObjectsV2: async (call) => answer(call, 200, listing(call, objects)),
    CreateMultipartUpload: async (call) => {
      const kind = encryptedKind(call.request);
      const UploadId = objects.begin(call.path, kind);
      const body = document('InitiateMultipartUploadResult', { Bucket: call.bucket, Key: call.key, UploadId });
      answer(call, 200, body, encryptionHeaders(kind));
    },
    UploadPart: async (call) => {
      const content = await receive(call);
      await objects.addPart(uploadOf(call), call.path, partOf(call), content);
      answer(call, 200, undefined, {
        etag: content.etag,
        ...(content.checksum !== undefined && { 'x-amz-checksum-crc32': content.checksum }),
      });
    },
    UploadPartCopy: async (call) => {
      const source = objects.find(
        decodeURIComponent(String(call.request.headers['x-amz-copy-source'])).replace(/^\//, ''),
      );
      const range = rangeOf(String(call.request.headers['x-amz-copy-source-range']), source.sizeBytes);
      if (range === undefined) throw new S3Fault(400, 'InvalidArgument', 'The range of the source is not valid.');
      const content = await objects.keepRange(source, range.start, range.end + 1);
      await objects.addPart(uploadOf(call), call.path, partOf(call), content);
      answer(call, 200, document('CopyPartResult', { ETag: content.etag }));
    },
    CompleteMultipartUpload: async (call) => {
      refuseToReplace(call);
      const parts = namedParts(await textOf(call.request));
      const { etag: ETag } = await objects.complete(uploadOf(call), call.path, parts);
      answer(call, 200, document('CompleteMultipartUploadResult', { Bucket: call.bucket, Key: call.key, ETag }));
    },
    AbortMultipartUpload: async (call) => {
      await objects.abort(uploadOf(call), call.path);
      answer(call, 204);
    },
  };

  async function perform(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const [, bucket = '', ...rest] = pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const call = { request, response, bucket, key, path: `${bucket}/${key}`, query };
    try {
      if (refusing > 0) {
        refusing -= 1;
        throw new S3Fault(503, 'SlowDown', 'Please reduce your request rate.');
      }
      const operation = operationOf(call);
      operations.set(operation, (operations.get(operation) ?? 0) + 1);
      if (!options.buckets.includes(bucket)) throw new S3Fault(404, 'NoSuchBucket', 'The bucket does not exist.');
      const handler = handlers[operation];
      if (handler === undefined) throw new S3Fault(501, 'NotImplemented', `The double does not plan for ${operation}.`);
      await handler(call);
    } catch (error) {
      if (error instanceof S3Fault) {
        if (error.status === 501) faults.push(error.message);
        request.resume();
        const { code: Code, message: Message } = error;
        answer(call, error.status, request.method === 'HEAD' ? undefined : document('Error', { Code, Message }));
      } else {
        // Whoever sent or read has gone away in the middle.
        response.destroy();
      }
    }
  }

  const server = createServer((request, response) => void perform(request, response));
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    operations,
    get paths() {
      return objects.paths;
    },
    get openUploadsCount() {
      return objects.openUploadsCount;
    },
    get receivedBytes() {
      return receivedBytes;
    },
    refuseNext: (count) => {
      refusing = count;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(options.folder, { recursive: true, force: true });
      if (faults.length > 0) throw new Error(`S3's double was asked what is not planned: ${faults.join('; ')}`);
    },
  };
}

/** The operation's name in the S3 API; for what is not planned, method and parameters. */
function operationOf({ request: { method, headers }, key, query }: Call): string {
  const names = [...query.keys()].filter((name) => name !== 'x-id').sort();
  const shape = `${key === '' ? 'bucket' : 'object'} ${method} ${names.join(' ')}`.trimEnd();
  if (/^bucket GET .*list-type/.test(shape)) return 'ListObjectsV2';
  const copied = headers['x-amz-copy-source'] !== undefined;
  if (copied) return shape === 'object PUT partNumber uploadId' ? 'UploadPartCopy' : `${shape} with a source`;
  return OPERATIONS[shape] ?? shape;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'bucket POST delete': 'DeleteObjects',
  'object PUT': 'PutObject',
  'object GET': 'GetObject',
  'object HEAD': 'HeadObject',
  'object DELETE': 'DeleteObject',
  'object POST uploads': 'CreateMultipartUpload',
  'object PUT partNumber uploadId': 'UploadPart',
  'object POST uploadId': 'CompleteMultipartUpload',
  'object DELETE uploadId': 'AbortMultipartUpload',
};

/** @throws S3Fault 403 without SSE-KMS and a key, as the bucket's policy denies it. */
function encryptedKind({ headers }: IncomingMessage): NewObject {
  const keyArn = headers['x-amz-server-side-encryption-aws-kms-key-id'];
  if (headers['x-amz-server-side-encryption'] !== 'aws:kms' || typeof keyArn !== 'string') {
    throw new S3Fault(403, 'AccessDenied', 'The policy of the bucket denies what is not encrypted by the key.');
  }
  return { contentType: headers['content-type'] ?? 'application/octet-stream', keyArn };
}

function encryptionHeaders({ keyArn }: NewObject): Record<string, string> {
  return { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': keyArn };
}

async function sendObject(call: Call, objects: S3Objects): Promise<void> {
  const { request, response } = call;
  const object = objects.find(call.path);
  const { sizeBytes, etag, contentType, modifiedAt } = object;
  const range = request.headers.range === undefined ? undefined : rangeOf(request.headers.range, sizeBytes);
  if (request.headers.range !== undefined && range === undefined) {
    throw new S3Fault(416, 'InvalidRange', 'The requested range is not satisfiable.');
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': contentType,
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    'last-modified': modifiedAt.toUTCString(),
    etag,
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
    ...encryptionHeaders(object),
  });
  if (request.method === 'HEAD' || sizeBytes === 0) response.end();
  else await pipeline(readRange(object, start, end + 1), response);
}

/** @returns `undefined` where the range is none of the object's: `bytes=first-last`, `bytes=first-`, `bytes=-suffix`. */
function rangeOf(text: string, sizeBytes: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start <= end ? { start, end } : undefined;
}

const KEYS_MAX = 1_000;

function listing({ bucket, query }: Call, objects: S3Objects): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const most = Math.min(KEYS_MAX, Number(query.get('max-keys') ?? KEYS_MAX));
  const keys = objects.paths
    .filter((path) => path.startsWith(`${bucket}/${prefix}`))
    .map((path) => path.slice(bucket.length + 1))
    .filter((key) => key > after);
  const page = keys.slice(0, most);
  const isTruncated = keys.length > page.length;
  return document('ListBucketResult', {
    Name: bucket,
    Prefix: prefix,
    KeyCount: page.length,
    MaxKeys: most,
    IsTruncated: isTruncated,
    ...(isTruncated && { NextContinuationToken: page.at(-1) ?? '' }),
    Contents: page.map((Key) => {
      const { sizeBytes: Size, etag: ETag, modifiedAt } = objects.find(`${bucket}/${Key}`);
      return { Key, Size, ETag, LastModified: modifiedAt.toISOString(), StorageClass: 'STANDARD' };
    }),
  });
}

function uploadOf({ query }: Call): string {
  return query.get('uploadId') ?? '';
}

function partOf({ query }: Call): number {
  return Number(query.get('partNumber'));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

function answer({ response }: Call, status: number, body?: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...(body !== undefined && XML), ...headers });
  response.end(body);
}
