import type { Server } from 'node:http';

/** Lets a server listen on a free port of 127.0.0.1. @returns the port. */
export async function listenOnLoopback(server: Pick<Server, 'once' | 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
