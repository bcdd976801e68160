import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { certificateSubject } from './certificate-identity';
import { Problem, sendProblem } from './problem';
import { type MatchedRoute, type Route, RouteTable } from './route';
import type { ApiObserver } from '../../../runtime/http/api-app';
import { SECURITY_HEADERS } from '../../../runtime/http/security-headers';
import { databaseErrorKind } from '../../../runtime/postgres/errors';

export interface RequestHandlerOptions {
  readonly routes: readonly Route[];
  readonly observer: Pick<ApiObserver, 'answered'>;
  /** Whether the program does its work: what `GET /health` says, to anybody. */
  readonly isHealthy: () => boolean;
}

/** Where the load balancer and the container ask for health, without a certificate. */
export const HEALTH_PATH = '/health';

/**
 * What the log says of a request whose sender went away before the answer was whole. It is never sent: no status of RFC 9110 is for
 * what nobody reads, and 499 is what servers call it (nginx, `ngx_http_request.h`, "client closed request").
 */
export const ABANDONED_STATUS = 499;

/** An unread body up to this size is taken in, so that its sender reads the answer instead of a broken connection. */
const DISCARDED_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Answers requests by the routes: 401 without a certificate's subject, 404, 405 with `Allow`, 503 when the database is away, 500
 * without details; each answer is observed once, without path, parameters or anything else that the sender wrote. One that its sender
 * did not wait for is observed as `ABANDONED_STATUS`, and one that broke off by a fault of ours by that fault.
 */
export function requestHandler({ routes, observer, isHealthy }: RequestHandlerOptions): RequestListener {
  const table = new RouteTable(routes);
  return (request, response) => {
    const startedAtMs = performance.now();
    const requestId = randomUUID();
    const seen: Seen = { route: 'unmatched', returnedCount: 0, fault: undefined };
    response.setHeader('X-Request-Id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    // A connection that breaks ends the answer; there is nobody to tell.
    response.on('error', () => undefined);
    response.once('close', () => {
      const { route, returnedCount, fault } = seen;
      const status = statusOf(response, fault);
      observer.answered({
        requestId,
        method: request.method ?? '',
        route,
        status,
        durationMs: Math.round(performance.now() - startedAtMs),
        returnedCount,
        ...(status >= 500 && { fault }),
      });
    });
    answer(request, response, { table, isHealthy, requestId, seen }).catch((error: unknown) => {
      seen.fault = error;
      refuse(request, response, problemOf(error));
    });
  };
}

/** What came of an answer, which is not what its head said when it was never written whole. */
function statusOf({ writableFinished, statusCode }: ServerResponse, fault: unknown): number {
  if (writableFinished) return statusCode;
  const status = fault === undefined ? ABANDONED_STATUS : problemOf(fault).status;
  return status >= 500 ? status : ABANDONED_STATUS;
}

/** What the log says of a request. */
interface Seen {
  route: string;
  returnedCount: number;
  fault: unknown;
}

interface Surroundings {
  readonly table: RouteTable;
  readonly isHealthy: () => boolean;
  readonly requestId: string;
  readonly seen: Seen;
}

async function answer(request: IncomingMessage, response: ServerResponse, context: Surroundings): Promise<void> {
  const url = parseUrl(request.url ?? '/');
  const { table, seen, requestId } = context;
  if (url.pathname === HEALTH_PATH && (request.method === 'GET' || request.method === 'HEAD')) {
    seen.route = HEALTH_PATH;
    answerHealth(response, context.isHealthy());
    return;
  }
  const subject = certificateSubject(request);
  const { route, parameters } = place(table, request.method ?? '', url.pathname);
  seen.route = route.path;
  await route.handle({
    request,
    response,
    requestId,
    subject,
    parameters,
    query: url.searchParams,
    returned: (count) => (seen.returnedCount = count),
  });
}

function parseUrl(target: string): URL {
  // The host only completes the path: which one was asked for is not looked at.
  const text = `https://imaging.invalid${target}`;
  if (target.startsWith('/') && URL.canParse(text)) return new URL(text);
  throw new Problem(400, 'header_invalid', 'The request target is no path.');
}

function place(table: RouteTable, method: string, path: string): MatchedRoute {
  const { match, allowed } = table.find(method, path);
  if (match !== undefined) return match;
  if (allowed.length === 0) throw new Problem(404, 'not_found', 'There is nothing here.');
  const allow = allowed.join(', ');
  throw new Problem(405, 'method_not_allowed', `This place allows ${allow}.`, { headers: { Allow: allow } });
}

function answerHealth(response: ServerResponse, isHealthy: boolean): void {
  const body = JSON.stringify({ status: isHealthy ? 'running' : 'starting' });
  response.writeHead(isHealthy ? 200 : 503, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** What a sender is told of any error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (databaseErrorKind(error) === 'transient') {
    return new Problem(
      503,
      'database_unavailable',
      'The database is away at the moment. Send the request again later.',
      {
        headers: { 'Retry-After': '5' },
        cause: error,
      },
    );
  }
  return new Problem(500, 'internal', 'The request failed, by no fault of its sender. Send it again later.', {
    cause: error,
  });
}

function refuse(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    response.destroy();
    return;
  }
  const isUnread = !request.readableEnded && !request.destroyed;
  if (isUnread && !isSmall(request)) response.setHeader('Connection', 'close');
  sendProblem(response, problem);
  if (isUnread) void discard(request);
}

function isSmall({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length === undefined
    ? headers['transfer-encoding'] === undefined
    : Number.parseInt(length, 10) <= DISCARDED_BYTES_MAX;
}

/** Reads what is left of a body, up to the limit, and ends the connection of a sender that goes on. */
async function discard(request: IncomingMessage): Promise<void> {
  let leftBytes = DISCARDED_BYTES_MAX;
  request.on('data', (chunk: Buffer) => {
    leftBytes -= chunk.length;
    if (leftBytes < 0) request.destroy();
  });
  request.on('error', () => undefined);
  request.resume();
  await once(request, 'close').catch(() => undefined);
}
