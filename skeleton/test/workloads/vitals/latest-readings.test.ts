import fc from 'fast-check';
import { latestOf, readingArbitrary, withoutConflicts } from './reading-arbitrary';
import { COMPLETE_SECONDS, LatestReadings } from '../../../src/workloads/vitals/latest-readings';
import { LatestByCode, Reading, TIES_MAX } from '../../../src/workloads/vitals/reading';
import { openTestRedis, type TestRedis, type TestRedisClient } from '../../support/test-redis';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

let redis: TestRedis;
let connected: TestRedisClient;
let cache: LatestReadings;
beforeAll(async () => {
  redis = await openTestRedis();
  connected = redis.connect();
  cache = new LatestReadings(connected.client, connected.metrics);
});
afterAll(async () => {
  await redis.close();
});

let patientId: string;
beforeEach(() => {
  patientId = newPatient();
});

function newPatient(): string {
  return `p-${crypto.randomUUID()}`;
}

const keyOf = (patient: string) => `latest:{${patient}}`;

function reading(change: Partial<Reading> = {}): Reading {
  return {
    code: '8867-4',
    observedAt: '2026-11-22T10:00:00.000000Z',
    eventId: '11111111-1111-4111-8111-111111111111',
    deviceId: 'monitor-7',
    value: 72,
    unit: '/min',
    ...change,
  };
}

function latest(...readings: readonly Reading[]): LatestByCode {
  const byCode = new LatestByCode();
  for (const one of readings) byCode.add(one);
  return byCode;
}

/** When the cache was asked, by its own clock. */
async function asOf(patient = patientId): Promise<number> {
  const cached = await cache.read(patient);
  if (cached.state !== 'incomplete') throw new Error('expected no complete readings');
  return cached.asOfMs;
}

/** What the cache would answer, code by code: among the codes there is no order. */
async function complete(patient = patientId): Promise<readonly Reading[] | undefined> {
  const cached = await cache.read(patient);
  return cached.state === 'complete' ? sorted(cached.readings) : undefined;
}

function sorted(readings: readonly Reading[]): Reading[] {
  return [...readings].sort((one, other) => one.code.localeCompare(other.code));
}

