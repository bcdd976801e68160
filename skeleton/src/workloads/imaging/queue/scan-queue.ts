import { once } from 'node:events';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { CONNECT_TIMEOUT_MS, openQueueConnection, type QueueConnectionOptions } from './queue-connection';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { findWaiting, recordQueued, type WaitingScan } from '../store/scan-events';

export const QUEUE_NAME = 'scans';
/** Braces keep all keys of the queue in one slot, should it ever be a cluster (BullMQ, "Redis Cluster"). */
export const QUEUE_PREFIX = '{imaging}';

export const ATTEMPTS_MAX = 5;
const BACKOFF_FIRST_MS = 2_000;

export interface ScanQueueOptions extends QueueConnectionOptions {
  /** Where it is noted that a scan was queued. */
  readonly database: Pick<DatabasePool, 'query'>;
}

/**
 * The queue by which workers hear of scans. It holds ids and nothing else. What it loses is found again by the sweep, so whoever
 * adds to it may go on when that fails. Nothing connects before the first call.
 */
export class ScanQueue {
  private opening: Promise<{ readonly queue: Queue; readonly connection: Redis }> | undefined;

  constructor(private readonly options: ScanQueueOptions) {}

  /**
   * Adds a scan that waits; one that is in the queue stays where it is.
   *
   * @throws soon, when Redis is away; the SDK's error or AuthTokenError without a token; what `pg` throws.
   */
  async add(scanId: string): Promise<void> {
    const scan = await findWaiting(this.options.database, scanId);
    if (scan !== undefined) await this.addWaiting(scan);
  }

  /**
   * The same for one that was just seen to wait. If it has been settled since then, a worker finds nothing to do.
   *
   * @throws as `add`.
   */
  async addWaiting(scan: WaitingScan): Promise<void> {
    const queue = await this.open();
    await queue.add(QUEUE_NAME, {}, { jobId: scan.scanId });
    await recordQueued(this.options.database, scan);
  }

  /** Which of these scans have a job, waiting or under way. @throws as `add`. */
  async holding(scanIds: readonly string[]): Promise<ReadonlySet<string>> {
    const queue = await this.open();
    const jobs = await Promise.all(scanIds.map(async (scanId) => queue.getJob(scanId)));
    return new Set(scanIds.filter((_, index) => jobs[index] !== undefined));
  }

  /** Jobs that wait or are under way, those that wait for another attempt included. @throws as `add`. */
  async depth(): Promise<number> {
    const queue = await this.open();
    return queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized');
  }

  async close(): Promise<void> {
    const opened = await this.opening?.catch(() => undefined);
    await opened?.queue.close();
    // BullMQ leaves a connection that it was given open, and this one would connect again without end.
    opened?.connection.disconnect();
  }

  private async open(): Promise<Queue> {
    this.opening ??= this.connect();
    try {
      return (await this.opening).queue;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private async connect(): Promise<{ readonly queue: Queue; readonly connection: Redis }> {
    const connection = await openQueueConnection('sender', this.options);
    // BullMQ asks the server for its version at once, and a queue that got no answer never works.
    try {
      await once(connection, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    } catch (error) {
      connection.disconnect();
      throw error;
    }
    const queue = new Queue(QUEUE_NAME, {
      connection,
      prefix: QUEUE_PREFIX,
      skipWaitingForReady: true,
      defaultJobOptions: {
        attempts: ATTEMPTS_MAX,
        backoff: { type: 'exponential', delay: BACKOFF_FIRST_MS },
        removeOnComplete: true,
        removeOnFail: true,
      },
    });
    // Whoever runs a command hears of failures; without a listener they would end the process as well.
    queue.on('error', () => undefined);
    return { queue, connection };
  }
}
