import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LOCAL_CREDENTIALS } from '../../../../local/kinesis-emulator';
import type { LocalOutputs } from '../../../../local/outputs';
import type { Teardown } from '../../../../local/teardown';
import { AuthTokenSecret } from '../../../../src/runtime/redis/auth-token';
import type { QueueSettings } from '../../../../src/workloads/imaging/environment';
import { openQueueConnection } from '../../../../src/workloads/imaging/queue/queue-connection';
import { ScanQueue } from '../../../../src/workloads/imaging/queue/scan-queue';
import { silent } from '../../../database';

/** The queue of a stack that runs. */
export interface LoadQueue {
  /** Jobs that wait or are under way. */
  depth(): Promise<number>;
  /** Has it lose all that it holds, at once, while everybody goes on. */
  lose(): Promise<void>;
}

export async function openLoadQueue(
  { Region: region, LocalSecretsManagerEndpoint: endpoint }: LocalOutputs,
  settings: QueueSettings,
  teardown: Teardown,
): Promise<LoadQueue> {
  const client = new SecretsManagerClient({ region, endpoint, credentials: LOCAL_CREDENTIALS });
  const options = { queue: settings, secret: new AuthTokenSecret(client, settings.authTokenSecretArn), log: silent };
  const database = { query: () => Promise.reject(new Error('A load run adds nothing to the queue itself.')) };
  const queue = new ScanQueue({ ...options, database });
  const redis = await openQueueConnection('worker', options);
  teardown.add('The connections to the queue', async () => {
    redis.disconnect();
    await queue.close();
    client.destroy();
  });
  return {
    depth: async () => queue.depth(),
    lose: async () => {
      await redis.flushall();
    },
  };
}
