import { introduce } from './introduce';
import { startImagingPrograms } from './programs';
import type { TenantSettings } from '../../../src/tenant';
import type { LocalOutputs } from '../../outputs';
import { startRedisServer } from '../../redis-cluster';
import type { LocalCache, LocalWorkload } from '../../workload';

export const localWorkload: LocalWorkload = {
  environment: () => ({}),
  operatorEnvironment,
  startCache: startQueue,
  startPrograms: startImagingPrograms,
  introduce,
};

function operatorEnvironment(
  { compliance: { processingBasis } }: TenantSettings,
  { ScanBucketName = '', LocalObjectsEndpoint = '' }: Partial<LocalOutputs>,
): Record<string, string> {
  return {
    SCAN_BUCKET: ScanBucketName,
    AWS_ENDPOINT_URL_S3: LocalObjectsEndpoint,
    ...(processingBasis !== undefined && { PROCESSING_BASIS: processingBasis }),
  };
}

/** The Redis of the queue. `REDIS_URL` names a cluster, which BullMQ's queue is not run on: it has a server of its own always. */
async function startQueue({ secrets: { cacheAuthTokenArn } }: TenantSettings): Promise<LocalCache | undefined> {
  if (cacheAuthTokenArn === undefined) return undefined;
  const started = await startRedisServer();
  const endpoint = `${started.host}:${started.port}`;
  return {
    environment: {
      QUEUE_ENDPOINT: endpoint,
      QUEUE_AUTH_TOKEN_SECRET_ARN: cacheAuthTokenArn,
      QUEUE_CA_FILE: started.caFile,
    },
    outputs: { QueueEndpoint: endpoint, QueueReplicationGroupId: 'local' },
    secret: { arn: cacheAuthTokenArn, value: started.password },
    started,
    stop: async () => started.stop(),
  };
}
