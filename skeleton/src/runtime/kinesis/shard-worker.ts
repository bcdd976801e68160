import { batchesOf } from './batch';
import { BatchCommitter } from './batch-committer';
import { Lease } from './lease';
import { LeaseStore } from './lease-store';
import { RecordPage, ShardReader } from './shard-reader';
import { Workload } from './workload';
import { Metrics } from '../metrics/metrics';

/**
 * How work on a shard came to its end.
 *
 * - `stopped`: on request, behind a whole batch; the lease is still held.
 * - `ended`: the shard is read to its end, and that is written down.
 * - `gone`: Kinesis does not know the shard; the lease is still held.
 * - `lost`: another worker has the lease.
 */
export type ShardOutcome = 'stopped' | 'ended' | 'gone' | 'lost';

export interface ShardWorkerOptions<Event> {
  readonly lease: Lease;
  readonly reader: ShardReader;
  readonly workload: Workload<Event>;
  readonly committer: BatchCommitter<Event>;
  readonly store: LeaseStore;
  readonly batchEventsMax: number;
  readonly metrics: Metrics;
}

/** Carries one shard from its checkpoint on, as long as the lease holds: reads, decodes, commits; reads ahead by one page. */
export class ShardWorker<Event> {
  private readonly stopping = new AbortController();
  private checkpoint: string | null;

  constructor(private readonly options: ShardWorkerOptions<Event>) {
    this.checkpoint = options.lease.checkpoint;
  }

  get lease(): Lease {
    return this.options.lease;
  }

  /** Asks it to stop: the batch in hand is finished, what was read ahead is left for the next owner. */
  stop(): void {
    this.stopping.abort();
  }

  /** Works until something ends it. @throws only what is a fault of this program; the lease is then still held. */
  async run(): Promise<ShardOutcome> {
    try {
      return await this.work();
    } finally {
      // Whatever ended it, a read ahead is of no use any more.
      this.stopping.abort();
    }
  }

  private async work(): Promise<ShardOutcome> {
    const { reader, metrics } = this.options;
    let page = await this.read();
    while (page !== undefined) {
      if (page.state === 'gone') return 'gone';
      metrics.observe('IteratorAgeMs', page.behindLatestMs);
      const ahead = page.state === 'open' ? reader.next(this.stopping.signal) : undefined;
      // Awaited below; until then a failure must not count as one that nobody handles.
      ahead?.catch(() => undefined);
      const outcome = await this.commit(page);
      if (outcome !== 'committed') return outcome;
      if (ahead === undefined) return this.end();
      page = await ahead;
    }
    return 'stopped';
  }

  private async read(): Promise<RecordPage | undefined> {
    return this.options.reader.next(this.stopping.signal);
  }

  private async commit(page: RecordPage): Promise<'committed' | 'lost' | 'stopped'> {
    const { lease, workload, committer, batchEventsMax } = this.options;
    for (const batch of batchesOf(page.records, workload, batchEventsMax)) {
      if (this.stopping.signal.aborted) return 'stopped';
      const outcome = await committer.commit(lease, this.checkpoint, batch, this.stopping.signal);
      if (outcome !== 'committed') return outcome;
      this.checkpoint = batch.checkpoint;
    }
    return 'committed';
  }

  private async end(): Promise<'ended' | 'lost'> {
    const { store, lease } = this.options;
    return (await store.end(lease, this.checkpoint)) ? 'ended' : 'lost';
  }
}
