import type { TenantSettings } from '../../../src/tenant';
import { openLocalRedis } from '../../redis';
import type { RedisAddress } from '../../redis-servers';
import type { LocalCache, LocalWorkload } from '../../workload';

export const localWorkload: LocalWorkload = {
  environment: ({ compliance }) => ({ OBSERVATION_RETENTION_DAYS: String(compliance.observationRetentionDays) }),
  startCache,
};

/** A cache only where a deployment with the same settings has one. */
async function startCache({ secrets: { cacheAuthTokenArn } }: TenantSettings): Promise<LocalCache | undefined> {
  if (cacheAuthTokenArn === undefined) return undefined;
  const redis = await openLocalRedis();
  const { address } = redis;
  return {
    environment: {
      CACHE_ENDPOINT: endpointOf(address),
      CACHE_AUTH_TOKEN_SECRET_ARN: cacheAuthTokenArn,
      ...(address.caFile !== undefined && { CACHE_CA_FILE: address.caFile }),
    },
    outputs: {
      CacheEndpoint: endpointOf(address),
      CacheReplicationGroupId: 'local',
      LocalCacheSecretArn: cacheAuthTokenArn,
      ...(address.caFile !== undefined && { LocalCacheCaFile: address.caFile }),
    },
    secret: { arn: cacheAuthTokenArn, value: address.password },
    started: redis.started,
    stop: async () => redis.stop(),
  };
}

function endpointOf({ host, port }: RedisAddress): string {
  return `${host}:${port}`;
}
