import { randomUUID } from 'node:crypto';
import { Metadata, Server } from '@tus/server';
import { CHECKSUM_KEY, parseChecksum } from './checksum';
import { PART_BYTES_MAX, UPLOAD_BYTES_MAX } from './limits';
import { tusProblem, uploadTooLarge } from './tus-problem';
import { TusStore, type TusStoreOptions } from './tus-store';
import type { Hospitals } from '../http/hospitals';
import { Problem } from '../http/problem';
import { problemOf } from '../http/request-handler';
import type { Exchange, Route } from '../http/route';

export interface TusRoutesOptions extends TusStoreOptions {
  readonly hospitals: Hospitals;
  /** Where senders reach this program, without a slash at its end. */
  readonly publicUrl: string;
  /** How long a request may go on that another one waits for. Default 3 000. */
  readonly lockDrainMs?: number;
}

/** Header of an answer with the SHA-256, in hexadecimal, of the file that was received. */
export const RECEIVED_SHA256_HEADER = 'X-Content-SHA256';

const UPLOADS = '/uploads';
const PART_TYPE = 'application/offset+octet-stream';
const LOCK_DRAIN_MS = 3_000;
const UPLOAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,15})$/;

/** Resumable uploads by the tus protocol, version 1.0.0: creation, with or without a first part, termination and expiration. */
export function tusRoutes(options: TusRoutesOptions): readonly Route[] {
  const handle = async (exchange: Exchange) => handleTus(exchange, options);
  return [
    { method: 'POST', path: UPLOADS, handle },
    { method: 'OPTIONS', path: UPLOADS, handle },
    ...(['OPTIONS', 'HEAD', 'PATCH', 'DELETE'] as const).map((method) => ({
      method,
      path: `${UPLOADS}/:upload`,
      handle,
    })),
  ];
}

async function handleTus(exchange: Exchange, options: TusRoutesOptions): Promise<void> {
  const { request, response } = exchange;
  const { upload: uploadId } = exchange.parameters;
  if (uploadId !== undefined && !UPLOAD_ID.test(uploadId)) throw tusProblem({ status: 404, body: NOT_FOUND });
  checkHeaders(exchange);
  const hospitalId = await options.hospitals.findOrAdd(exchange.subject);
  const expectedSha256 = request.method === 'POST' ? expectedChecksum(request.headers['upload-metadata']) : undefined;
  const isCreation = request.method === 'POST';
  const store = new TusStore(options, {
    hospitalId,
    body: request,
    expectedSha256,
    isCreation,
    hasPart: isCreation && request.headers['content-type'] === PART_TYPE,
  });
  let problem: Problem | undefined;
  const server = new Server({
    path: UPLOADS,
    datastore: store,
    locker: store,
    maxSize: UPLOAD_BYTES_MAX,
    lockDrainTimeout: options.lockDrainMs ?? LOCK_DRAIN_MS,
    allowedOrigins: [],
    disableTerminationForFinishedUploads: false,
    namingFunction: () => randomUUID(),
    generateUrl: (_request, { id }) => `${options.publicUrl}${UPLOADS}/${id}`,
    // What a sender says of its file beside the checksum is neither used nor kept: file names are names of patients.
    onUploadCreate: () => Promise.resolve({ metadata: {} }),
    onUploadFinish: () => Promise.resolve(received(store)),
    onResponseError: (_request, error) => {
      problem = 'status_code' in error ? tusProblem({ status: error.status_code, body: error.body }) : problemOf(error);
      return { status_code: problem.status, body: problem.detail };
    },
  });
  const answer = await server.handleWeb(webRequest(exchange)).finally(async () => store.close());
  if (answer.status >= 400) throw problem ?? tusProblem({ status: answer.status, body: await answer.text() });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end();
}

const NOT_FOUND = 'The file for this url was not found\n';

function received({ receivedSha256 }: TusStore): { headers: Record<string, string> } {
  return { headers: receivedSha256 === undefined ? {} : { [RECEIVED_SHA256_HEADER]: receivedSha256.toString('hex') } };
}

/**
 * What can be said before a byte is read, and more exactly than the tus server does.
 *
 * @throws Problem 400, 411 or 413.
 */
function checkHeaders({ request }: Exchange): void {
  const { method, headers } = request;
  if (method !== 'POST' && method !== 'PATCH') return;
  if (headers['transfer-encoding'] !== undefined || (method === 'PATCH' && headers['content-length'] === undefined)) {
    throw new Problem(411, 'length_required', 'A request with a body needs the header Content-Length.');
  }
  if (Number(headers['content-length'] ?? 0) > PART_BYTES_MAX) {
    throw new Problem(
      413,
      'part_too_large',
      `A part has at most ${PART_BYTES_MAX} bytes. Send the file in smaller parts.`,
    );
  }
  const length = headers['upload-length'];
  if (method !== 'POST' || length === undefined) return;
  if (typeof length !== 'string' || !WHOLE_NUMBER.test(length) || length === '0') {
    throw new Problem(
      400,
      'length_invalid',
      'Upload-Length is wrong: expected the size of the file in bytes, 1 at the least.',
    );
  }
  if (Number(length) > UPLOAD_BYTES_MAX) throw uploadTooLarge();
}

/** @throws Problem 400 when the metadata is none, or its checksum. */
function expectedChecksum(header: string | string[] | undefined): Buffer | undefined {
  if (header === undefined) return undefined;
  let metadata: Record<string, string | null>;
  try {
    metadata = Metadata.parse(String(header));
  } catch {
    throw new Problem(
      400,
      'header_invalid',
      'Upload-Metadata is wrong: expected keys and base64 values, separated by commas.',
    );
  }
  if (!Object.hasOwn(metadata, CHECKSUM_KEY)) return undefined;
  return parseChecksum(metadata[CHECKSUM_KEY] ?? '');
}

/** The request without its body, which the store reads itself. Its host is nobody's: where senders reach us is a setting. */
function webRequest({ request, parameters }: Exchange): Request {
  const path = parameters.upload === undefined ? UPLOADS : `${UPLOADS}/${parameters.upload}`;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':')) {
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
  }
  return new Request(`https://imaging.invalid${path}`, { method: request.method ?? '', headers });
}
