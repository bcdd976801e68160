import type { EventStorage } from './event-storage';

/**
 * What a workload has to bring to have its stream consumed.
 *
 * The lifecycle of a shard, as the runtime keeps it:
 *
 * 1. A worker takes the shard's lease, and reads from behind the checkpoint (from `TRIM_HORIZON` when there is none).
 * 2. Records are decoded in their order. Of each record, some events are accepted and some rejected; both are whole in the
 *    same batch. A batch ends at a record's end.
 * 3. The batch is committed by one statement: checkpoint, accepted rows and quarantine, all or nothing, and nothing when
 *    the lease is no longer the worker's. **This is the only place where a checkpoint moves**: a workload neither
 *    checkpoints nor writes elsewhere, and what it does in `prepare` must do no harm when it is done for nothing. What may
 *    be lost, such as a cache, is told of the batch afterwards, by `committed`.
 * 4. A shard that was split or merged ends behind its last batch; only then do its children begin.
 *
 * A record may be decoded many times, by several workers, and is stored once: the storage must know the event by its own id
 * or content, since a producer that tries again gives the same event another sequence number.
 */
export interface Workload<Event> {
  readonly storage: EventStorage<Event>;
  /**
   * Reads one record. Never throws for what the record says: that is what `rejected` is for.
   *
   * @param now judges times of observation.
   */
  decode(data: Uint8Array, now: Date): DecodedRecord<Event>;
  /** How much of a batch an event takes up, where some take the database far longer than others. Default: 1 for each. */
  weightOf?(event: Event): number;
  /**
   * Makes what the rows need, such as partitions. Called before each commit that has rows. What it has made it may remember,
   * except that after a commit that the database refused it is called with `recheck`.
   */
  prepare(events: readonly Event[], options: { readonly recheck: boolean }): Promise<void>;
  /**
   * Hears of the events of a batch once they are known to be stored, now or by an earlier attempt: for what may be lost, such
   * as a cache. Nobody hears of a batch whose worker is killed behind the commit, and of no batch twice.
   *
   * It keeps the next batch waiting, so it takes note and returns: what takes time is done later, in bounded memory. An
   * error that it throws is logged and changes nothing about the commit.
   */
  committed?(events: readonly Event[]): void;
}

/** What one record held. */
export interface DecodedRecord<Event> {
  readonly accepted: ReadonlyArray<{ readonly eventIndex: number; readonly event: Event }>;
  readonly rejected: readonly RejectedEvent[];
}

/** An event that cannot be stored. */
export interface RejectedEvent {
  /** Line of the record, from 0; `WHOLE_RECORD` when the record as a whole is rejected. */
  readonly eventIndex: number;
  /** One of a closed list, such as `unknown_version`. */
  readonly reasonCode: string;
  /** For people; never repeats what the event says, since that may be patient data. */
  readonly reason: string;
  /** The event as it came. */
  readonly payload: Uint8Array;
}

export const WHOLE_RECORD = -1;
