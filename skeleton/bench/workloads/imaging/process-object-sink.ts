import { createServer, type IncomingMessage } from 'node:http';
import { listenOnLoopback } from '../../../local/doubles/listen';

/** Where objects are written to in a benchmark. */
export interface ObjectSink {
  /** For `AWS_ENDPOINT_URL_S3`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const ETAG = '"00000000000000000000000000000000"';

/**
 * Takes objects as S3 does and keeps none, so that what is measured is the worker, and not the disk of this machine: whole ones, parts,
 * and parts that are copied within S3. Anything else is answered 501.
 */
export async function startObjectSink(): Promise<ObjectSink> {
  const server = createServer((request, response) => {
    const answer = answerOf(request);
    request.on('end', () => {
      response.writeHead(answer === undefined ? 501 : 200, { 'content-type': 'application/xml', etag: ETAG });
      response.end(answer);
    });
    request.resume();
  });
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** @returns the body; `undefined` for what is not planned. */
function answerOf({ method, url = '/', headers }: IncomingMessage): string | undefined {
  const { searchParams } = new URL(url, 'http://localhost');
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) {
    return `<CopyPartResult><ETag>${ETAG}</ETag></CopyPartResult>`;
  }
  if (method === 'PUT') return '';
  if (method !== 'POST') return undefined;
  if (searchParams.has('uploads')) {
    return `<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>`;
  }
  return searchParams.has('uploadId')
    ? `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`
    : undefined;
}
