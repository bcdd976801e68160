import type { Log } from '../../runtime/log/log';
import type { Metrics } from '../../runtime/metrics/metrics';
import type { DatabasePool } from '../../runtime/postgres/pool';

export interface ReferencesReportOptions {
  readonly pool: Pick<DatabasePool, 'query'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Types of resource that the pipeline keeps: of others, nothing ever comes. */
  readonly resourceTypes: readonly string[];
}

/**
 * Counts references to what never came though it is of a type that is kept, of resources that were stored in the day up to an hour ago: what they refer to may come
 * later than they do, and mostly does within the hour. Says nothing while another processor counts.
 *
 * @throws what `pg` throws.
 */
export async function reportUnresolvedReferences({
  pool,
  log,
  metrics,
  resourceTypes,
}: ReferencesReportOptions): Promise<void> {
  const { rows } = await pool.query<{ count: number | null }>('SELECT count_unresolved_references($1) AS count', [
    resourceTypes,
  ]);
  const unresolvedCount = rows[0]?.count ?? null;
  if (unresolvedCount === null) return;
  log.event('references.counted', { unresolvedCount });
  metrics.observe('ReferencesUnresolvedCount', unresolvedCount);
}
