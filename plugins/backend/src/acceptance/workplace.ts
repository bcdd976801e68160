import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port';
import { startPortal, type Portal } from '../portal';
import { PortalClient } from '../portal-client';

/** A portal with folders of its own, as a fresh machine would have it. */
export interface Workplace {
  readonly client: PortalClient;
  readonly url: string;
  readonly tenantsDirectory: string;
  readonly logDirectory: string;
  /** Stops the portal and removes every folder. */
  close(): Promise<void>;
}

/** Says on standard error how far the test is, at once: jest keeps what is logged until a file's end. */
export function tell(phrase: string): void {
  process.stderr.write(`[acceptance] ${new Date().toISOString().slice(11, 19)} ${phrase}\n`);
}

/** Starts a portal on a free port. Default: without its pages, which need a build. */
export async function openWorkplace({ frontEnd = false } = {}): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), 'hospital-portal-acceptance-'));
  // As root, databases run as another user, who has to get in.
  await chmod(directory, 0o755);
  const tenantsDirectory = join(directory, 'tenants');
  let portal: Portal;
  try {
    const dataDirectory = join(directory, 'portal');
    portal = await startPortal({ port: await freePort(), dataDirectory, tenantsDirectory, frontEnd, tell });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    client: new PortalClient(portal.url),
    url: portal.url,
    tenantsDirectory,
    logDirectory: join(directory, 'logs'),
    close: async () => {
      await portal.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
