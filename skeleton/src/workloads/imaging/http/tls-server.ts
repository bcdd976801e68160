import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { ServerCertificate } from './certificate';

export interface TlsServerOptions {
  /** 0: one that is free. */
  readonly port: number;
  /** Address to listen on, such as 127.0.0.1. */
  readonly host: string;
  readonly certificate: ServerCertificate;
  readonly handler: RequestListener;
}

export interface TlsServer {
  readonly port: number;
  /** Takes no more connections, answers the requests under way, then resolves. */
  close(): Promise<void>;
}

/** Longer than a load balancer keeps an idle connection (60 s by default), so that it never writes into one that we close. */
const KEEP_ALIVE_MS = 75_000;
/** A part of 8 MiB has this long to arrive: what is slower would hold its upload against everybody else. */
const REQUEST_MS = 120_000;
const HEADERS_MS = 20_000;
const CLOSE_IDLE_EVERY_MS = 100;

/** Serves HTTPS, TLS 1.2 or higher. @throws Node's error when the port is taken or the certificate is none. */
export async function startTlsServer({ port, host, certificate, handler }: TlsServerOptions): Promise<TlsServer> {
  const server = createServer(
    {
      ...certificate,
      minVersion: 'TLSv1.2',
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_MS,
      headersTimeout: HEADERS_MS,
    },
    handler,
  );
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // A connection that was in use as the server closed is idle after its answer, and would be kept alive.
      const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
      await closed.finally(() => clearInterval(idle));
    },
  };
}
