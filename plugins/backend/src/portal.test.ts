import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOOPBACK, freePort } from './free-port';
import { startPortal } from './portal';

it('says which port is taken and how to choose another, and starts nothing', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  const directory = join(tmpdir(), `portal-test-${process.pid}`);
  try {
    const start = startPortal({
      port,
      dataDirectory: join(directory, 'data'),
      tenantsDirectory: join(directory, 'tenants'),
      frontEnd: false,
      tell: () => undefined,
    });
    await expect(start).rejects.toThrow(new RegExp(`Port ${port} of 127.0.0.1 is taken.*PORT=`));
    expect(existsSync(directory)).toBe(false);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
