import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createLoopbackAuthority } from './certificate-authority';
import { startChildGuard } from './child-guard';
import { LocalStackError } from './errors';
import { freePort } from './free-port';
import { type RedisNodes, type RedisPorts, startRedisNodes } from './redis-nodes';
import { findRedisProgram } from './redis-program';

/** How to reach a Redis cluster. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** PEM file with the authority that signed the nodes' certificates; absent for a public authority. */
  readonly caFile: string | undefined;
}

/** A Redis cluster of two nodes on loopback: TLS and a password, as ElastiCache has them. */
export interface RedisCluster extends RedisAddress {
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

const HOST = '127.0.0.1';
const START_PATIENCE_MS = 30_000;
const POLL_MS = 25;
const SLOTS = 16_384;

/**
 * Starts a cluster with the Redis that `findRedisProgram` finds.
 *
 * @throws LocalStackError when there is none, or with its own words when it does not come up.
 */
export async function startRedisCluster(): Promise<RedisCluster> {
  const program = await findRedisProgram();
  const directory = await mkdtemp(join(tmpdir(), 'pipeline-redis-'));
  const guard = startChildGuard([directory]);
  const password = crypto.randomUUID();
  const caFile = join(directory, 'ca.pem');
  const ports = [await nodePorts(), await nodePorts()];
  await mkdir(directory, { recursive: true });
  const authority = await createLoopbackAuthority();
  const { certificate, privateKey } = await authority.issue();
  await writeFile(caFile, authority.certificate);
  await writeFile(join(directory, 'server.crt'), certificate);
  await writeFile(join(directory, 'server.key'), privateKey, { mode: 0o600 });

  const start = async (): Promise<RedisNodes> => {
    const nodes = await startRedisNodes({ program, directory, ports, password, guard });
    try {
      await formCluster({ ports, password, certificateAuthority: authority.certificate, nodes });
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
  const [first] = ports;
  if (first === undefined) throw new Error('A cluster has nodes.');

  return {
    host: HOST,
    port: first.port,
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

async function nodePorts(): Promise<RedisPorts> {
  return { port: await freePort(), busPort: await freePort() };
}

interface Forming {
  readonly ports: readonly RedisPorts[];
  readonly password: string;
  readonly certificateAuthority: string;
  readonly nodes: RedisNodes;
}

/** Gives each node its share of the slots, makes them known to each other, and waits until all say that the cluster is ok. */
async function formCluster({ ports, password, certificateAuthority, nodes }: Forming): Promise<void> {
  const deadline = Date.now() + START_PATIENCE_MS;
  const clients = ports.map(
    ({ port }) =>
      new Redis({
        host: HOST,
        port,
        password,
        tls: { ca: certificateAuthority },
        retryStrategy: () => POLL_MS,
        maxRetriesPerRequest: null,
      }),
  );
  // A node that is not up yet refuses; the client comes again.
  for (const client of clients) client.on('error', () => undefined);
  try {
    await within(deadline, nodes, async () => {
      const replies = await Promise.all(clients.map(async (client) => client.ping()));
      return replies.length === clients.length;
    });
    const share = SLOTS / clients.length;
    await Promise.all(
      clients.map(async (client, index) => {
        await client.cluster('ADDSLOTSRANGE', index * share, (index + 1) * share - 1);
        await client.cluster('SET-CONFIG-EPOCH', index + 1);
      }),
    );
    const [introducer] = clients;
    for (const { port, busPort } of ports.slice(1)) await introducer?.call('CLUSTER', 'MEET', HOST, port, busPort);
    await within(deadline, nodes, async () => {
      const infos = await Promise.all(clients.map(async (client) => client.cluster('INFO')));
      return infos.every(
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${clients.length}`),
      );
    });
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** Asks again until it is so. @throws LocalStackError when time is up or a node has ended, with the nodes' own words. */
async function within(deadline: number, nodes: RedisNodes, isSo: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const answer = await Promise.race([
      isSo(),
      new Promise<false>((resolve) => setTimeout(() => resolve(false), POLL_MS * 20).unref()),
    ]);
    if (answer) return;
    if (nodes.hasEnded || Date.now() > deadline) {
      throw new LocalStackError(`Redis did not start:\n${nodes.words()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
