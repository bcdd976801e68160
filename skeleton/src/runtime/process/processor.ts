import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { HealthReport, serveHealth } from './health';
import { startStep } from './start';
import { pause } from '../backoff';
import { ProcessorEnvironment } from '../environment';
import { createKinesisClient } from '../kinesis/client';
import { createConsumer } from '../kinesis/consumer';
import { LeaseCoordinator } from '../kinesis/lease-coordinator';
import { Workload } from '../kinesis/workload';
import { Log } from '../log/log';
import { Metrics } from '../metrics/metrics';
import { migrate } from '../postgres/migrate';
import { DatabasePool } from '../postgres/pool';
import { type ExpiredCounts, expireRows } from '../postgres/retention';
import { DatabaseSecret } from '../postgres/secret';

/** A workload as a processor hosts it. */
export interface HostedWorkload<Event> {
  readonly workload: Workload<Event>;
  /** Housekeeping of its tables: once before the first record, then hourly. @returns partitions dropped. */
  maintain?(now: Date): Promise<number>;
  /** Looks hourly for what somebody should know, such as references to what never came. It logs and counts what it finds. */
  report?(): Promise<void>;
  /** Called when no event comes any more: ends what it does beside the commits. It takes a few seconds at the most. */
  close?(): Promise<void>;
}

export interface ProcessorOptions<Event> {
  readonly environment: ProcessorEnvironment;
  /** Used when the environment names no folder of migrations. */
  readonly migrationsDirectory: string;
  readonly host: (pool: DatabasePool) => HostedWorkload<Event>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly workerId: string;
  /** Aborted to stop the processor in order. */
  readonly signal: AbortSignal;
}

const MAINTENANCE_INTERVAL_MS = 3_600_000;
const MAINTENANCE_RETRY_MS = 60_000;
/** Connections beyond one a shard: leases, partitions. */
const CONNECTIONS_MAX = 12;
/** A round of the coordinator that lasts longer than the statements' and connections' own limits hangs for good. */
const STUCK_MS = 120_000;

/**
 * Runs a processor until it is told to stop: migrates, then consumes. Ends when batches are finished, leases given back and
 * connections closed.
 *
 * @throws StartError for what hinders the start and does not pass by itself.
 */
export async function runProcessor<Event>(options: ProcessorOptions<Event>): Promise<void> {
  const { environment, log, metrics, signal, workerId } = options;
  const { region, database, streamName } = environment;
  log.event('process.started', { workerId, streamName, region });
  let coordinator: LeaseCoordinator | undefined;
  const health = await serveHealth(environment.healthPort, () => healthOf(coordinator, signal));
  log.event('health.listening', { port: health.port });

  const secretsManager = new SecretsManagerClient({ region });
  const kinesis = createKinesisClient(region);
  const secret = new DatabaseSecret(secretsManager, database.secretArn);
  const pool = new DatabasePool({
    database,
    secret,
    role: 'pipeline_processor',
    log,
    connectionsMax: CONNECTIONS_MAX,
  });
  const hosted = options.host(pool);
  metrics.start();
  try {
    const directories = [environment.migrationsDirectory ?? options.migrationsDirectory];
    await startStep({ phase: 'migration', log, signal }, async () => migrate({ database, secret, directories, log }));
    await startStep({ phase: 'partitions', log, signal }, async () => hosted.maintain?.(new Date()));
    if (signal.aborted) return;

    coordinator = createConsumer({
      client: kinesis,
      streamName,
      workerId,
      pool,
      workload: hosted.workload,
      pollIntervalMs: environment.pollIntervalMs,
      batchEventsMax: environment.batchEventsMax,
      leaseSeconds: environment.leaseSeconds,
      log,
      metrics,
    });
    const running = coordinator;
    signal.addEventListener('abort', () => running.stop(), { once: true });
    const days = { quarantine: environment.quarantineRetentionDays, audit: environment.auditRetentionDays };
    await Promise.all([
      running.run(),
      keepMaintained(hosted, log, signal),
      keepRetention(async () => expireRows(pool, days, signal), log, signal),
      keepReporting(hosted, log, signal),
    ]);
  } finally {
    await hosted.close?.();
    metrics.stop();
    await pool.end();
    kinesis.destroy();
    secretsManager.destroy();
    await health.close();
  }
}

function healthOf(coordinator: LeaseCoordinator | undefined, signal: AbortSignal): HealthReport {
  const leasesCount = coordinator?.leases.length ?? 0;
  if (signal.aborted) return { status: 'stopping', leasesCount };
  if (coordinator === undefined || coordinator.lastTickAtMs === 0) return { status: 'starting', leasesCount };
  return { status: Date.now() - coordinator.lastTickAtMs > STUCK_MS ? 'stuck' : 'running', leasesCount };
}

async function keepMaintained<Event>(hosted: HostedWorkload<Event>, log: Log, signal: AbortSignal): Promise<void> {
  if (hosted.maintain === undefined) return;
  let waitMs = MAINTENANCE_INTERVAL_MS;
  while (await pause(waitMs, signal)) {
    try {
      log.event('partition.maintained', { partitionsCount: await hosted.maintain(new Date()) });
      waitMs = MAINTENANCE_INTERVAL_MS;
    } catch (error) {
      log.event('partition.maintenance_failed', { error });
      waitMs = MAINTENANCE_RETRY_MS;
    }
  }
}

async function keepReporting<Event>(hosted: HostedWorkload<Event>, log: Log, signal: AbortSignal): Promise<void> {
  if (hosted.report === undefined) return;
  do {
    try {
      await hosted.report();
    } catch (error) {
      log.event('report.failed', { error });
    }
  } while (await pause(MAINTENANCE_INTERVAL_MS, signal));
}

/** At once, since a process that restarts often would never come to it, and then hourly. Events are stored meanwhile. */
async function keepRetention(expire: () => Promise<ExpiredCounts>, log: Log, signal: AbortSignal): Promise<void> {
  do {
    try {
      log.event('retention.kept', await expire());
    } catch (error) {
      log.event('retention.failed', { error });
    }
  } while (await pause(MAINTENANCE_INTERVAL_MS, signal));
}
