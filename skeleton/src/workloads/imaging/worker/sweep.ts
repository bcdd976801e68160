import type { ScanFiles } from './scan-files';
import { pause } from '../../../runtime/backoff';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import type { ScanQueue } from '../queue/scan-queue';
import { ForgottenWork } from '../store/forgotten-work';
import { ScanWork } from '../store/scan-work';

export interface SweepOptions {
  readonly pool: Pick<DatabasePool, 'query' | 'use'>;
  readonly queue: Pick<ScanQueue, 'add' | 'holding'>;
  readonly files: ScanFiles;
  /** Removes the file of a settled scan. */
  readonly clear: (scanId: string) => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Time without a write after which a file that no row wants is removed. Default: 15 minutes. */
  readonly strayAgeMs?: number;
}

/** What a round did. */
export interface SweepCounts {
  requeuedCount: number;
  abandonedCount: number;
  clearedCount: number;
  removedCount: number;
}

/** Longer than a request takes that makes a file first and its row then. */
const STRAY_AGE_MS = 15 * 60_000;
const CLEARED_MAX = 500;
/** One round at a time, whichever worker's. Any number that nothing else locks in this database. */
const LOCK_ID = 7_170_051;

/**
 * Looks for what nobody works on though somebody should: scans that the queue has lost, uploads that nobody goes on with, files that
 * nobody wants. The database says what there is to do; the queue and the folder are made to agree with it.
 */
export class Sweep {
  private readonly forgotten: ForgottenWork;
  private readonly work: ScanWork;

  constructor(private readonly options: SweepOptions) {
    this.forgotten = new ForgottenWork(options.pool);
    this.work = new ScanWork(options.pool);
  }

  /** Goes round after round, until the signal comes. */
  async run(intervalMs: number, signal: AbortSignal): Promise<void> {
    do {
      try {
        await this.round(signal);
      } catch (error) {
        this.options.log.event('sweep.failed', { phase: 'lock', error });
      }
    } while (await pause(intervalMs, signal));
  }

  /**
   * One round. What one of its steps fails with is logged and keeps the others from nothing.
   *
   * @returns undefined when another worker is at it.
   * @throws what `pg` throws when it cannot be told whether another one is.
   */
  async round(signal: AbortSignal): Promise<SweepCounts | undefined> {
    return this.options.pool.use(async (client) => {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK_ID]);
      if (rows[0]?.locked !== true) return undefined;
      try {
        return await this.steps(signal);
      } finally {
        await client.query('SELECT pg_advisory_unlock($1)', [LOCK_ID]);
      }
    });
  }

  private async steps(signal: AbortSignal): Promise<SweepCounts> {
    const { log } = this.options;
    const startedAtMs = performance.now();
    const counts: SweepCounts = { requeuedCount: 0, abandonedCount: 0, clearedCount: 0, removedCount: 0 };
    const steps: ReadonlyArray<readonly [phase: string, step: () => Promise<void>]> = [
      ['backlog', async () => this.tellBacklog()],
      ['requeue', async () => this.requeue(counts, signal)],
      ['uploads', async () => void (counts.abandonedCount = await this.forgotten.abandonExpired())],
      ['settled', async () => this.clearSettled(counts, signal)],
      ['files', async () => this.removeStrays(counts, signal)],
    ];
    for (const [phase, step] of steps) {
      if (signal.aborted) break;
      try {
        await step();
      } catch (error) {
        log.event('sweep.failed', { phase, error });
      }
    }
    const isBusy = Object.values(counts).some((count) => count > 0);
    if (isBusy) log.event('sweep.finished', { ...counts, durationMs: Math.round(performance.now() - startedAtMs) });
    return counts;
  }

  private async tellBacklog(): Promise<void> {
    const { metrics } = this.options;
    const { scansCount, oldestAgeMs, lateEventsCount } = await this.forgotten.backlog();
    metrics.observe('QueueDepthCount', scansCount);
    metrics.observe('OldestScanAgeMs', oldestAgeMs);
    metrics.add('LifeEventsDelayedCount', lateEventsCount);
  }

  /** Adding what the queue holds already changes nothing, so whoever adds at the same time does no harm. */
  private async requeue(counts: SweepCounts, signal: AbortSignal): Promise<void> {
    const { queue, metrics } = this.options;
    for await (const scanIds of this.forgotten.waiting()) {
      const held = await queue.holding(scanIds);
      for (const scanId of scanIds.filter((id) => !held.has(id))) {
        if (signal.aborted) return;
        await queue.add(scanId);
        metrics.add('ScansRequeuedCount', 1);
        counts.requeuedCount += 1;
      }
    }
  }

  private async clearSettled(counts: SweepCounts, signal: AbortSignal): Promise<void> {
    for (const scanId of await this.work.withFile(CLEARED_MAX)) {
      if (signal.aborted) return;
      await this.options.clear(scanId);
      counts.clearedCount += 1;
    }
  }

  private async removeStrays(counts: SweepCounts, signal: AbortSignal): Promise<void> {
    const { files, strayAgeMs = STRAY_AGE_MS } = this.options;
    for (const file of await this.forgotten.unwanted(await files.olderThan(strayAgeMs))) {
      if (signal.aborted) return;
      await files.removeFound(file);
      counts.removedCount += 1;
    }
  }
}
