import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { ApiEnvironment } from './route';

/** Only this machine may ask: the host has no authentication of its own. */
const HOST = '127.0.0.1';

export interface NodeHostOptions {
  readonly app: Hono<ApiEnvironment>;
  /** 0: one that is free. */
  readonly port: number;
  /** Who every caller is taken for. */
  readonly principal: string;
}

export interface NodeHost {
  /** The API's own URL, without a slash at its end. */
  readonly baseUrl: string;
  /** Takes no more requests, answers those under way, then resolves. */
  close(): Promise<void>;
}

/**
 * Runs the application on this machine, for the local stack and tests.
 * @throws when the port is taken.
 */
export async function startNodeHost({ app, port, principal }: NodeHostOptions): Promise<NodeHost> {
  let baseUrl = '';
  const server = createAdaptorServer({
    fetch: (request: Request) => app.fetch(request, { principal, requestId: randomUUID(), baseUrl }),
    overrideGlobalObjects: false,
  }) as Server;
  server.listen(port, HOST);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  baseUrl = `http://${HOST}:${address.port}`;
  return {
    baseUrl,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
