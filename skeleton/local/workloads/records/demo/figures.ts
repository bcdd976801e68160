import type { DatabaseFigures } from '../../../demo/figures';

/**
 * The 99th percentile of the time from a laboratory's value to its row, over those that were stored in the last `seconds`: of the
 * Observations that say when their system wrote them, by the index of what is current.
 */
export async function latencyP99Ms(figures: DatabaseFigures, seconds: number): Promise<number | undefined> {
  const rows = await figures.rows<{ p99: number | null }>(
    `SELECT percentile_cont(0.99) WITHIN GROUP (
              ORDER BY extract(epoch FROM version.last_updated - version.source_updated_at) * 1000) AS p99
       FROM resource
       JOIN resource_version AS version USING (resource_type, resource_id, version_id)
      WHERE resource.resource_type = 'Observation' AND resource.last_updated > now() - make_interval(secs => $1)
        AND version.source_updated_at IS NOT NULL`,
    [seconds],
  );
  return rows?.[0]?.p99 ?? undefined;
}

/** Every submission that is stored, counted one by one. */
export async function storedEventsCount(figures: DatabaseFigures): Promise<number | undefined> {
  const rows = await figures.rows<{ count: number }>(
    `SELECT count(*)::integer AS count
       FROM (SELECT event_id FROM resource_version UNION SELECT event_id FROM patient_merge) AS event`,
  );
  return rows?.[0]?.count;
}
