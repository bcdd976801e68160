import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createLoopbackAuthority } from '../../../../local/certificate-authority';
import { startChildGuard } from '../../../../local/child-guard';
import { freePort } from '../../../../local/free-port';
import { findRedisProgram } from '../../../../local/redis-program';
import { eventually } from '../../../support/test-consumer';

/** A Redis of one server on loopback, as the queue has it: TLS, a password, no cluster, nothing evicted. */
export interface QueueRedis {
  readonly port: number;
  readonly password: string;
  readonly caFile: string;
  /** With all rights, to assess and to break. */
  readonly admin: Redis;
  /** Ends it at once, as a crash would; what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, empty, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** @throws Error without a redis-server on this machine: a container would need a cluster's shape here. */
export async function startQueueRedis(): Promise<QueueRedis> {
  const program = await findRedisProgram();
  if (program.kind !== 'binary') throw new Error('These tests need redis-server on the PATH.');
  const directory = await mkdtemp(join(tmpdir(), 'imaging-redis-'));
  const guard = startChildGuard([directory]);
  const [port, password] = [await freePort(), crypto.randomUUID()];
  const authority = await createLoopbackAuthority();
  const { certificate, privateKey } = await authority.issue();
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, authority.certificate);
  await writeFile(join(directory, 'server.crt'), certificate);
  await writeFile(join(directory, 'server.key'), privateKey, { mode: 0o600 });
  const settings = [
    `bind ${HOST}`,
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${directory}/server.crt`,
    `tls-key-file ${directory}/server.key`,
    `tls-ca-cert-file ${caFile}`,
    'tls-auth-clients no',
    `requirepass ${password}`,
    'maxmemory-policy noeviction',
    'save ""',
    `dir ${directory}`,
  ];
  const configuration = join(directory, 'redis.conf');
  await writeFile(configuration, `${settings.join('\n')}\n`, { mode: 0o600 });
  const admin = new Redis({
    host: HOST,
    port,
    password,
    tls: { ca: authority.certificate },
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    lazyConnect: true,
  });
  // Tests stop the server under it; what matters shows in the commands.
  admin.on('error', () => undefined);
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(program.path, [configuration], { stdio: 'ignore' });
    if (child.pid !== undefined) guard.watch(child.pid);
    await eventually(
      async () => admin.ping().catch(() => 'no answer'),
      (answer) => answer === 'PONG',
    );
    return child;
  };
  let server = await start();
  const kill = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
    if (server.pid !== undefined) guard.forget(server.pid);
  };
  return {
    port,
    password,
    caFile,
    admin,
    kill,
    restart: async () => {
      server = await start();
    },
    stop: async () => {
      admin.disconnect();
      if (server.exitCode === null && server.signalCode === null) await kill();
      await guard.dismiss();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
