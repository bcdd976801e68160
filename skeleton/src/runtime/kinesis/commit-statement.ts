import { QueryConfig } from 'pg';
import { Batch, QuarantinedEvent } from './batch';
import type { EventStorage } from './event-storage';
import { Lease } from './lease';

/** What the statement answers. */
export interface CommitCounts {
  /** 1 when the lease held and everything is stored; 0 when it did not and nothing is. */
  readonly held: number;
  /** Events that brought something new; `null` when the lease did not hold. */
  readonly events: number | null;
  /** Rows of the quarantine that are new. */
  readonly quarantined: number;
}

/**
 * Writes the one statement that commits a batch: it advances the checkpoint if owner, epoch and previous checkpoint still
 * hold, and stores events and quarantine only if it did. Whoever takes the lease meanwhile waits for the row's lock, or is
 * waited for; then the condition is judged again, and a former owner writes nothing.
 *
 * Where the workload's storage refuses events, the statement fails as a whole; `refusalsOf` tells which they are.
 *
 * A commit renews the lease as well.
 */
export class CommitStatement<Event> {
  private readonly text: string;
  private readonly name: string;

  constructor(
    private readonly storage: EventStorage<Event>,
    private readonly leaseSeconds: number,
  ) {
    // A name lets PostgreSQL keep the plan for as long as the connection lives.
    this.name = `commit ${storage.name}`;
    this.text = `
      WITH lease AS (
        UPDATE shard_lease SET checkpoint = $6, expires_at = now() + make_interval(secs => $7)
        WHERE stream_name = $1 AND shard_id = $2 AND owner = $3 AND epoch = $4
          AND checkpoint IS NOT DISTINCT FROM $5
        RETURNING true AS held
      ), ${storage.queries(placeholders(storage, 13))}, kept_apart AS (
        INSERT INTO quarantine (stream_name, shard_id, sequence_number, event_index, reason_code, reason, payload)
        SELECT $1, $2, item.* FROM unnest($8::text[], $9::integer[], $10::text[], $11::text[], $12::bytea[]) AS item
        CROSS JOIN lease
        ON CONFLICT DO NOTHING
        RETURNING true
      )
      SELECT (SELECT count(*)::integer FROM lease) AS held,
        (SELECT stored FROM answer) AS events,
        (SELECT count(*)::integer FROM kept_apart) AS quarantined,
        (SELECT refuse_events(refused, reason_codes) FROM answer)`;
  }

  /** The statement for one batch, which was read behind `previous`. */
  for(lease: Lease, previous: string | null, batch: Batch<Event>): QueryConfig & { values: unknown[] } {
    const { quarantined } = batch;
    const pick = <Value>(value: (event: QuarantinedEvent) => Value) => quarantined.map(value);
    return {
      name: this.name,
      text: this.text,
      values: [
        lease.streamName,
        lease.shardId,
        lease.owner,
        lease.epoch,
        previous,
        batch.checkpoint,
        this.leaseSeconds,
        pick(({ sequenceNumber }) => sequenceNumber),
        pick(({ eventIndex }) => eventIndex),
        pick(({ reasonCode }) => reasonCode),
        pick(({ reason }) => reason),
        pick(({ payload }) => Buffer.from(payload)),
        ...this.storage.parameters(batch.events.map(({ event }) => event)),
      ],
    };
  }
}

/**
 * Stores events without any lease, in the caller's transaction: for replays, and for trying out. Answers one row, a
 * `StoreAnswer`; what is refused is left out.
 */
export function storeStatement<Event>(storage: EventStorage<Event>, events: readonly Event[]): QueryConfig {
  return {
    text: `
      WITH lease AS (SELECT true AS held), ${storage.queries(placeholders(storage, 1))}
      SELECT stored, refused, reason_codes FROM answer`,
    values: storage.parameters(events),
  };
}

function placeholders<Event>({ parameterTypes }: EventStorage<Event>, first: number): string[] {
  return parameterTypes.map((type, index) => `$${first + index}::${type}[]`);
}
