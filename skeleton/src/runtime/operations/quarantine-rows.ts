import type { PoolClient } from 'pg';

/** Place of a quarantined event: the key of its row. */
export interface QuarantinePosition {
  readonly streamName: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Line of the record, from 0; -1 for the record as a whole. */
  readonly eventIndex: number;
}

export interface QuarantineRow extends QuarantinePosition {
  readonly quarantineId: string;
  readonly reasonCode: string;
  readonly reason: string;
  /** As PostgreSQL writes it, with microseconds and offset. */
  readonly quarantinedAt: string;
  readonly payload: Buffer;
}

/** Which rows an operation is about. */
export interface QuarantineSelection {
  /** Condition in SQL over the columns of `quarantine`; its parameters begin at `$1`. */
  readonly condition: string;
  readonly values: readonly unknown[];
}

/** Every event. */
export const ALL_EVENTS: QuarantineSelection = { condition: 'true', values: [] };

export function eventsOfReason(reasonCode: string): QuarantineSelection {
  return { condition: 'reason_code = $1', values: [reasonCode] };
}

export function eventsOfIds(quarantineIds: readonly string[]): QuarantineSelection {
  return { condition: 'quarantine_id = ANY ($1::text[])', values: [quarantineIds] };
}

export interface LockOptions {
  readonly selection: QuarantineSelection;
  /** Only rows behind this one, in the order of positions. */
  readonly after: QuarantinePosition | undefined;
  /** What to do about rows that another transaction works on. */
  readonly locked: 'skip' | 'wait';
}

/** Rows in memory at a time. */
export const ROWS_MAX = 500;
/** Payloads in memory at a time, beyond one of any size: a record of Kinesis has 10 MiB at the most. */
export const PAYLOAD_BYTES_MAX = 8 * 1024 * 1024;

export const POSITION_COLUMNS = 'stream_name, shard_id, sequence_number, event_index';
/** An array of positions as a table, of which `positionArrays` are the parameters. */
export const POSITIONS_TABLE = `unnest($1::text[], $2::text[], $3::text[], $4::integer[]) AS chosen (${POSITION_COLUMNS})`;

export const SELECT_POSITION = `stream_name AS "streamName", shard_id AS "shardId", sequence_number AS "sequenceNumber",
  event_index AS "eventIndex"`;

export const SELECT_ROW = `${SELECT_POSITION}, quarantine_id AS "quarantineId", reason_code AS "reasonCode", reason,
  quarantined_at::text AS "quarantinedAt"`;

export function positionArrays(positions: readonly QuarantinePosition[]): unknown[] {
  return [
    positions.map(({ streamName }) => streamName),
    positions.map(({ shardId }) => shardId),
    positions.map(({ sequenceNumber }) => sequenceNumber),
    positions.map(({ eventIndex }) => eventIndex),
  ];
}

/**
 * Locks the next rows of a selection until the transaction ends: some hundreds, or as many as fit in memory.
 *
 * @returns the rows in the order of their positions; none when there are no more.
 */
export async function lockRows(
  client: PoolClient,
  { selection, after, locked }: LockOptions,
): Promise<QuarantineRow[]> {
  const { condition, values } = selection;
  const next = values.length + 1;
  const behind =
    after === undefined
      ? ''
      : `AND (${POSITION_COLUMNS}) > ($${next}, $${next + 1}, $${next + 2}, $${next + 3}::integer)`;
  const found = await client.query<QuarantinePosition & { readonly bytes: number }>(
    `SELECT ${SELECT_POSITION}, octet_length(payload) AS bytes FROM quarantine
     WHERE (${condition}) ${behind}
     ORDER BY ${POSITION_COLUMNS} LIMIT ${ROWS_MAX} FOR UPDATE ${locked === 'skip' ? 'SKIP LOCKED' : ''}`,
    [
      ...values,
      ...(after === undefined ? [] : [after.streamName, after.shardId, after.sequenceNumber, after.eventIndex]),
    ],
  );
  const chosen = withinBytes(found.rows);
  if (chosen.length === 0) return [];
  const { rows } = await client.query<QuarantineRow>(
    `SELECT ${SELECT_ROW}, payload FROM quarantine JOIN ${POSITIONS_TABLE} USING (${POSITION_COLUMNS})
     ORDER BY ${POSITION_COLUMNS}`,
    positionArrays(chosen),
  );
  return rows;
}

/** Runs `work` in a transaction on one connection. */
export async function inTransaction<Result>(client: PoolClient, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  const result = await work();
  await client.query('COMMIT');
  return result;
}

export async function deleteRows(client: PoolClient, positions: readonly QuarantinePosition[]): Promise<void> {
  if (positions.length === 0) return;
  await client.query(
    `DELETE FROM quarantine USING ${POSITIONS_TABLE} WHERE ${samePosition('quarantine', 'chosen')}`,
    positionArrays(positions),
  );
}

/** Condition that two tables' rows have one position. */
export function samePosition(one: string, other: string): string {
  return POSITION_COLUMNS.split(', ')
    .map((column) => `${one}.${column} = ${other}.${column}`)
    .join(' AND ');
}

/** The first of some rows that fit together; one at the least. */
function withinBytes<Row extends { readonly bytes: number }>(rows: readonly Row[]): readonly Row[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += row.bytes;
    return bytes > PAYLOAD_BYTES_MAX && index > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
