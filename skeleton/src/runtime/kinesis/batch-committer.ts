import { Batch } from './batch';
import { CommitCounts, CommitStatement } from './commit-statement';
import { EventSifter } from './event-sifter';
import { Lease } from './lease';
import { refusalsOf, withoutRefused } from './refused-events';
import { Workload } from './workload';
import { Backoff, pause } from '../backoff';
import { Log } from '../log/log';
import { Metrics } from '../metrics/metrics';
import { databaseErrorKind } from '../postgres/errors';
import { DatabasePool } from '../postgres/pool';

/**
 * `committed`: stored, and the checkpoint is the batch's. `lost`: the lease is another's; nothing of this batch was stored by
 * us. `stopped`: the signal came while the database could not be reached; nothing is known to be stored.
 */
export type CommitOutcome = 'committed' | 'lost' | 'stopped';

export interface BatchCommitterOptions<Event> {
  readonly pool: DatabasePool;
  readonly workload: Workload<Event>;
  readonly leaseSeconds: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

const BACKOFF_FIRST_MS = 50;
const BACKOFF_MOST_MS = 2_000;

/** Commits batches, whatever the database is doing: restarts take time and no events, values it refuses go to quarantine. */
export class BatchCommitter<Event> {
  private readonly statement: CommitStatement<Event>;
  private readonly sifter: EventSifter<Event>;

  constructor(private readonly options: BatchCommitterOptions<Event>) {
    this.statement = new CommitStatement(options.workload.storage, options.leaseSeconds);
    this.sifter = new EventSifter(options.pool, options.workload);
  }

  /**
   * Commits a batch that was read behind `previous`. Waits and tries again as long as the database fails for reasons that
   * pass or that we do not know, since giving up would lose events or block the shard for good.
   */
  async commit(
    lease: Lease,
    previous: string | null,
    batch: Batch<Event>,
    signal: AbortSignal,
  ): Promise<CommitOutcome> {
    const { log } = this.options;
    const { shardId } = lease;
    const backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
    let current = batch;
    for (let wasSifted = false; ;) {
      try {
        const outcome = await this.tryOnce(lease, previous, current);
        if (outcome === 'committed') this.tell(current);
        if (outcome !== 'unsettled') return outcome;
      } catch (error) {
        const refusals = refusalsOf(error);
        if (refusals !== undefined) {
          current = withoutRefused(current, refusals, this.options.workload.storage.refusalReasons);
          continue;
        }
        if (databaseErrorKind(error) === 'data' && !wasSifted) {
          wasSifted = true;
          log.event('batch.poisoned', { shardId, eventsCount: current.events.length, error });
          const sifted = await this.siftPatiently(current, backoff, signal, shardId);
          if (sifted === undefined) return 'stopped';
          current = sifted;
          continue;
        }
        // What is still refused after sifting may be so for another reason, such as a partition dropped in between.
        wasSifted = false;
        if (!(await this.wait(error, backoff, signal, shardId))) return 'stopped';
      }
    }
  }

  private async tryOnce(
    lease: Lease,
    previous: string | null,
    batch: Batch<Event>,
  ): Promise<'committed' | 'lost' | 'unsettled'> {
    const { pool, workload } = this.options;
    if (batch.events.length > 0) {
      await workload.prepare(
        batch.events.map(({ event }) => event),
        { recheck: false },
      );
    }
    const { rows } = await pool.query<CommitCounts & Record<string, unknown>>(
      this.statement.for(lease, previous, batch),
    );
    const [counts] = rows;
    if (counts?.held === 1) {
      this.count(lease, batch, counts);
      return 'committed';
    }
    return this.settle(lease, previous, batch);
  }

  /**
   * The fence did not hold. Usually the lease is lost. But an attempt before this one may have been committed although its
   * answer was cut off; then the checkpoint is the batch's already, under our own epoch.
   */
  private async settle(
    { streamName, shardId, owner, epoch }: Lease,
    previous: string | null,
    batch: Batch<Event>,
  ): Promise<'committed' | 'lost' | 'unsettled'> {
    const { rows } = await this.options.pool.query<{ checkpoint: string | null }>(
      'SELECT checkpoint FROM shard_lease WHERE stream_name = $1 AND shard_id = $2 AND owner = $3 AND epoch = $4',
      [streamName, shardId, owner, epoch],
    );
    const [own] = rows;
    if (own === undefined) return 'lost';
    if (own.checkpoint === batch.checkpoint) return 'committed';
    return own.checkpoint === previous ? 'unsettled' : 'lost';
  }

  private async siftPatiently(
    batch: Batch<Event>,
    backoff: Backoff,
    signal: AbortSignal,
    shardId: string,
  ): Promise<Batch<Event> | undefined> {
    for (;;) {
      try {
        return await this.sifter.sift(batch);
      } catch (error) {
        if (!(await this.wait(error, backoff, signal, shardId))) return undefined;
      }
    }
  }

  private async wait(error: unknown, backoff: Backoff, signal: AbortSignal, shardId: string): Promise<boolean> {
    const retryInMs = backoff.next();
    this.options.log.event('batch.commit_delayed', { shardId, attempt: backoff.attempt, retryInMs, error });
    return pause(retryInMs, signal);
  }

  /** The commit stands by now, so nothing that goes wrong here may be taken for a failure of it. */
  private tell(batch: Batch<Event>): void {
    const { log, metrics, workload } = this.options;
    if (workload.committed === undefined || batch.events.length === 0) return;
    try {
      workload.committed(batch.events.map(({ event }) => event));
    } catch (error) {
      log.event('batch.follow_up_failed', { eventsCount: batch.events.length, error });
      metrics.add('FollowUpFailedCount', 1);
    }
  }

  private count({ shardId }: Lease, batch: Batch<Event>, counts: CommitCounts): void {
    const { log, metrics } = this.options;
    metrics.add('EventsReceivedCount', batch.events.length + batch.quarantined.length);
    const storedCount = counts.events ?? 0;
    metrics.add('EventsStoredCount', storedCount);
    metrics.add('EventsDuplicateCount', batch.events.length - storedCount);
    metrics.add('EventsQuarantinedCount', counts.quarantined);
    metrics.observe('CommitLatencyMs', Math.max(0, Date.now() - batch.oldestArrivedAtMs));
    const quarantinedCount = batch.quarantined.length;
    const [first] = batch.quarantined;
    if (first !== undefined) {
      const { sequenceNumber, reasonCode } = first;
      log.event('event.quarantined', { shardId, sequenceNumber, reasonCode, quarantinedCount });
    }
  }
}
