import type { Client } from 'pg';
import type { LoadLatency } from './report';

/** What the database holds of a load run. */
export interface StoredEvents {
  readonly storedCount: number;
  readonly storedRowsCount: number;
  readonly quarantinedCount: number;
}

/** Ids looked for in one statement. */
const IDS_MAX = 50_000;

export async function countStored(client: Client): Promise<StoredEvents> {
  const { rows } = await client.query<{ events: number; rows: number; quarantined: number }>(
    `SELECT count(DISTINCT event_id)::integer AS events, count(*)::integer AS rows,
       (SELECT count(*)::integer FROM quarantine) AS quarantined
     FROM vital_sign`,
  );
  const [counts] = rows;
  return {
    storedCount: counts?.events ?? 0,
    storedRowsCount: counts?.rows ?? 0,
    quarantinedCount: counts?.quarantined ?? 0,
  };
}

/** How many of the events that were sent are not there, looked for by their ids. */
export async function countMissing(client: Client, eventIds: readonly string[]): Promise<number> {
  await client.query('CREATE TEMPORARY TABLE stored_event AS SELECT DISTINCT event_id FROM vital_sign');
  await client.query('CREATE INDEX ON stored_event (event_id)');
  await client.query('ANALYZE stored_event');
  let missing = 0;
  for (let start = 0; start < eventIds.length; start += IDS_MAX) {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM unnest($1::uuid[]) AS sent (event_id)
       WHERE NOT EXISTS (SELECT FROM stored_event WHERE stored_event.event_id = sent.event_id)`,
      [eventIds.slice(start, start + IDS_MAX)],
    );
    missing += rows[0]?.count ?? 0;
  }
  await client.query('DROP TABLE stored_event');
  return missing;
}

/** The events that the stream has taken, and when each was: milliseconds since 1970, in the order of the ids. */
export interface TakenEvents {
  readonly eventIds: readonly string[];
  readonly takenAtMs: readonly number[];
}

/** Over all events, those that waited for a killed processor's lease included. Needs `track_commit_timestamp`. */
export async function measureLoadLatency(
  client: Client,
  { eventIds, takenAtMs }: TakenEvents,
): Promise<LoadLatency | undefined> {
  await client.query('CREATE TEMPORARY TABLE taken_event (event_id uuid, taken_at timestamptz)');
  for (let start = 0; start < eventIds.length; start += IDS_MAX) {
    await client.query(
      `INSERT INTO taken_event SELECT event_id, to_timestamp(ms / 1000)
       FROM unnest($1::uuid[], $2::float8[]) AS taken (event_id, ms)`,
      [eventIds.slice(start, start + IDS_MAX), takenAtMs.slice(start, start + IDS_MAX)],
    );
  }
  const { rows } = await client.query<{ quantiles: [number, number, number] | null; since_taken: [number, number] }>(
    `WITH stored AS (
       SELECT event_id, min(observed_at) AS observed_at, max(pg_xact_commit_timestamp(xmin)) AS committed_at
         FROM vital_sign GROUP BY event_id
     ), latency AS (
       SELECT extract(epoch FROM committed_at - observed_at) * 1000 AS ms,
              extract(epoch FROM committed_at - taken_at) * 1000 AS since_taken_ms
         FROM stored JOIN taken_event USING (event_id)
     )
     SELECT percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY ms) AS quantiles,
            percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY since_taken_ms) AS since_taken
       FROM latency`,
  );
  await client.query('DROP TABLE taken_event');
  const [row] = rows;
  if (!row?.quantiles) return undefined;
  const [p50Ms, p99Ms, maxMs] = row.quantiles;
  const [sinceTakenP50Ms, sinceTakenP99Ms] = row.since_taken;
  return { p50Ms, p99Ms, maxMs, sinceTakenP50Ms, sinceTakenP99Ms };
}
