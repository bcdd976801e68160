import { Redis } from 'ioredis';
import { LocalStackError } from './errors';
import { freePort } from './free-port';
import type { RedisNodes, RedisPorts } from './redis-nodes';
import { type RedisServers, type StartedNodes, startRedisServers } from './redis-servers';

/** A Redis cluster of two nodes on loopback: TLS and a password, as ElastiCache has them. */
export type RedisCluster = RedisServers;

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
  return startRedisServers([await nodePorts(), await nodePorts()], formCluster);
}

/**
 * Starts one server that stands alone and evicts nothing, as a queue has it.
 *
 * @throws as `startRedisCluster`.
 */
export async function startRedisServer(): Promise<RedisServers> {
  return startRedisServers([{ port: await freePort() }], async (started) => {
    await withClients(started, async (clients, deadline) => answering(clients, deadline, started.nodes));
  });
}

async function nodePorts(): Promise<RedisPorts> {
  return { port: await freePort(), busPort: await freePort() };
}

/** Gives each node its share of the slots, makes them known to each other, and waits until all say that the cluster is ok. */
async function formCluster(started: StartedNodes): Promise<void> {
  const { ports, nodes } = started;
  await withClients(started, async (clients, deadline) => {
    await answering(clients, deadline, nodes);
    const share = SLOTS / clients.length;
    await Promise.all(
      clients.map(async (client, index) => {
        await client.cluster('ADDSLOTSRANGE', index * share, (index + 1) * share - 1);
        await client.cluster('SET-CONFIG-EPOCH', index + 1);
      }),
    );
    const [introducer] = clients;
    for (const { port, busPort } of ports.slice(1)) await introducer?.call('CLUSTER', 'MEET', HOST, port, busPort ?? 0);
    await within(deadline, nodes, async () => {
      const infos = await Promise.all(clients.map(async (client) => client.cluster('INFO')));
      return infos.every(
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${clients.length}`),
      );
    });
  });
}

async function withClients(
  { ports, password, certificateAuthority }: StartedNodes,
  work: (clients: readonly Redis[], deadline: number) => Promise<void>,
): Promise<void> {
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
    await work(clients, deadline);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function answering(clients: readonly Redis[], deadline: number, nodes: RedisNodes): Promise<void> {
  await within(deadline, nodes, async () => {
    const replies = await Promise.all(clients.map(async (client) => client.ping()));
    return replies.length === clients.length;
  });
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
