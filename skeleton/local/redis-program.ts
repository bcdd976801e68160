import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { canInstallPackages, installation } from './debian-packages';
import { LocalStackError } from './errors';

const run = promisify(execFile);

/** How a Redis server can be run on this machine. */
export type RedisProgram =
  { readonly kind: 'binary'; readonly path: string } | { readonly kind: 'docker'; readonly image: string };

/** What the search looks at; replaced in tests. */
export interface Machine {
  readonly path: string;
  /** Whether Docker's daemon answers; the client alone is of no use. */
  dockerAnswers(): Promise<boolean>;
  /** Whether packages can be installed: Debian or a relative of it, and we are root. */
  canInstall(): Promise<boolean>;
  /** Installs Debian's package. @throws what apt-get says. */
  install(): Promise<void>;
}

const IMAGE = 'redis:7.0';
const DOCKER_PATIENCE_MS = 5_000;

/**
 * Finds a Redis server: `redis-server` on the PATH, else Docker, else Debian's package, which is then installed.
 *
 * @throws LocalStackError that says what to do where there is none of them.
 */
export async function findRedisProgram(machine: Machine = thisMachine): Promise<RedisProgram> {
  const installed = await onPath(machine.path);
  if (installed !== undefined) return { kind: 'binary', path: installed };
  if (await machine.dockerAnswers()) return { kind: 'docker', image: IMAGE };
  const problem = (await machine.canInstall()) ? await installedNow(machine) : undefined;
  if (problem?.path !== undefined) return { kind: 'binary', path: problem.path };
  throw new LocalStackError(
    `${problem?.says ?? 'There is no Redis on this machine.'}\n` +
      'Do one of these, then try again:\n' +
      '  - install it, so that redis-server is on the PATH (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis),\n' +
      '  - start Docker,\n' +
      '  - set REDIS_URL to a cluster, such as REDIS_URL=rediss://:password@127.0.0.1:7000',
  );
}

async function installedNow(machine: Machine): Promise<{ readonly path?: string; readonly says?: string }> {
  try {
    await machine.install();
  } catch (error) {
    return {
      says: `apt-get could not install redis-server: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const path = await onPath(machine.path);
  return path === undefined ? { says: 'apt-get has installed redis-server, but it is not on the PATH.' } : { path };
}

async function onPath(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, 'redis-server');
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const thisMachine: Machine = {
  path: process.env.PATH ?? '',
  dockerAnswers: async () => {
    try {
      await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: DOCKER_PATIENCE_MS });
      return true;
    } catch {
      return false;
    }
  },
  canInstall: () => Promise.resolve(canInstallPackages()),
  install: async () => {
    const { commands, options } = installation('redis-server');
    for (const words of commands) await run('apt-get', words, options);
  },
};
