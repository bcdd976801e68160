import { type Patience, patiently } from './patience';
import { POSITION_COLUMNS, type QuarantineSelection } from './quarantine-rows';
import type { DatabasePool } from '../postgres/pool';

const ROWS_PER_STEP = 1_000;

export interface DropOptions extends Patience {
  readonly pool: DatabasePool;
  readonly selection: QuarantineSelection;
  readonly operationId: string;
  /** Who drops, and why in words: both stay on record, in `quarantine_dropped`, beside each event's position and reason. */
  readonly principal: string;
  readonly because: string;
}

/**
 * Removes quarantined events for good. Each step removes and records in one statement, so that nothing goes without a record,
 * whenever the program is killed. Events that another operator is working on, or that come in meanwhile, are left.
 *
 * @param dropped is told of each step's count.
 * @throws OperationError when asked to end; what `pg` throws when the database stays away.
 */
export async function dropQuarantined(options: DropOptions, dropped: (count: number) => void): Promise<void> {
  const { pool, operationId, principal, because } = options;
  const { condition, values } = options.selection;
  const { rows } = await patiently(options, async () =>
    pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now'),
  );
  const next = values.length + 1;
  const text = `
    WITH chosen AS (
      SELECT ${POSITION_COLUMNS} FROM quarantine
      WHERE (${condition}) AND quarantined_at <= $${next}::timestamptz
      ORDER BY ${POSITION_COLUMNS} LIMIT ${ROWS_PER_STEP} FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM quarantine WHERE (${POSITION_COLUMNS}) IN (SELECT ${POSITION_COLUMNS} FROM chosen) RETURNING quarantine.*
    ), recorded AS (
      INSERT INTO quarantine_dropped (operation_id, principal, because, quarantine_id, ${POSITION_COLUMNS}, reason_code,
        payload_bytes, quarantined_at)
      SELECT $${next + 1}::uuid, $${next + 2}, $${next + 3}, quarantine_id, ${POSITION_COLUMNS}, reason_code,
        octet_length(payload), quarantined_at
      FROM gone
      -- A position comes back only when its shard was read again.
      ON CONFLICT DO NOTHING
    )
    SELECT count(*)::integer AS count FROM gone`;
  const parameters = [...values, rows[0]?.now, operationId, principal, because];
  for (let count = ROWS_PER_STEP; count === ROWS_PER_STEP;) {
    const step = await patiently(options, async () => pool.query<{ count: number }>(text, parameters));
    count = step.rows[0]?.count ?? 0;
    dropped(count);
  }
}
