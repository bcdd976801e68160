import { sharedService, type StartedService } from './services';
import { openLocalRedis } from '../../local/redis';
import type { RedisAddress } from '../../local/redis-servers';

/** What a test file is told about the Redis cluster that all test files of a run share. */
export type SharedRedis = RedisAddress;

/** Called by jest's own process when the first test file asks. */
export async function start(): Promise<StartedService> {
  const redis = await openLocalRedis();
  return { shared: redis.address, stop: async () => redis.stop() };
}

/** The Redis cluster of this run. Others use it at the same time: it is neither flushed nor stopped. */
export async function sharedRedis(): Promise<SharedRedis> {
  return (await sharedService('redis')) as SharedRedis;
}
