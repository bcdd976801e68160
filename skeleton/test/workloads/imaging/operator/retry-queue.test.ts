import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ScanOperatorFixture } from './operator-fixture';
import { Metrics } from '../../../../src/runtime/metrics/metrics';
import { AuthTokenSecret } from '../../../../src/runtime/redis/auth-token';
import { ScanQueue } from '../../../../src/workloads/imaging/queue/scan-queue';
import { ScanFiles } from '../../../../src/workloads/imaging/worker/scan-files';
import { Sweep } from '../../../../src/workloads/imaging/worker/sweep';
import { type QueueRedis, startQueueRedis } from '../support/queue-redis';
import { QUEUE_SECRET_ARN, queueVariables } from '../worker/worker-process';

jest.setTimeout(60_000);

const log = { event: () => undefined };
let operator: ScanOperatorFixture;
let redis: QueueRedis;
let secretsManager: SecretsManagerClient;
let queue: ScanQueue;
beforeAll(async () => {
  [operator, redis] = await Promise.all([ScanOperatorFixture.start(), startQueueRedis()]);
  queueVariables(operator.worker, redis);
  secretsManager = new SecretsManagerClient({ region: 'eu-central-1' });
  queue = new ScanQueue({
    queue: { host: '127.0.0.1', port: redis.port, caFile: redis.caFile, authTokenSecretArn: QUEUE_SECRET_ARN },
    secret: new AuthTokenSecret(secretsManager, QUEUE_SECRET_ARN),
    log,
    database: operator.database.pool('pipeline_processor'),
  });
});
afterAll(async () => {
  await queue.close();
  secretsManager.destroy();
  await redis.stop();
  await operator.stop();
});

test('scans that are to be worked on again are queued by the next sweep, and those that were not named are not', async () => {
  const hospitalId = await operator.worker.hospital();
  const [named, other] = [await operator.fail(hospitalId), await operator.fail(hospitalId)];
  const sweep = new Sweep({
    pool: operator.database.pool('pipeline_processor'),
    queue,
    files: new ScanFiles(operator.worker.folder),
    clear: async () => undefined,
    log,
    metrics: new Metrics('test', () => undefined),
  });
  const ids = [named.scanId, other.scanId];
  expect(await sweep.round(new AbortController().signal)).toMatchObject({ requeuedCount: 0 });
  expect((await operator.run(['scans', 'retry', '--id', named.scanId])).exitCode).toBe(0);
  expect(await sweep.round(new AbortController().signal)).toMatchObject({ requeuedCount: 1 });
  expect([...(await queue.holding(ids))]).toEqual([named.scanId]);
});
