import { Shard } from './lease';
import { LeaseStore } from './lease-store';
import { Log } from '../log/log';

export interface ShardDiscoveryOptions {
  readonly streamName: string;
  readonly store: LeaseStore;
  /** Lists the stream's shards. */
  readonly listShards: () => Promise<Shard[]>;
  readonly log: Log;
}

/** How often the shards are listed when nothing suggests that they changed. */
const INTERVAL_MS = 60_000;
/** After a listing failed. */
const RETRY_MS = 2_000;

/** Makes a lease of each shard that appears in the stream. */
export class ShardDiscovery {
  private nextAtMs = 0;

  constructor(private readonly options: ShardDiscoveryOptions) {}

  /** Lets the next round list the shards, since one has ended that may have children. */
  hurry(): void {
    this.nextAtMs = 0;
  }

  /** Lists the shards when it is time to. A failure of Kinesis is logged and passes. @throws what `pg` throws. */
  async discover(): Promise<void> {
    const { streamName, store, log } = this.options;
    if (Date.now() < this.nextAtMs) return;
    this.nextAtMs = Date.now() + RETRY_MS;
    const shards = await this.list();
    if (shards === undefined) return;
    const shardsCount = await store.addShards(shards);
    if (shardsCount > 0) log.event('shard.discovered', { streamName, shardsCount });
    await store.forgetTheDead();
    this.nextAtMs = Date.now() + INTERVAL_MS;
  }

  /**
   * Whether a shard that Kinesis does not know has left its stream: the stream is there and lists others. Then the shard's
   * records are past the stream's retention.
   */
  async hasLeft(shardId: string): Promise<boolean> {
    const shards = await this.list();
    return shards !== undefined && shards.length > 0 && shards.every((shard) => shard.shardId !== shardId);
  }

  private async list(): Promise<Shard[] | undefined> {
    const { streamName, listShards, log } = this.options;
    try {
      return await listShards();
    } catch (error) {
      log.event('shard.discovery_failed', { streamName, error });
      return undefined;
    }
  }
}
