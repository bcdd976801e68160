import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './answer';
import type { Access, AccessAction, AccessAudit } from '../../../runtime/http/access-audit';
import { accessOutcome } from '../../../runtime/http/access-audit';
import type { ApiObserver } from '../../../runtime/http/api-app';
import { Problem } from '../http/problem';
import { problemOf } from '../http/request-handler';
import type { Exchange, Route } from '../http/route';

/** How much of a query is kept in the audit trail. */
const AUDITED_QUERY_CHARACTERS_MAX = 2_048;

/** An access as its route learns about it: what is known is on record, also when it is refused. */
export interface Reading {
  /** UID of what is asked for by it. Default `null`: none is. */
  resourceId: string | null;
  /** Whose data is asked for or shown, as `auditedPatient` writes them. Default: none. */
  patientIds: readonly string[];
}

/** A way to look at data of patients. */
export interface PatientDataRoute {
  readonly path: string;
  readonly action: AccessAction;
  readonly resourceType: 'Study' | 'Series' | 'Instance';
  /** @throws Problem for a request that is refused. */
  get(exchange: Exchange, reading: Reading): Promise<Answer>;
}

export interface PatientDataDependencies {
  readonly audit: AccessAudit;
  readonly observer: Pick<ApiObserver, 'auditFailed'>;
}

/** Finds out what to answer, writes the access to the trail, and only then answers: nothing leaves that is not on record. */
export function patientDataRoute(route: PatientDataRoute, { audit, observer }: PatientDataDependencies): Route {
  return {
    method: 'GET',
    path: route.path,
    handle: async (exchange) => {
      const reading: Reading = { resourceId: null, patientIds: [] };
      const answer = await answerOrProblem(route, exchange, reading);
      try {
        await audit.record(accessOf(route, exchange, { reading, answer }));
      } catch (cause) {
        observer.auditFailed(exchange.requestId, cause);
        throw auditUnavailable(cause);
      }
      if (answer instanceof Problem) throw answer;
      exchange.returned(answer.returnedCount);
      await send(exchange, answer);
    },
  };
}

async function answerOrProblem(
  route: PatientDataRoute,
  exchange: Exchange,
  reading: Reading,
): Promise<Answer | Problem> {
  try {
    return await route.get(exchange, reading);
  } catch (error) {
    return problemOf(error);
  }
}

interface Outcome {
  readonly reading: Reading;
  readonly answer: Answer | Problem;
}

function accessOf(
  { action, resourceType }: PatientDataRoute,
  { requestId, subject, query }: Exchange,
  { reading, answer }: Outcome,
): Access {
  return {
    requestId,
    principal: subject,
    action,
    resourceType,
    ...reading,
    query: query.toString().slice(0, AUDITED_QUERY_CHARACTERS_MAX),
    outcome: accessOutcome(answer.status),
    status: answer.status,
    returnedCount: answer instanceof Problem ? 0 : answer.returnedCount,
  };
}

function auditUnavailable(cause: unknown): Problem {
  return new Problem(
    503,
    'audit_unavailable',
    'The access could not be recorded, so nothing is shown. Try again later.',
    { headers: { 'Retry-After': '10' }, cause },
  );
}

async function send({ request, response }: Exchange, { status, headers, body }: Answer): Promise<void> {
  if (body !== undefined && !isWhole(body)) {
    await stream(request.method === 'HEAD' ? nothing() : body, response, () =>
      response.writeHead(status, headersOf(headers)),
    );
    return;
  }
  response.writeHead(status, {
    ...headersOf(headers),
    ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function headersOf(headers: Answer['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function isWhole(body: NonNullable<Answer['body']>): body is Buffer | string {
  return typeof body === 'string' || body instanceof Uint8Array;
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // The answer to HEAD has the headers alone.
}

/**
 * The head leaves with the first piece, so that what cannot even begin is refused in words. What fails later breaks the
 * connection off, since half an answer must not look like a whole one.
 */
async function stream(body: AsyncIterable<Uint8Array>, response: ServerResponse, writeHead: () => void): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  const first = await pieces.next();
  writeHead();
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
    } finally {
      await pieces.return?.();
    }
  };
  try {
    await pipeline(Readable.from(rest(), { objectMode: false }), response);
  } catch (error) {
    // An asker who has gone away is no failure of ours.
    if (!isPrematureClose(error)) throw error;
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
