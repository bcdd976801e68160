import { ApiFixture, at, observations, reading, type StoredReading } from './api-fixture';
import { freePort } from '../../../../local/free-port';
import { type RedisCluster, startRedisCluster } from '../../../../local/redis-cluster';
import type { RedisClientOptions } from '../../../../src/runtime/redis/redis-client';
import { LatestReadings } from '../../../../src/workloads/vitals/latest-readings';
import { LatestByCode } from '../../../../src/workloads/vitals/reading';
import { eventually } from '../../../support/test-consumer';
import { openTestRedis, type TestRedis, type TestRedisClient } from '../../../support/test-redis';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

let api: ApiFixture;
let cluster: RedisCluster;
let redis: TestRedis;
beforeAll(async () => {
  [api, cluster] = await Promise.all([ApiFixture.start(), startRedisCluster()]);
  redis = await openTestRedis(cluster);
});
afterAll(async () => {
  await redis.close();
  await Promise.all([api.stop(), cluster.stop()]);
});

/** Timeouts as they are in production, with a pause that tests can wait for. */
const IMPATIENT = { timeoutMs: 200, firstTimeoutMs: 1_000, circuit: { pauseFirstMs: 300, pauseMostMs: 300 } };

let patientId: string;
let connected: TestRedisClient;
let cache: LatestReadings;
let app: ReturnType<ApiFixture['app']>;
beforeEach(() => {
  patientId = `p-${crypto.randomUUID()}`;
  connect();
});

function connect(options: Partial<RedisClientOptions> = {}): void {
  connected = redis.connect(options);
  cache = new LatestReadings(connected.client, connected.metrics);
  app = api.app({ latestReadings: cache });
}

async function lastn(query = '', asked = app) {
  const startedAtMs = performance.now();
  const answer = await api.get(`/Observation/$lastn?patient=${patientId}${query}`, {}, {}, asked);
  return {
    status: answer.status,
    source: answer.headers.get('x-reading-source'),
    values: answer.status === 200 ? observations(answer.body).map(({ valueQuantity }) => valueQuantity?.value) : [],
    body: answer.body,
    tookMs: performance.now() - startedAtMs,
  };
}

async function store(...changes: ReadonlyArray<Partial<StoredReading>>): Promise<void> {
  await api.store(changes.map((change) => reading({ patientId, ...change })));
}

/** What a processor does behind a commit. */
async function update(change: Partial<StoredReading>): Promise<void> {
  const latest = new LatestByCode();
  const { observedAt, ...rest } = reading({ patientId, ...change });
  latest.add({ ...rest, observedAt: observedAt.replace('Z', '000Z') });
  await cache.update(patientId, latest);
}

const fromCache = (values: readonly number[]) => ({ status: 200, source: 'cache', values });
const fromDatabase = (values: readonly number[]) => ({ status: 200, source: 'database', values });

describe('last readings with a cache', () => {
  test('come from the database first, and then from the cache, word by word the same', async () => {
    await store({ value: 70 }, { value: 36.6, unit: 'Cel', code: '8310-5' }, { value: 69, observedAt: at(-1) });
    const [miss, hit] = [await lastn(), await lastn()];

    expect(miss).toMatchObject(fromDatabase([70, 36.6]));
    expect(hit).toMatchObject(fromCache([70, 36.6]));
    expect(hit.body).toEqual(miss.body);
    expect([connected.sum('CacheHitCount'), connected.sum('CacheMissCount')]).toEqual([1, 1]);
  });

  test('that are asked for by code fill the cache with all codes', async () => {
    await store({ value: 70 }, { value: 36.6, unit: 'Cel', code: '8310-5' });

    expect(await lastn('&code=8867-4')).toMatchObject(fromDatabase([70]));
    expect(await lastn('&code=8310-5')).toMatchObject(fromCache([36.6]));
    expect(await lastn('&category=laboratory')).toMatchObject(fromCache([]));
  });

  test('are never answered from a cache that commits alone have written', async () => {
    await store({ value: 70 }, { value: 36.6, unit: 'Cel', code: '8310-5' });
    await update({ value: 70 });

    expect(await lastn()).toMatchObject(fromDatabase([70, 36.6]));
  });

  test('show what was committed since the cache was filled, of a code that is new as well', async () => {
    await store({ value: 70 });
    await lastn();
    await update({ value: 71, observedAt: at(1) });
    await update({ value: 36.6, unit: 'Cel', code: '8310-5', observedAt: at(2) });

    expect(await lastn()).toMatchObject(fromCache([36.6, 71]));
  });

  test('that were committed while the database was read are not lost by the filling', async () => {
    await store({ value: 70 });
    const slow = {
      query: async (...statement: Parameters<typeof api.connections.query>) => {
        const answer = await api.connections.query(...statement);
        await update({ value: 71, observedAt: at(1) });
        return answer;
      },
    } as typeof api.connections;
    await lastn('', api.app({ reader: slow, latestReadings: cache }));

    expect(await lastn()).toMatchObject(fromCache([71]));
  });

  test('of one moment come from the cache all together', async () => {
    await store({ value: 1 }, { value: 2 });
    const [miss, hit] = [await lastn(), await lastn()];

    expect(hit.source).toBe('cache');
    expect(hit.body).toEqual(miss.body);
  });

  test('of more than one each come from the database always', async () => {
    await store({ value: 70 }, { value: 71, observedAt: at(1) });
    await lastn();

    expect(await lastn('&max=2')).toMatchObject(fromDatabase([71, 70]));
  });

  test('of a patient without any are known to be none', async () => {
    expect(await lastn()).toMatchObject(fromDatabase([]));
    expect(await lastn()).toMatchObject(fromCache([]));
  });

  test('are on record as they are without a cache', async () => {
    await store({ value: 70 });
    await lastn();
    await lastn();
    const ofPatient = (await api.audit()).filter(({ patient_id }) => patient_id === patientId);

    expect(ofPatient).toMatchObject([
      { action: 'search', outcome: 'success', returned: 1 },
      { action: 'search', outcome: 'success', returned: 1 },
    ]);
  });

  test('are shown from the cache while the reader is away, and not while they cannot be recorded', async () => {
    await store({ value: 70 });
    await lastn();
    const { settings } = api.database;
    const away = api.database.pool('pipeline_api', { database: { ...settings, port: await freePort() } });

    expect(await lastn('', api.app({ reader: away, latestReadings: cache }))).toMatchObject(fromCache([70]));
    expect(await lastn('', api.app({ writer: away, latestReadings: cache }))).toMatchObject({
      status: 503,
      values: [],
    });
  });
});

