import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoopbackAuthority } from './certificate-authority';
import { startChildGuard } from './child-guard';
import { type RedisNodes, type RedisPorts, startRedisNodes } from './redis-nodes';
import { findRedisProgram } from './redis-program';

/** How to reach a Redis. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** PEM file with the authority that signed the nodes' certificates; absent for a public authority. */
  readonly caFile: string | undefined;
}

/** Redis servers on loopback: TLS and a password, as ElastiCache has them. */
export interface RedisServers extends RedisAddress {
  readonly caFile: string;
  /** Every node's port for clients. */
  readonly ports: readonly number[];
  /** Lets it hang: connections stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the servers at once, as a crash would; what they held is gone. */
  kill(): Promise<void>;
  /** Starts them again after `kill`, empty, on the same ports. */
  restart(): Promise<void>;
  /** Stops it and removes what it wrote. */
  stop(): Promise<void>;
}

/** Nodes whose processes run; whether they answer is not known yet. */
export interface StartedNodes {
  readonly ports: readonly RedisPorts[];
  readonly password: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly nodes: RedisNodes;
}

const HOST = '127.0.0.1';

/**
 * Starts servers with the Redis that `findRedisProgram` finds, and a password and certificates made on the spot.
 *
 * @param form makes of the started processes what is to be used, and resolves when it answers.
 * @throws LocalStackError when there is no Redis; what `form` throws.
 */
export async function startRedisServers(
  ports: readonly [RedisPorts, ...RedisPorts[]],
  form: (started: StartedNodes) => Promise<void>,
): Promise<RedisServers> {
  const program = await findRedisProgram();
  const directory = await mkdtemp(join(tmpdir(), 'pipeline-redis-'));
  const guard = startChildGuard([directory]);
  const password = crypto.randomUUID();
  const caFile = join(directory, 'ca.pem');
  const authority = await createLoopbackAuthority();
  const { certificate, privateKey } = await authority.issue();
  await writeFile(caFile, authority.certificate);
  await writeFile(join(directory, 'server.crt'), certificate);
  await writeFile(join(directory, 'server.key'), privateKey, { mode: 0o600 });

  const start = async (): Promise<RedisNodes> => {
    const nodes = await startRedisNodes({ program, directory, ports, password, guard });
    try {
      await form({ ports, password, certificateAuthority: authority.certificate, nodes });
      return nodes;
    } catch (error) {
      await nodes.kill();
      throw error;
    }
  };
  const remove = async () => {
    await guard.dismiss();
    await rm(directory, { recursive: true, force: true });
  };
  let nodes = await start().catch(async (error: unknown) => {
    await remove();
    throw error;
  });

  return {
    host: HOST,
    port: ports[0].port,
    ports: ports.map(({ port }) => port),
    password,
    caFile,
    pause: async () => nodes.pause(),
    resume: async () => nodes.resume(),
    kill: async () => nodes.kill(),
    restart: async () => {
      await Promise.all(ports.map(async (_, index) => rm(join(directory, `node-${index + 1}.nodes`), { force: true })));
      nodes = await start();
    },
    stop: async () => {
      if (!nodes.hasEnded) await nodes.kill();
      await remove();
    },
  };
}
