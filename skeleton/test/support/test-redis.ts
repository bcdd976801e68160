import { readFileSync } from 'node:fs';
import { Cluster, type Redis } from 'ioredis';
import { sharedRedis } from './shared-redis';
import { testSecretsManagerClient } from './template-database';
import { eventually } from './test-consumer';
import { SecretsManagerDouble, startSecretsManager } from '../../local/doubles/secrets-manager';
import type { RedisAddress } from '../../local/redis-servers';
import type { CacheSettings } from '../../src/runtime/environment';
import { createLog } from '../../src/runtime/log/log';
import { Metrics } from '../../src/runtime/metrics/metrics';
import { AuthTokenSecret } from '../../src/runtime/redis/auth-token';
import { RedisClient, RedisClientOptions } from '../../src/runtime/redis/redis-client';

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A client of a Redis cluster as the processes have it, and what it said. */
export interface TestRedisClient {
  readonly client: RedisClient;
  readonly metrics: Metrics;
  /** What the process would write, line by line. */
  readonly logged: LogLine[];
  /** Sum of a metric so far. */
  sum(name: string): number;
}

/** A Redis cluster for tests, with a Secrets Manager that keeps its token. */
export interface TestRedis {
  readonly address: RedisAddress;
  readonly settings: CacheSettings;
  readonly secretsManager: SecretsManagerDouble;
  /** With all rights, to prepare and to assess. */
  readonly admin: Cluster;
  /** Does something on every node, once all are known. */
  onEachNode(work: (node: Redis) => Promise<unknown>): Promise<void>;
  /** Closed by `close`. */
  connect(options?: Partial<RedisClientOptions>): TestRedisClient;
  /** Environment variables with which a child process finds the cache. */
  environment(): Record<string, string>;
  /** Closes the connections and the double; the cluster belongs to whoever started it. */
  close(): Promise<void>;
}

/** Of a cluster that is started here, and the least of any other. */
const NODES = 2;
const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:test/cache-a1B2c3';

/** @param given a cluster of the test's own, for tests that stop or flush it. Default: the one that all share. */
export async function openTestRedis(given?: RedisAddress): Promise<TestRedis> {
  const address = given ?? (await sharedRedis());
  const secretsManager = await startSecretsManager({ [SECRET_ARN]: address.password });
  const sdk = testSecretsManagerClient(secretsManager.endpoint);
  const { host, port, caFile, password } = address;
  const settings = { host, port, caFile, authTokenSecretArn: SECRET_ARN };
  const admin = new Cluster([{ host, port }], {
    dnsLookup: (name, callback) => callback(null, name),
    redisOptions: { password, tls: caFile === undefined ? {} : { ca: readFileSync(caFile) } },
  });
  // Tests stop the cluster under it; what matters shows in the commands.
  admin.on('error', () => undefined);
  const clients: RedisClient[] = [];
  return {
    address,
    settings,
    secretsManager,
    admin,
    onEachNode: async (work) => {
      await eventually(
        () => {
          // A node that answers before the cluster is formed anew knows of itself alone.
          admin.refreshSlotsCache();
          return admin.nodes('master').length;
        },
        (known) => known >= NODES,
      );
      await Promise.all(admin.nodes('master').map(async (node) => work(node)));
    },
    connect: (options) => {
      const logged: LogLine[] = [];
      const lines: string[] = [];
      const metrics = new Metrics('test', (line) => lines.push(line));
      const client = new RedisClient({
        cache: settings,
        secret: new AuthTokenSecret(sdk, SECRET_ARN),
        log: createLog({
          service: 'test',
          environment: 'test',
          destination: { write: (line) => logged.push(JSON.parse(line) as LogLine) },
        }),
        metrics,
        // A busy machine must not look like a Redis that hangs.
        timeoutMs: 5_000,
        firstTimeoutMs: 10_000,
        circuit: { pauseFirstMs: 100, pauseMostMs: 200 },
        ...options,
      });
      clients.push(client);
      const sum = (name: string) => {
        metrics.flush();
        return lines
          .map((line) => (JSON.parse(line) as Record<string, unknown>)[name])
          .reduce<number>((total, value) => total + (typeof value === 'number' ? value : 0), 0);
      };
      return { client, metrics, logged, sum };
    },
    environment: () => ({
      CACHE_ENDPOINT: `${host}:${port}`,
      CACHE_AUTH_TOKEN_SECRET_ARN: SECRET_ARN,
      ...(caFile !== undefined && { CACHE_CA_FILE: caFile }),
    }),
    close: async () => {
      admin.disconnect();
      await Promise.all(clients.map(async (client) => client.close()));
      sdk.destroy();
      await secretsManager.close();
    },
  };
}
