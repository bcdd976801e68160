import type { RecordPlace } from '../simulator/producer';

/** A record that was put to the stream. */
export interface SentRecord extends RecordPlace {
  readonly sentAtMs: number;
  /** An event in it was sent before. */
  readonly isRepeated: boolean;
  /** Events in it. Default 1. */
  readonly eventsCount?: number;
}

/**
 * What was sent and what has been dealt with, by the checkpoints of the shards: a checkpoint moves in the same statement
 * that stores the events up to it, or puts them into quarantine.
 */
export class InFlight {
  private readonly waiting = new Map<string, SentRecord[]>();
  private sent = 0;
  private settled = 0;
  private settledRepeated = 0;

  get sentCount(): number {
    return this.sent;
  }

  /** Events that a checkpoint has passed. */
  get settledCount(): number {
    return this.settled;
  }

  /** Those of them that repeated an event. */
  get settledRepeatedCount(): number {
    return this.settledRepeated;
  }

  /** Adds records in the order in which they were sent. */
  add(records: readonly SentRecord[]): void {
    for (const record of records) {
      const shard = this.waiting.get(record.shardId);
      if (shard) shard.push(record);
      else this.waiting.set(record.shardId, [record]);
    }
    this.sent += eventsOf(records);
  }

  /** Takes note of the checkpoints: sequence numbers by shard. */
  settle(checkpoints: ReadonlyMap<string, string>): void {
    for (const [shardId, checkpoint] of checkpoints) {
      const shard = this.waiting.get(shardId) ?? [];
      // Sequence numbers grow within a shard, and are too long for a number.
      const limit = BigInt(checkpoint);
      const firstWaiting = shard.findIndex(({ sequenceNumber }) => BigInt(sequenceNumber) > limit);
      const passed = shard.splice(0, firstWaiting < 0 ? shard.length : firstWaiting);
      this.settled += eventsOf(passed);
      this.settledRepeated += eventsOf(passed.filter(({ isRepeated }) => isRepeated));
    }
  }

  /** How long the oldest record has been waiting; 0 when none is. */
  lagMs(nowMs: number): number {
    const oldest = [...this.waiting.values()].flatMap(([first]) => first?.sentAtMs ?? []);
    return oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest));
  }
}

function eventsOf(records: readonly SentRecord[]): number {
  return records.reduce((sum, { eventsCount = 1 }) => sum + eventsCount, 0);
}
