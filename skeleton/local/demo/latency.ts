import type { Client } from 'pg';

/**
 * The 99th percentile of the time from a reading at the bedside to its row, over readings of the last `seconds`.
 *
 * Reads heart rates only, which every reading of the ward has, by the table's one index: cheap however long the demo runs.
 *
 * @returns milliseconds; `undefined` when no such row is there or the database does not answer.
 */
export async function latencyP99Ms(
  client: Client,
  patientIds: readonly string[],
  seconds: number,
): Promise<number | undefined> {
  try {
    const result = await client.query<{ p99: number | null }>(
      `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM stored_at - observed_at) * 1000) AS p99
         FROM vital_sign
        WHERE patient_id = ANY ($1) AND code = '8867-4' AND observed_at > now() - make_interval(secs => $2)`,
      [patientIds, seconds],
    );
    return result.rows[0]?.p99 ?? undefined;
  } catch {
    return undefined;
  }
}
