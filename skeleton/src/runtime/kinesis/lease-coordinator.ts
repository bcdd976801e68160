import { Lease } from './lease';
import { LeaseStore } from './lease-store';
import { ShardDiscovery } from './shard-discovery';
import { ShardOutcome } from './shard-worker';
import { Log } from '../log/log';
import { Metrics } from '../metrics/metrics';

/** Work on one shard that has begun. */
export interface ShardWork {
  readonly lease: Lease;
  stop(): void;
  run(): Promise<ShardOutcome>;
}

export interface LeaseCoordinatorOptions {
  readonly store: LeaseStore;
  readonly discovery: ShardDiscovery;
  readonly leaseSeconds: number;
  /** Makes the work for a lease just taken. */
  readonly startWork: (lease: Lease) => ShardWork;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface Held {
  readonly work: ShardWork;
  /** Set on request to give the lease back. */
  stopping: boolean;
  /** Set when the database says that the lease is another's. */
  lost: boolean;
  done: Promise<void>;
}

/** Leases are renewed and looked for this often, and five times within a lease's time at the least. */
const TICK_MOST_MS = 1_000;
/**
 * Takes, keeps and gives back leases, and has a worker on each shard it holds. Workers share a stream fairly without talking
 * to each other: each counts shards and live workers, takes up to its share of what is free, and gives back what is above
 * it. A lease that is alive is never taken from its owner.
 */
export class LeaseCoordinator {
  private readonly held = new Map<string, Held>();
  private readonly stopping = new AbortController();
  private wakeUp: (() => void) | undefined;
  private tickedAtMs = 0;

  constructor(private readonly options: LeaseCoordinatorOptions) {}

  /** Shards that are being read here. */
  get leases(): Lease[] {
    return [...this.held.values()].map(({ work }) => work.lease);
  }

  /** When the coordinator last did its round, whether it succeeded or not; 0 before the first. */
  get lastTickAtMs(): number {
    return this.tickedAtMs;
  }

  /** Runs until `stop`; then batches are finished and leases given back. */
  async run(): Promise<void> {
    const tickMs = Math.min(TICK_MOST_MS, (this.options.leaseSeconds * 1_000) / 5);
    while (!this.stopping.signal.aborted) {
      await this.tick();
      await this.rest(tickMs);
    }
    await this.giveUpAll();
  }

  stop(): void {
    this.stopping.abort();
    this.wakeUp?.();
  }

  private async tick(): Promise<void> {
    const { log, metrics } = this.options;
    this.tickedAtMs = Date.now();
    try {
      await this.options.discovery.discover();
      await this.renew();
      await this.balance();
    } catch (error) {
      // The database is out of reach. Work goes on: the fence decides what it may write.
      log.event('lease.coordination_failed', { error });
    }
    metrics.observe('LeasesHeldCount', this.held.size);
  }

  private async renew(): Promise<void> {
    const before = [...this.held.values()];
    const kept = await this.options.store.renew(before.map(({ work }) => work.lease));
    for (const held of before) {
      if (kept.has(held.work.lease.shardId)) continue;
      // Its next commit would find out as well; this way it does not wait for one.
      held.lost = true;
      held.work.stop();
    }
  }

  private async balance(): Promise<void> {
    const { store, log } = this.options;
    const { readableShardsCount, liveWorkersCount } = await store.census();
    const share = Math.ceil(readableShardsCount / liveWorkersCount);
    const active = [...this.held.values()].filter(({ stopping }) => !stopping);
    for (const held of active.slice(share)) {
      held.stopping = true;
      held.work.stop();
    }
    if (this.stopping.signal.aborted || this.held.size >= share) return;
    for (const lease of await store.take(share - this.held.size)) {
      log.event('lease.taken', { shardId: lease.shardId, epoch: lease.epoch });
      this.begin(lease);
    }
  }

  private begin(lease: Lease): void {
    // A lease that ran out and was taken again by ourselves: the work under the old epoch can write nothing more.
    this.held.get(lease.shardId)?.work.stop();
    const work = this.options.startWork(lease);
    const held: Held = { work, stopping: false, lost: false, done: Promise.resolve() };
    this.held.set(lease.shardId, held);
    held.done = this.follow(held);
  }

  private async follow(held: Held): Promise<void> {
    const { work } = held;
    const { lease } = work;
    const { shardId, epoch } = lease;
    const { log, metrics } = this.options;
    let outcome: ShardOutcome | 'failed' = 'failed';
    try {
      outcome = await work.run();
    } catch (error) {
      log.event('shard.worker_failed', { shardId, error });
    }
    if (outcome === 'lost' || (outcome === 'stopped' && held.lost)) {
      log.event('lease.lost', { shardId, epoch });
      metrics.add('LeaseLostCount', 1);
    } else if (outcome === 'ended') {
      log.event('shard.ended', { shardId });
      this.options.discovery.hurry();
    } else {
      if (outcome === 'gone') await this.bury(lease);
      await this.release(lease);
    }
    if (this.held.get(shardId) === held) this.held.delete(shardId);
    this.wakeUp?.();
  }

  /** Kinesis does not know the shard. When it has left the stream, its children must not wait for it. */
  private async bury(lease: Lease): Promise<void> {
    const { store, discovery, log } = this.options;
    const { shardId } = lease;
    try {
      if (!(await discovery.hasLeft(shardId))) return;
      // Where the checkpoint has moved since the lease was taken, the next owner of the lease does this.
      if (await store.end(lease, lease.checkpoint)) log.event('shard.expired', { shardId });
    } catch (error) {
      log.event('lease.coordination_failed', { error });
    }
  }

  private async release(lease: Lease): Promise<void> {
    const { store, log } = this.options;
    try {
      await store.release(lease);
      log.event('lease.released', { shardId: lease.shardId, epoch: lease.epoch });
    } catch (error) {
      // It runs out by itself.
      log.event('lease.coordination_failed', { error });
    }
  }

  private async giveUpAll(): Promise<void> {
    const { store, log } = this.options;
    const all = [...this.held.values()];
    for (const { work } of all) work.stop();
    await Promise.all(all.map(async ({ done }) => done));
    try {
      await store.leave();
    } catch (error) {
      log.event('lease.coordination_failed', { error });
    }
  }

  /** Waits for the next round; less when a shard's work ends or `stop` comes. */
  private async rest(milliseconds: number): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }
}