describe('readings in the cache', () => {
  test('are those of the database and of the commits, whichever is newer', async () => {
    const atMs = await asOf();
    const [heart, newerHeart] = [reading(), reading({ observedAt: '2026-11-22T10:00:01.000000Z', value: 80 })];
    const temperature = reading({ code: '8310-5', value: 36.6, unit: 'Cel' });
    await cache.update(patientId, latest(newerHeart));
    await cache.fill(patientId, latest(heart, temperature), atMs);

    expect(await complete()).toEqual(sorted([newerHeart, temperature]));
    await cache.update(patientId, latest(heart));
    expect(await complete()).toEqual(sorted([newerHeart, temperature]));
  });

  test('keep every digit of a value', async () => {
    const precise = reading({ value: 98.12345678901234, deviceId: 'a.b-C' });
    await cache.fill(patientId, latest(precise), await asOf());

    expect(await complete()).toEqual([precise]);
  });

  test('of one moment are all told, up to a limit', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
    await cache.fill(patientId, latest(), await asOf());
    for (const eventId of ids) await cache.update(patientId, latest(reading({ eventId })));

    expect((await complete())?.map(({ eventId }) => eventId)).toEqual(ids.reverse().slice(0, TIES_MAX + 1));
  });

  test('of an event that was sent in two versions become the version of the database', async () => {
    await cache.update(patientId, latest(reading({ value: 99 })));
    await cache.update(patientId, latest(reading({ value: 98 })));
    await cache.fill(patientId, latest(reading({ value: 72 })), await asOf());

    expect(await complete()).toEqual([reading({ value: 72 })]);
  });

  test('end in the newest of each code, however updates and fills interleave and repeat', async () => {
    // What comes through a commit, and what the database knew when it was asked, each in pieces of any size.
    const piece = fc.record({ isFill: fc.boolean(), readings: fc.array(readingArbitrary, { maxLength: 6 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.infiniteStream(fc.nat()), async (pieces, shuffle) => {
        const patient = newPatient();
        const all = withoutConflicts(pieces.flatMap(({ readings }) => readings));
        const known = new Map(all.map((one) => [`${one.code} ${one.observedAt} ${one.eventId}`, one]));
        const agreed = pieces.map(({ isFill, readings }) => ({
          isFill,
          readings: readings.map((one) => known.get(`${one.code} ${one.observedAt} ${one.eventId}`) ?? one),
        }));
        const ordered = [...agreed, ...agreed.slice(0, 2)]
          .map((one) => [Number(shuffle.next().value), one] as const)
          .sort(([one], [other]) => one - other)
          .map(([, one]) => one);
        const atMs = await asOf(patient);
        // At once, as several processors and readers do it.
        await Promise.all(
          ordered.map(async ({ isFill, readings }) =>
            isFill ? cache.fill(patient, latest(...readings), atMs) : cache.update(patient, latest(...readings)),
          ),
        );
        await cache.fill(patient, latest(), atMs);

        expect(await complete(patient)).toEqual(sorted([...latestOf(all).values()].flat()));
      }),
      { numRuns: 60 },
    );
  });
});

describe('completeness', () => {
  test('is not there before the database has been asked, whatever the commits have brought', async () => {
    await cache.update(patientId, latest(reading()));

    expect(await complete()).toBeUndefined();
  });

  test('of a patient without readings is one as well', async () => {
    await cache.fill(patientId, latest(), await asOf());

    expect(await complete()).toEqual([]);
  });

  test('ends with the loss of an update', async () => {
    await cache.fill(patientId, latest(reading()), await asOf());
    await cache.distrust(patientId);

    expect(await complete()).toBeUndefined();
  });

  test('ends a minute after the database was asked, not after it was told here', async () => {
    const almostMs = (await asOf()) - COMPLETE_SECONDS * 1_000 + 300;
    await cache.fill(patientId, latest(reading()), almostMs);
    expect(await complete()).toEqual([reading()]);
    await new Promise((resolve) => setTimeout(resolve, 400));

    expect(await complete()).toBeUndefined();
  });

  test('is not begun by what the database said more than a minute ago', async () => {
    await cache.fill(patientId, latest(reading()), (await asOf()) - COMPLETE_SECONDS * 1_000);

    expect(await complete()).toBeUndefined();
    expect(await redis.admin.exists(keyOf(patientId))).toBe(0);
  });

  test('is not shortened by an older answer of the database that comes later', async () => {
    const atMs = await asOf();
    await cache.fill(patientId, latest(reading()), atMs);
    await cache.fill(patientId, latest(), atMs - COMPLETE_SECONDS * 1_000 + 200);
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(await complete()).toEqual([reading()]);
  });

  test('goes with the readings when Redis drops them', async () => {
    await cache.fill(patientId, latest(reading()), await asOf());
    // All that there is of a patient is one key: an eviction takes it whole.
    expect(await redis.admin.exists(keyOf(patientId))).toBe(1);
    await redis.admin.del(keyOf(patientId));
    await cache.update(patientId, latest(reading({ code: '8310-5' })));

    expect(await complete()).toBeUndefined();
  });
});

describe('what is kept', () => {
  test('goes after a day, however often it changes', async () => {
    await cache.update(patientId, latest(reading()));
    expect(await redis.admin.ttl(keyOf(patientId))).toBeGreaterThan(86_390);
    await redis.admin.expire(keyOf(patientId), 100);
    await cache.update(patientId, latest(reading({ observedAt: '2026-11-22T10:00:01.000000Z' })));
    await cache.fill(patientId, latest(reading()), await asOf());

    expect(await redis.admin.ttl(keyOf(patientId))).toBeLessThanOrEqual(100);
  });

  test('of a patient is gone when they are forgotten', async () => {
    await cache.fill(patientId, latest(reading()), await asOf());
    await cache.forget(patientId);

    expect(await redis.admin.exists(keyOf(patientId))).toBe(0);
  });

  test('is counted as hits and misses', async () => {
    const [hits, misses] = [connected.sum('CacheHitCount'), connected.sum('CacheMissCount')];
    await cache.fill(patientId, latest(), await asOf());
    await complete();
    await complete();

    expect([connected.sum('CacheHitCount') - hits, connected.sum('CacheMissCount') - misses]).toEqual([2, 1]);
  });
});
