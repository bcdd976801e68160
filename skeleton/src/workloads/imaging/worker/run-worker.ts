import { once } from 'node:events';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ScanProcessor } from './process-scan';
import { ScanConsumer } from './scan-consumer';
import { ScanFiles } from './scan-files';
import { scanObserver } from './scan-observer';
import { Sweep } from './sweep';
import { pause } from '../../../runtime/backoff';
import { createKinesisPutClient } from '../../../runtime/kinesis/client';
import { StreamWriter } from '../../../runtime/kinesis/put-records';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import { migrate } from '../../../runtime/postgres/migrate';
import { DatabasePool } from '../../../runtime/postgres/pool';
import { expireRows } from '../../../runtime/postgres/retention';
import { DatabaseSecret } from '../../../runtime/postgres/secret';
import { type HealthReport, serveHealth } from '../../../runtime/process/health';
import { startStep } from '../../../runtime/process/start';
import { AuthTokenSecret } from '../../../runtime/redis/auth-token';
import { askDeidentificationKeys } from '../deidentify/root-key';
import type { WorkerEnvironment } from '../environment';
import { tellLife } from '../life/life-teller';
import { createObjectClient } from '../objects/object-client';
import { ObjectStore } from '../objects/object-store';
import { PartBuffers } from '../objects/part-buffers';
import { ScanQueue } from '../queue/scan-queue';

export interface WorkerOptions {
  readonly environment: WorkerEnvironment;
  /** Used when the environment names no folder of migrations. */
  readonly migrationsDirectory: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly workerId: string;
  /** Aborted to stop the worker in order. */
  readonly signal: AbortSignal;
}

/** Most of what a worker keeps in memory of files on their way to S3: these, of 8 MiB each. */
const PART_BUFFERS = 4;
const RETENTION_INTERVAL_MS = 3_600_000;
/** What is under way when the worker is asked to end has this long to end well. ECS waits a little longer. */
const STOP_PATIENCE_MS = 90_000;

/**
 * Runs a worker until it is told to stop: migrates, then works on scans, tells the stream of their life, and looks for what was
 * forgotten. Ends when the scans under way have ended, and its connections are closed.
 *
 * @throws StartError for what hinders the start and does not pass by itself.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { environment, log, metrics, signal, workerId } = options;
  const { region, database, streamName } = environment;
  log.event('process.started', { workerId, streamName, region });
  let consumer: ScanConsumer | undefined;
  const health = await serveHealth(environment.healthPort, () => healthOf(consumer, signal));
  log.event('health.listening', { port: health.port });

  const secretsManager = new SecretsManagerClient({ region });
  const kms = new KMSClient({ region });
  const kinesis = createKinesisPutClient(region);
  const client = createObjectClient(region);
  const secret = new DatabaseSecret(secretsManager, database.secretArn);
  const pool = new DatabasePool({ database, secret, role: 'pipeline_processor', log });
  const queueSecret = new AuthTokenSecret(secretsManager, environment.queue.authTokenSecretArn);
  const connection = { queue: environment.queue, secret: queueSecret, log };
  const queue = new ScanQueue({ ...connection, database: pool });
  const files = new ScanFiles(environment.scanFolder);
  metrics.start();
  try {
    const directories = [environment.migrationsDirectory ?? options.migrationsDirectory];
    await startStep({ phase: 'migration', log, signal }, async () => migrate({ database, secret, directories, log }));
    await startStep({ phase: 'folder', log, signal }, async () => files.prepare());
    const keys = await startStep({ phase: 'deidentification_key', log, signal }, async () =>
      askDeidentificationKeys(kms, environment.deidentificationKeyArn),
    );
    if (keys === undefined) return;
    const processor = new ScanProcessor({
      pool,
      files,
      objects: new ObjectStore({
        client,
        bucket: environment.scanBucket,
        keyArn: environment.dataKeyArn,
        buffers: new PartBuffers(PART_BUFFERS),
      }),
      keys,
      observer: scanObserver(log, metrics),
      silenceMs: environment.jobLockSeconds * 1_000,
    });
    consumer = await startStep({ phase: 'queue', log, signal }, async () =>
      ScanConsumer.start({
        ...connection,
        processor,
        metrics,
        concurrency: environment.concurrency,
        jobLockMs: environment.jobLockSeconds * 1_000,
      }),
    );
    if (consumer === undefined) return;
    log.event('worker.running', { workerId });
    const sweep = new Sweep({ pool, queue, files, clear: async (scanId) => processor.clear(scanId), log, metrics });
    const running = [
      sweep.run(environment.sweepSeconds * 1_000, signal),
      keepRetention(pool, { auditDays: environment.auditRetentionDays, log }, signal),
      tellLife({ pool, writer: new StreamWriter({ client: kinesis, streamName, log }), log }, signal),
    ];
    if (!signal.aborted) await once(signal, 'abort');
    await consumer.close(STOP_PATIENCE_MS);
    await Promise.all(running);
  } finally {
    metrics.stop();
    await queue.close();
    await pool.end();
    for (const opened of [client, kinesis, kms, secretsManager]) opened.destroy();
    await health.close();
  }
}

function healthOf(consumer: ScanConsumer | undefined, signal: AbortSignal): HealthReport {
  if (signal.aborted) return { status: 'stopping' };
  if (consumer === undefined) return { status: 'starting' };
  return { status: consumer.isRunning ? 'running' : 'stuck' };
}

/** At once, since a process that restarts often would never come to it, and then hourly. */
async function keepRetention(
  pool: DatabasePool,
  { auditDays, log }: { readonly auditDays: number; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  do {
    try {
      log.event('retention.kept', await expireRows(pool, { quarantine: auditDays, audit: auditDays }, signal));
    } catch (error) {
      log.event('retention.failed', { error });
    }
  } while (await pause(RETENTION_INTERVAL_MS, signal));
}
