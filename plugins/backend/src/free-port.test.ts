import { createServer } from 'node:net';
import { LOOPBACK, freePort, isPortFree } from './free-port';

it('gives a port that can be listened on, and tells when it is taken', async () => {
  const port = await freePort();
  expect(await isPortFree(port)).toBe(true);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  try {
    expect(await isPortFree(port)).toBe(false);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
