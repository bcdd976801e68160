import { createServer } from 'node:net';

/** Address of everything that this package serves. */
export const LOOPBACK = '127.0.0.1';

/** A TCP port of the loopback interface that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('The system gave no TCP port.'));
        else resolve(address.port);
      });
    });
  });
}

/** Whether the port can be listened on now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, LOOPBACK, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
