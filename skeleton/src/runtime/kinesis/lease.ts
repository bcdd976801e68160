/** A shard of a stream, and those it came from by a split or a merge. */
export interface Shard {
  readonly shardId: string;
  /** None, one (split), or two (merge). */
  readonly parentShardIds: readonly string[];
}

/** The right to read a shard and to write what it holds, as long as owner and epoch in the database are these. */
export interface Lease {
  readonly streamName: string;
  readonly shardId: string;
  /** Id of the worker that holds it. */
  readonly owner: string;
  /** Rises with each change of owner. */
  readonly epoch: number;
  /** Sequence number of the last record that is stored; null when none is. */
  readonly checkpoint: string | null;
}
