import { QueryConfig } from 'pg';
import { Batch, QuarantinedEvent } from './batch';
import { Lease } from './lease';
import { WorkloadTable } from './workload';

/** What the statement answers. */
export interface CommitCounts {
  /** 1 when the lease held and everything is stored; 0 when it did not and nothing is. */
  readonly held: number;
  /** Events of which at least one row is new. */
  readonly events: number;
  /** Rows of the quarantine that are new. */
  readonly quarantined: number;
}

/**
 * Writes the one statement that commits a batch: it advances the checkpoint if owner, epoch and previous checkpoint still
 * hold, and inserts rows and quarantine only if it did. Whoever takes the lease meanwhile waits for the row's lock, or is
 * waited for; then the condition is judged again, and a former owner writes nothing.
 *
 * A commit renews the lease as well.
 */
export class CommitStatement<Event> {
  private readonly text: string;
  private readonly name: string;

  constructor(
    private readonly table: WorkloadTable<Event>,
    private readonly leaseSeconds: number,
  ) {
    const columns = table.columns.map(({ name }) => name).join(', ');
    const arrays = table.columns.map(({ type }, index) => `$${index + 13}::${type}[]`).join(', ');
    // A name lets PostgreSQL keep the plan for as long as the connection lives.
    this.name = `commit ${table.name}`;
    this.text = `
      WITH lease AS (
        UPDATE shard_lease SET checkpoint = $6, expires_at = now() + make_interval(secs => $7)
        WHERE stream_name = $1 AND shard_id = $2 AND owner = $3 AND epoch = $4
          AND checkpoint IS NOT DISTINCT FROM $5
        RETURNING true AS held
      ), stored AS (
        INSERT INTO ${table.name} (${columns})
        SELECT ${columns} FROM unnest(${arrays}) AS item (${columns}) CROSS JOIN lease
        ON CONFLICT DO NOTHING
        RETURNING ${table.eventIdColumn}
      ), kept_apart AS (
        INSERT INTO quarantine (stream_name, shard_id, sequence_number, event_index, reason_code, reason, payload)
        SELECT $1, $2, item.* FROM unnest($8::text[], $9::integer[], $10::text[], $11::text[], $12::bytea[]) AS item
        CROSS JOIN lease
        ON CONFLICT DO NOTHING
        RETURNING true
      )
      SELECT (SELECT count(*)::integer FROM lease) AS held,
        (SELECT count(DISTINCT ${table.eventIdColumn})::integer FROM stored) AS events,
        (SELECT count(*)::integer FROM kept_apart) AS quarantined`;
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
        ...this.table.rows(batch.events.map(({ event }) => event)),
      ],
    };
  }
}

/** Inserts rows without any lease, for trying out in a transaction that is rolled back. */
export function probeStatement<Event>(table: WorkloadTable<Event>, events: readonly Event[]): QueryConfig {
  const columns = table.columns.map(({ name }) => name).join(', ');
  const arrays = table.columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  return {
    text: `INSERT INTO ${table.name} (${columns}) SELECT * FROM unnest(${arrays}) ON CONFLICT DO NOTHING`,
    values: table.rows(events),
  };
}
