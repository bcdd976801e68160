import type { DatabaseFigures } from '../../../demo/figures';

/**
 * The 99th percentile of the time from a reading at the bedside to its row, over readings of the last `seconds`.
 *
 * Reads heart rates only, which every reading of the ward has, by the table's one index: cheap however long it runs.
 */
export async function latencyP99Ms(
  figures: DatabaseFigures,
  patientIds: readonly string[],
  seconds: number,
): Promise<number | undefined> {
  const rows = await figures.rows<{ p99: number | null }>(
    `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM stored_at - observed_at) * 1000) AS p99
       FROM vital_sign
      WHERE patient_id = ANY ($1) AND code = '8867-4' AND observed_at > now() - make_interval(secs => $2)`,
    [patientIds, seconds],
  );
  return rows?.[0]?.p99 ?? undefined;
}

/** Every event that is stored, counted one by one. */
export async function storedEventsCount(figures: DatabaseFigures): Promise<number | undefined> {
  const rows = await figures.rows<{ count: number }>(
    'SELECT count(DISTINCT event_id)::integer AS count FROM vital_sign',
  );
  return rows?.[0]?.count;
}
