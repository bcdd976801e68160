import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { CERTIFICATE_SUBJECT_HEADER } from '../../../src/foundation/mutual-tls-api';
import { IMAGING_ROUTES } from '../../../src/workloads/imaging/gateway.service';
import type { Certificate } from '../../certificate-authority';

export interface GatewaySettings {
  /** 0 takes a free one. */
  readonly port: number;
  readonly certificate: Certificate;
  /** PEM of the authorities whose client certificates are let in: the truststore. */
  readonly truststore: string;
  /** Ports of the programs on this machine. */
  readonly uploadPort: number;
  readonly queryPort: number;
}

export interface LocalGateway {
  readonly port: number;
  close(): Promise<void>;
}

/** What API Gateway takes in one request (Amazon API Gateway Developer Guide, "Amazon API Gateway quotas": payload size). */
const REQUEST_BYTES_MAX = 10 * 1024 * 1024;
/** As in a deployment, where answers are streamed. */
const ANSWER_TIMEOUT_MS = 15 * 60_000;

/** Headers between two neighbours (RFC 9110, 7.6.1), and those that the body is sent by. */
const NEIGHBOURS_ONLY = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
];

/** What the gateway refuses by itself. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Stands for API Gateway with mutual TLS, its link and the load balancer: asks for a client certificate of the truststore, says whose
 * it is in a header of its own, takes requests whole before it hands them on, and knows the paths of the deployment and no others.
 */
export async function startGateway(settings: GatewaySettings): Promise<LocalGateway> {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const server = createServer(
    {
      key: settings.certificate.privateKey,
      cert: settings.certificate.certificate,
      ca: settings.truststore,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    },
    (request, response) => void answer(request, response, { settings, agent }),
  );
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gateway has no port.');
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

interface Way {
  readonly settings: GatewaySettings;
  readonly agent: Agent;
}

async function answer(request: IncomingMessage, response: ServerResponse, way: Way): Promise<void> {
  try {
    const port = targetOf(request, way.settings);
    const body = await wholeBody(request);
    await handOn(request, response, { body, port, agent: way.agent });
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const { status, message } = error instanceof Refusal ? error : new Refusal(502, 'Internal server error');
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message }));
  }
}

/** As the routes of the deployment say, and the rules of its load balancer. */
function targetOf({ method = '', url = '', headers }: IncomingMessage, settings: GatewaySettings): number {
  // The firewall does.
  if (headers[CERTIFICATE_SUBJECT_HEADER.toLowerCase()] !== undefined) throw new Refusal(403, 'Forbidden');
  const path = new URL(url, 'https://gateway').pathname.slice(1);
  const route = IMAGING_ROUTES.find((one) => one.method === method && matches(one.path, path));
  // What API Gateway says of a path or method that it does not know.
  if (route === undefined) throw new Refusal(403, 'Missing Authentication Token');
  const missing = (route.requiredHeaders ?? []).filter((name) => headers[name.toLowerCase()] === undefined);
  if (missing.length > 0) throw new Refusal(400, `Missing required request parameters: [${missing.join(', ')}]`);
  return method === 'GET' ? settings.queryPort : settings.uploadPort;
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index]);
}

/** @throws Refusal for more than the gateway takes. */
async function wholeBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= REQUEST_BYTES_MAX) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      if (bytes > REQUEST_BYTES_MAX) reject(new Refusal(413, 'Request Too Long'));
      else resolve(Buffer.concat(chunks));
    });
    request.once('close', () => reject(new Error('The client left before its request was whole.')));
  });
}

async function handOn(
  request: IncomingMessage,
  response: ServerResponse,
  { body, port, agent }: { readonly body: Buffer; readonly port: number; readonly agent: Agent },
): Promise<void> {
  const sent = httpsRequest({
    host: '127.0.0.1',
    port,
    // A load balancer does not verify its targets' certificates either.
    agent,
    method: request.method,
    path: request.url,
    timeout: ANSWER_TIMEOUT_MS,
    headers: {
      ...forwarded(request.headers),
      host: request.headers.host,
      [CERTIFICATE_SUBJECT_HEADER]: subjectOf(request.socket as TLSSocket),
      ...(body.length > 0 && { 'content-length': body.length }),
    },
  });
  response.once('close', () => sent.destroy());
  sent.once('timeout', () => sent.destroy(new Refusal(504, 'Endpoint request timed out')));
  sent.end(body);
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  response.writeHead(answered.statusCode ?? 502, withoutHops(answered.headers));
  answered.pipe(response);
  await once(answered, 'end');
}

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NEIGHBOURS_ONLY.includes(name)));
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _encoding, ...rest } = headers;
  return rest;
}

/** The distinguished name as API Gateway writes it: the most particular part first (RFC 4514, 2.1). */
function subjectOf(socket: TLSSocket): string {
  return socket.getPeerX509Certificate()?.subject.split('\n').toReversed().join(',') ?? '';
}
