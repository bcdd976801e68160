import { DelayedError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ScanProcessor } from './process-scan';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import { MemoryKeeper } from '../memory-keeper';
import { openQueueConnection, type QueueConnectionOptions } from '../queue/queue-connection';
import { ATTEMPTS_MAX, QUEUE_NAME, QUEUE_PREFIX } from '../queue/scan-queue';
import { ScanPostponed } from '../store/scan-work';

export interface ScanConsumerOptions extends QueueConnectionOptions {
  readonly processor: Pick<ScanProcessor, 'process'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Scans at once. */
  readonly concurrency: number;
  /** Time after which a scan whose worker is not heard of any more is given to another one. */
  readonly jobLockMs: number;
}

/** Jobs of workers that were killed go on being given to others: `open_attempts` of the scan's row says when it is enough. */
const STALLED_MAX = 1_000;

/** Takes scans from the queue, as many at once as there is room for. */
export class ScanConsumer {
  /** Begins, waiting for a Redis that is away. @throws the SDK's error, or AuthTokenError without a token. */
  static async start(options: ScanConsumerOptions): Promise<ScanConsumer> {
    const { processor, log, metrics, concurrency, jobLockMs } = options;
    const connection = await openQueueConnection('worker', options);
    const memory = new MemoryKeeper();
    let consumer: ScanConsumer | undefined;
    const worker = new Worker(
      QUEUE_NAME,
      async (job, token) => {
        const { id = '', attemptsMade, opts } = job;
        const attempts = opts.attempts ?? ATTEMPTS_MAX;
        const signal = consumer?.ending.signal ?? new AbortController().signal;
        try {
          await processor.process(id, { isLast: attemptsMade + 1 >= attempts, signal });
        } catch (error) {
          if (error instanceof ScanPostponed) {
            await job.moveToDelayed(Date.now() + error.leftMs, token);
            throw new DelayedError();
          }
          log.event('scan.delayed', { scanId: id, attempt: attemptsMade + 1, error });
          // The queue keeps what a job failed with: nothing of what the error says.
          throw new Error('The attempt failed.', { cause: undefined });
        } finally {
          await memory.keep();
        }
      },
      {
        connection,
        prefix: QUEUE_PREFIX,
        concurrency,
        lockDuration: jobLockMs,
        stalledInterval: jobLockMs,
        maxStalledCount: STALLED_MAX,
        autorun: false,
      },
    );
    worker.on('error', (error) => {
      metrics.add('QueueErrorCount', 1);
      log.event('queue.failed', { error });
    });
    consumer = new ScanConsumer(worker, connection);
    // Ends when the worker is closed; what goes wrong before is told by `error`.
    worker.run().catch((error: unknown) => log.event('queue.failed', { error }));
    return consumer;
  }

  private readonly ending = new AbortController();

  private constructor(
    private readonly worker: Worker,
    private readonly connection: Redis,
  ) {}

  get isRunning(): boolean {
    return this.worker.isRunning();
  }

  /**
   * Takes no more scans, and resolves when those under way have ended.
   *
   * @param patienceMs after which they are asked to end early, for another worker to begin them anew.
   */
  async close(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.ending.abort(new Error('The worker is stopping.')), patienceMs);
    try {
      await this.worker.close();
    } finally {
      clearTimeout(timer);
      // BullMQ closes what it has opened itself. This one would connect again without end.
      this.connection.disconnect();
    }
  }
}
