import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LatestReadings } from './latest-readings';
import type { CacheSettings } from '../../runtime/environment';
import type { Log } from '../../runtime/log/log';
import type { Metrics } from '../../runtime/metrics/metrics';
import { AuthTokenSecret } from '../../runtime/redis/auth-token';
import { RedisClient } from '../../runtime/redis/redis-client';

/** The cache of latest readings and the connections under it. */
export interface LatestReadingsConnection {
  readonly latestReadings: LatestReadings;
  /** Closes the connections, in half a second at the most. */
  close(): Promise<void>;
}

export interface LatestReadingsConnectionOptions {
  /** Absent where the pipeline has no cache. */
  readonly cache: CacheSettings | undefined;
  readonly region: string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Connects to the cache when it is first needed. @returns `undefined` where the pipeline has none. */
export function connectLatestReadings(options: LatestReadingsConnectionOptions): LatestReadingsConnection | undefined {
  const { cache, region, log, metrics } = options;
  if (cache === undefined) return undefined;
  const secretsManager = new SecretsManagerClient({ region });
  const secret = new AuthTokenSecret(secretsManager, cache.authTokenSecretArn);
  const redis = new RedisClient({ cache, secret, log, metrics });
  return {
    latestReadings: new LatestReadings(redis, metrics),
    close: async () => {
      await redis.close();
      secretsManager.destroy();
    },
  };
}
