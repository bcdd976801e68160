import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * What Kinesis does instead of answering. `throttle`: refuses as when a shard's limits are used up; `serverError`:
 * answers 500; `unavailable`: answers 503; `hang`: takes the request and never answers; `disconnect`: closes the
 * connection.
 */
export type KinesisFault = 'throttle' | 'serverError' | 'unavailable' | 'hang' | 'disconnect';

/** A proxy in front of Kinesis that can be told to misbehave. */
export interface FaultProxy {
  readonly endpoint: string;
  /** Requests that met a fault so far. */
  readonly faultCount: number;
  /** From now on each request meets this fault, until `heal`. */
  breakWith(fault: KinesisFault): void;
  /** Passes requests on again. Hanging ones are cut. */
  heal(): void;
  stop(): Promise<void>;
}

/** Errors as Kinesis words them (Kinesis Data Streams API reference, Common errors; GetRecords, Errors). */
const ERRORS = {
  throttle: [400, 'ProvisionedThroughputExceededException', 'Rate exceeded for shard.'],
  serverError: [500, 'InternalFailure', 'The request processing has failed because of an unknown error.'],
  unavailable: [503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'],
} as const;

/** Starts a proxy on loopback that passes everything on to `target`, an `http:` endpoint. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let fault: KinesisFault | undefined;
  let faultCount = 0;
  const hanging = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    if (fault === undefined) {
      passOn(target, incoming, outgoing);
      return;
    }
    faultCount += 1;
    if (fault === 'hang') hanging.add(incoming.socket);
    misbehave(fault, incoming, outgoing);
  });
  const endpoint = await listen(server);
  return {
    endpoint,
    get faultCount() {
      return faultCount;
    },
    breakWith: (next) => {
      fault = next;
    },
    heal: () => {
      fault = undefined;
      for (const socket of hanging) socket.destroy();
      hanging.clear();
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function misbehave(fault: KinesisFault, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (fault === 'disconnect') {
    incoming.socket.destroy();
    return;
  }
  incoming.resume();
  if (fault === 'hang') return;
  const [status, type, message] = ERRORS[fault];
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type });
  outgoing.end(JSON.stringify({ __type: type, message }));
}

function passOn(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const forwarded = request(
    new URL(incoming.url ?? '/', target),
    { method: incoming.method, headers: incoming.headers },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  forwarded.once('error', () => incoming.socket.destroy());
  incoming.pipe(forwarded);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system named no port.');
  return `http://127.0.0.1:${address.port}`;
}
