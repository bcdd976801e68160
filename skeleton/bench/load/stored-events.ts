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

/** Over all events, those that waited for a killed processor's lease included. Needs `track_commit_timestamp`. */
export async function measureLoadLatency(client: Client): Promise<LoadLatency | undefined> {
  const { rows } = await client.query<{ quantiles: [number, number, number] | null }>(
    `WITH latency AS (
       SELECT max(extract(epoch FROM pg_xact_commit_timestamp(xmin) - observed_at)) * 1000 AS ms
         FROM vital_sign GROUP BY event_id
     )
     SELECT percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY ms) AS quantiles FROM latency`,
  );
  const quantiles = rows[0]?.quantiles;
  if (!quantiles) return undefined;
  const [p50Ms, p99Ms, maxMs] = quantiles;
  return { p50Ms, p99Ms, maxMs };
}
