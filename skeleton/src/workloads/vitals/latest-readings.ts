import { z } from 'zod';
import { COMPLETE_UNTIL_FIELD, FILL_SCRIPT, LINE_WIDTHS, READ_SCRIPT, UPDATE_SCRIPT } from './latest-readings-scripts';
import type { LatestByCode, Reading } from './reading';
import type { Metrics } from '../../runtime/metrics/metrics';
import type { RedisClient } from '../../runtime/redis/redis-client';

/**
 * How long a hash that was filled from the database may be answered from, counted from before the database was read. So much
 * an answer can be behind the database at the worst, whatever was lost on the way to the cache.
 */
export const COMPLETE_SECONDS = 60;

/**
 * How long a hash is kept, counted from its making and not from its last change: what retention or erasure has taken from the
 * database goes from here as well, at the latest after a day.
 */
const KEEP_SECONDS = 86_400;

/**
 * What the cache knows of a patient. `incomplete`: some code may be missing or out of date, so the database has to be asked;
 * what it says can be filled in with `asOfMs`.
 */
export type CachedReadings =
  | { readonly state: 'complete'; readonly readings: readonly Reading[] }
  | { readonly state: 'incomplete'; readonly asOfMs: number };

const replySchema = z.tuple([z.number(), z.union([z.null(), z.array(z.string())])]);
const restSchema = z.strictObject({ value: z.number(), unit: z.string(), deviceId: z.string() });

/**
 * The latest reading of each patient and code, in Redis. Processors write it behind their commits, the API reads it and fills
 * it. All of it may be lost at any moment; nothing it says is older than `COMPLETE_SECONDS`.
 *
 * Every method throws when Redis is away (`redisFaultOf` tells why), in the time of `RedisClient`.
 */
export class LatestReadings {
  constructor(
    private readonly redis: Pick<RedisClient, 'run'>,
    private readonly metrics: Metrics,
  ) {}

  /** Counts `CacheHitCount` or `CacheMissCount`. */
  async read(patientId: string): Promise<CachedReadings> {
    const reply = await this.redis.run(async (cluster) => READ_SCRIPT.run(cluster, keyOf(patientId), []));
    const [asOfMs, fields] = replySchema.parse(reply);
    this.metrics.add('CacheHitCount', fields === null ? 0 : 1);
    this.metrics.add('CacheMissCount', fields === null ? 1 : 0);
    return fields === null ? { state: 'incomplete', asOfMs } : { state: 'complete', readings: decode(fields) };
  }

  /**
   * Adds what the database holds, of every code, and from then on answers from it. Where the cache is newer, it stays.
   *
   * @param asOfMs as `read` said, before the database was read.
   */
  async fill(patientId: string, latest: LatestByCode, asOfMs: number): Promise<void> {
    const completeUntilMs = asOfMs + COMPLETE_SECONDS * 1_000;
    const parameters = [KEEP_SECONDS, completeUntilMs, ...encode(latest)];
    await this.redis.run(async (cluster) => FILL_SCRIPT.run(cluster, keyOf(patientId), parameters));
  }

  /** Adds readings that are committed. Older ones than the cache holds change nothing. */
  async update(patientId: string, latest: LatestByCode): Promise<void> {
    const parameters = [KEEP_SECONDS, ...encode(latest)];
    await this.redis.run(async (cluster) => UPDATE_SCRIPT.run(cluster, keyOf(patientId), parameters));
  }

  /** Sends the next reader to the database, since an update of the patient was lost. */
  async distrust(patientId: string): Promise<void> {
    await this.redis.run(async (cluster) => cluster.hdel(keyOf(patientId), COMPLETE_UNTIL_FIELD));
  }

  /** Removes all that is known of the patient: for their erasure. */
  async forget(patientId: string): Promise<void> {
    await this.redis.run(async (cluster) => cluster.del(keyOf(patientId)));
  }
}

/** The braces make the patient alone decide on the slot (Redis, "Cluster specification", hash tags). */
function keyOf(patientId: string): string {
  return `latest:{${patientId}}`;
}

function encode(latest: LatestByCode): string[] {
  return latest.entries().flatMap(([code, readings]) => [code, readings.map(lineOf).join('\n')]);
}

function lineOf({ observedAt, eventId, value, unit, deviceId }: Reading): string {
  return `${observedAt} ${eventId} ${JSON.stringify({ value, unit, deviceId })}`;
}

function decode(fields: readonly string[]): Reading[] {
  const readings: Reading[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [code = '', lines = ''] = fields.slice(index, index + 2);
    if (code !== COMPLETE_UNTIL_FIELD) readings.push(...lines.split('\n').map((line) => readingOf(code, line)));
  }
  return readings;
}

function readingOf(code: string, line: string): Reading {
  const eventIdStart = LINE_WIDTHS.observedAt + 1;
  const restStart = eventIdStart + LINE_WIDTHS.eventId + 1;
  return {
    code,
    observedAt: line.slice(0, LINE_WIDTHS.observedAt),
    eventId: line.slice(eventIdStart, restStart - 1),
    ...restSchema.parse(JSON.parse(line.slice(restStart))),
  };
}
