import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisCluster, startRedisCluster } from '../../../local/redis-cluster';
import { withForeignAuthority } from '../../support/foreign-authority';
import { eventually } from '../../support/test-consumer';
import { type LogLine, openTestRedis, type TestRedis } from '../../support/test-redis';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

let cluster: RedisCluster;
let redis: TestRedis;
beforeAll(async () => {
  cluster = await startRedisCluster();
  redis = await openTestRedis(cluster);
});
afterAll(async () => {
  await redis.close();
  await cluster.stop();
});

const KEY = 'test:{1}';
/** Timeouts as they are in production. */
const IMPATIENT = { timeoutMs: 200, firstTimeoutMs: 1_000 };
const events = (logged: readonly LogLine[]) => logged.map(({ event }) => event);

async function durationOf(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work().catch(() => undefined);
  return performance.now() - startedAtMs;
}

describe('a Redis that answers', () => {
  test('is reached on every node by TLS and token, and the token is read once', async () => {
    const { client, sum } = redis.connect();
    const readsBefore = redis.secretsManager.readsCount;
    const keys = Array.from({ length: 40 }, (_, index) => `test:{${index}}`);
    const answers = await Promise.all(keys.map(async (key) => client.run(async (commands) => commands.set(key, 'x'))));

    expect(new Set(answers)).toEqual(new Set(['OK']));
    const sizes: number[] = [];
    await redis.onEachNode(async (node) => sizes.push(await node.dbsize()));
    expect(sizes).toHaveLength(2);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(redis.secretsManager.readsCount - readsBefore).toBe(1);
    expect(sum('CacheErrorCount')).toBe(0);
  });

  test('whose certificate another authority has signed is not spoken to', async () => {
    await withForeignAuthority(async (caFile) => {
      const { client, logged } = redis.connect({ cache: { ...cluster, caFile }, ...IMPATIENT });

      await expect(client.run(async (commands) => commands.get(KEY))).rejects.toThrow('Redis is not available');
      expect(events(logged)).toEqual(['cache.unavailable']);
      await client.close();
    });
  });

  test('and refuses a command is an error for its caller alone, told once in a while', async () => {
    const { client, logged, sum } = redis.connect();
    await client.run(async (commands) => commands.set(KEY, 'text'));
    for (let time = 0; time < 5; time += 1) {
      await expect(client.run(async (commands) => commands.hget(KEY, 'field'))).rejects.toThrow('WRONGTYPE');
      await expect(client.run(async (commands) => commands.get(KEY))).resolves.toBe('text');
    }

    expect(events(logged)).toEqual(['cache.refused']);
    expect(sum('CacheErrorCount')).toBe(5);
  });
});

describe('a Redis that hangs', () => {
  test('costs the time limit once and then nothing, and is found again', async () => {
    const { client, logged, sum } = redis.connect({
      ...IMPATIENT,
      circuit: { pauseFirstMs: 2_000, pauseMostMs: 2_000 },
    });
    await client.run(async (commands) => commands.get(KEY));
    await cluster.pause();
    try {
      const hang = async () => durationOf(async () => client.run(async (commands) => commands.get(KEY)));
      const [first, ...others] = [await hang(), await hang(), await hang()];
      expect(first).toBeGreaterThanOrEqual(190);
      expect(first).toBeLessThan(1_000);
      // Nobody is kept waiting for what is known.
      expect(Math.max(...others)).toBeLessThan(50);
      expect(sum('CacheErrorCount')).toBe(3);
    } finally {
      await cluster.resume();
    }
    await eventually(
      async () => client.run(async (commands) => commands.ping()).catch(() => undefined),
      (answer) => answer === 'PONG',
    );
    expect(events(logged)).toEqual(['cache.unavailable', 'cache.available']);
  });

  test('at the first call keeps the caller no longer than the first limit', async () => {
    await cluster.pause();
    try {
      const { client } = redis.connect(IMPATIENT);
      const waitedMs = await durationOf(async () => client.run(async (commands) => commands.ping()));
      expect(waitedMs).toBeGreaterThanOrEqual(900);
      expect(waitedMs).toBeLessThan(2_000);
      expect(await durationOf(async () => client.close())).toBeLessThan(1_000);
    } finally {
      await cluster.resume();
    }
  });
});

test('a Redis that was killed is found again when it is back, empty', async () => {
  const { client, logged } = redis.connect({ ...IMPATIENT, firstTimeoutMs: 10_000 });
  await client.run(async (commands) => commands.set(KEY, 'before'));
  await cluster.kill();
  await expect(client.run(async (commands) => commands.get(KEY))).rejects.toThrow(/closed|not available|ECONN/);
  await cluster.restart();

  const found = await eventually(
    async () => client.run(async (commands) => [await commands.get(KEY)]).catch(() => undefined),
    (answer) => answer !== undefined,
  );
  expect(found).toEqual([null]);
  expect(events(logged).at(-1)).toBe('cache.available');
});

describe('a token that was rotated', () => {
  async function setPassword(password: string): Promise<void> {
    await redis.onEachNode(async (node) => node.config('SET', 'requirepass', password));
  }

  test('is read again when the old one is refused', async () => {
    const { client, logged } = redis.connect(IMPATIENT);
    await eventually(
      async () => client.run(async (commands) => commands.ping()).catch(() => undefined),
      (answer) => answer === 'PONG',
    );
    await setPassword('another-token-of-sixteen-characters');
    try {
      redis.secretsManager.put(redis.settings.authTokenSecretArn, 'another-token-of-sixteen-characters');
      // What is connected stays so; new connections are asked for the token.
      await Promise.all(redis.admin.nodes('master').map(async (node) => node.call('CLIENT', 'KILL', 'TYPE', 'normal')));
      await eventually(
        async () => client.run(async (commands) => commands.ping()).catch(() => undefined),
        (answer) => answer === 'PONG',
      );
      expect(events(logged)).toEqual(expect.arrayContaining(['cache.token_refused', 'cache.token_renewed']));
      expect(JSON.stringify(logged)).not.toContain('another-token');
    } finally {
      await setPassword(cluster.password);
      redis.secretsManager.put(redis.settings.authTokenSecretArn, cluster.password);
    }
  });

  test('that stays wrong is an outage, and is not read in a circle', async () => {
    const readsBefore = redis.secretsManager.readsCount;
    redis.secretsManager.put(redis.settings.authTokenSecretArn, 'a-wrong-token');
    try {
      const { client, logged } = redis.connect({ ...IMPATIENT, firstTimeoutMs: 1_500 });
      await expect(client.run(async (commands) => commands.ping())).rejects.toThrow('Redis is not available');
      await sleep(1_000);
      expect(redis.secretsManager.readsCount - readsBefore).toBe(2);
      expect(events(logged)).toEqual(['cache.token_refused', 'cache.unavailable']);
    } finally {
      redis.secretsManager.put(redis.settings.authTokenSecretArn, cluster.password);
    }
  });

  test('that cannot be read is an outage', async () => {
    redis.secretsManager.put(redis.settings.authTokenSecretArn, '');
    try {
      const { client, logged } = redis.connect(IMPATIENT);
      await expect(client.run(async (commands) => commands.ping())).rejects.toThrow('expected the auth token');
      expect(logged).toMatchObject([{ event: 'cache.unavailable', cacheFault: 'other' }]);
    } finally {
      redis.secretsManager.put(redis.settings.authTokenSecretArn, cluster.password);
    }
  });
});
