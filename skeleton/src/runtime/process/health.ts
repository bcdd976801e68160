import { createServer, Server } from 'node:http';

/**
 * - `starting`: waiting for the database, migrating. Not healthy yet.
 * - `running`: at work, or waiting for an outage to pass: a restart would not help with that.
 * - `stuck`: nothing has moved for so long that a restart is the only help.
 * - `stopping`: asked to end.
 */
export interface HealthReport {
  readonly status: 'starting' | 'running' | 'stuck' | 'stopping';
  /** Shards that are being read by this process, if it reads any at all. */
  readonly leasesCount?: number;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const CHECK_TIMEOUT_MS = 3_000;

/**
 * Answers `GET /health` on 127.0.0.1, where only the container's own check can ask: 200 while running, else 503, with the
 * report as JSON.
 *
 * @param port 0 takes a free one.
 * @throws Error when the port is taken.
 */
export async function serveHealth(port: number, report: () => HealthReport): Promise<HealthServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const body = report();
    response.writeHead(body.status === 'running' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve());
  });
  return { port: portOf(server), close: async () => close(server) };
}

/** Asks the process on this machine for its health, as the container's check does. */
export async function isHealthy(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${HOST}:${port}/health`, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The health check has no port.');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
