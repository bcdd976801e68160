import type { StreamRecord } from '../../../runtime/kinesis/pack-lines';
import type { RecordWriter } from '../../../runtime/kinesis/record-writer';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { inTransaction } from '../store/scan-work';

interface EventRow {
  readonly event_id: string;
  readonly scan_id: string;
  readonly hospital_id: number;
  readonly step: string;
  readonly attempt: number;
  readonly reason_code: string | null;
  readonly at: Date;
  readonly sha256: Buffer;
  readonly size_bytes: string;
}

const EVENTS_MAX = 500;
/** One worker at a time. Any number that nothing else locks in this database. */
const LOCK_ID = 7_170_052;

/**
 * Tells the stream what was noted and not yet told, oldest first: at least once each, by the id by which a reader knows one that
 * comes twice. One worker does so at a time: a step that another one is about to tell must not be overtaken by the next.
 *
 * @returns how many were told; none while another worker is at it.
 * @throws what `pg` and the writer throw.
 */
export async function publishLifeEvents(pool: Pick<DatabasePool, 'use'>, writer: RecordWriter): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows: locks } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
      LOCK_ID,
    ]);
    if (locks[0]?.locked !== true) return 0;
    const { rows } = await client.query<EventRow>(
      `SELECT event_id, scan_id, scan_event.hospital_id, step, attempt, scan_event.reason_code, at, sha256, size_bytes
       FROM scan_event JOIN scan USING (scan_id)
       WHERE published_at IS NULL ORDER BY at, attempt LIMIT $1`,
      [EVENTS_MAX],
    );
    if (rows.length === 0) return 0;
    const records = new Map<StreamRecord, string>(rows.map((row) => [recordOf(row), row.event_id]));
    const taken = await writer.put([...records.keys()]);
    const eventIds = [...taken].map((record) => records.get(record));
    await client.query('UPDATE scan_event SET published_at = now() WHERE event_id = ANY ($1)', [eventIds]);
    return taken.size;
  });
}

/** One event as one line of JSON, under the scan's id: all steps of a scan are in one shard. No patient data is in it. */
function recordOf(row: EventRow): StreamRecord {
  const event = {
    eventId: row.event_id,
    scanId: row.scan_id,
    hospitalId: row.hospital_id,
    step: row.step,
    at: row.at.toISOString(),
    attempt: row.attempt,
    sha256: row.sha256.toString('hex'),
    sizeBytes: Number(row.size_bytes),
    ...(row.reason_code !== null && { reasonCode: row.reason_code }),
  };
  return { PartitionKey: row.scan_id, Data: Buffer.from(`${JSON.stringify(event)}\n`) };
}
