import { LatestReadings } from './latest-readings';
import type { Metrics } from '../../runtime/metrics/metrics';
import { RedisClient, type RedisClientOptions } from '../../runtime/redis/redis-client';

/** The cache of latest readings and the connections under it. */
export interface LatestReadingsConnection {
  readonly latestReadings: LatestReadings;
  /** Closes the connections, in half a second at the most. */
  close(): Promise<void>;
}

export interface LatestReadingsConnectionOptions extends Omit<RedisClientOptions, 'cache'> {
  /** Absent where the pipeline has no cache. */
  readonly cache: RedisClientOptions['cache'] | undefined;
  readonly metrics: Metrics;
}

/** Connects to the cache when it is first needed. @returns `undefined` where the pipeline has none. */
export function connectLatestReadings({
  cache,
  ...options
}: LatestReadingsConnectionOptions): LatestReadingsConnection | undefined {
  if (cache === undefined) return undefined;
  const redis = new RedisClient({ ...options, cache });
  return {
    latestReadings: new LatestReadings(redis, options.metrics),
    close: async () => redis.close(),
  };
}