describe('a query of last readings does not fail', () => {
  /** Whatever is wrong with Redis: each answer is right, and few of them are slow. */
  async function expectAnswers(count = 8): Promise<void> {
    const answers = [];
    for (let number = 0; number < count; number += 1) answers.push(await lastn());
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, values: [70] });
    expect(answers.at(-1)).toMatchObject({ source: 'database' });
    expect(connected.sum('CacheErrorCount')).toBeGreaterThan(0);
    // What is logged tells of Redis and of nobody else.
    expect(JSON.stringify(connected.logged)).not.toContain(patientId);
  }

  beforeEach(async () => {
    await store({ value: 70 });
  });

  async function warm(): Promise<void> {
    await eventually(
      async () => lastn(),
      ({ source }) => source === 'cache',
    );
  }

  test('while Redis hangs, and is kept waiting by it once', async () => {
    connect({ ...IMPATIENT, circuit: { pauseFirstMs: 60_000, pauseMostMs: 60_000 } });
    await warm();
    await cluster.pause();
    try {
      await expectAnswers();
      expect((await lastn()).tookMs).toBeLessThan(190);
      expect(connected.logged).toMatchObject([{ event: 'cache.unavailable', cacheFault: 'timeout' }]);
    } finally {
      await cluster.resume();
    }
  });

  test('when Redis is killed, and comes back empty', async () => {
    connect(IMPATIENT);
    await warm();
    await cluster.kill();
    try {
      await expectAnswers();
    } finally {
      await cluster.restart();
    }
    await warm();
    expect((await lastn()).values).toEqual([70]);
  });

  test('when Redis is flushed in mid-run', async () => {
    connect(IMPATIENT);
    const answers = [];
    for (let number = 0; number < 40; number += 1) {
      if (number % 5 === 4) await redis.onEachNode(async (node) => node.flushall());
      answers.push(await lastn());
    }

    for (const answer of answers) expect(answer).toMatchObject({ status: 200, values: [70] });
    expect(new Set(answers.map(({ source }) => source))).toEqual(new Set(['cache', 'database']));
    expect(connected.sum('CacheErrorCount')).toBe(0);
  });

  test('when the token is wrong', async () => {
    redis.secretsManager.put(redis.settings.authTokenSecretArn, 'a-wrong-token');
    try {
      connect(IMPATIENT);
      await expectAnswers(3);
      expect(JSON.stringify(connected.logged)).not.toContain('a-wrong-token');
    } finally {
      redis.secretsManager.put(redis.settings.authTokenSecretArn, cluster.password);
    }
  });

  test('when Redis has no memory left and evicts nothing', async () => {
    const configure = async (bytes: string) => redis.onEachNode(async (node) => node.config('SET', 'maxmemory', bytes));
    await redis.onEachNode(async (node) => node.config('SET', 'maxmemory-policy', 'noeviction'));
    await configure('1');
    try {
      connect(IMPATIENT);
      await expectAnswers();
      expect(connected.logged.map(({ cacheFault }) => cacheFault)).toContain('out_of_memory');
    } finally {
      await configure('0');
    }
  });

  test('when Redis takes no writes', async () => {
    const configure = async (replicas: string) =>
      redis.onEachNode(async (node) => node.config('SET', 'min-replicas-to-write', replicas));
    await configure('1');
    try {
      connect(IMPATIENT);
      await expectAnswers();
    } finally {
      await configure('0');
    }
  });

  test('when the key holds something else', async () => {
    connect(IMPATIENT);
    await redis.admin.set(`latest:{${patientId}}`, 'not a hash');
    await expectAnswers();
  });

  test('when a reading in the cache is not one', async () => {
    connect(IMPATIENT);
    await warm();
    await redis.admin.hset(`latest:{${patientId}}`, '8867-4', 'garbage');

    expect(await lastn()).toMatchObject(fromDatabase([70]));
  });
});
