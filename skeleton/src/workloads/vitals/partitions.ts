import { DatabasePool } from '../../runtime/postgres/pool';

const DAY_MS = 86_400_000;

/** Days that are made ahead: a processor that is down for less finds its partitions when it comes back. */
export const PARTITION_DAYS_AHEAD = 7;
/** Days that a partition outlives the retention, so that none goes while an event of its day is on its way. */
const PARTITION_DAYS_MARGIN = 2;

/** Day of a time, counted in whole days since 1970, in UTC. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** A day as SQL writes it. */
function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The daily partitions of `vital_sign`. They are made and dropped by functions of the database that have the rights for
 * it; any number of processors may call them at once.
 */
export class VitalSignPartitions {
  private known = new Set<number>();

  constructor(
    private readonly pool: DatabasePool,
    private readonly retentionDays: number,
  ) {}

  /**
   * Makes the partitions of some days, unless this process knows that they are there.
   *
   * @throws what `pg` throws; SQLSTATE 22008 for a day outside of every retention.
   */
  async ensure(days: Iterable<number>, { recheck }: { readonly recheck: boolean }): Promise<void> {
    const missing = [...new Set(days)].filter((day) => recheck || !this.known.has(day));
    if (missing.length === 0) return;
    // One statement a day, so that a lock is held as short as can be.
    for (const day of missing) {
      await this.pool.query('SELECT ensure_vital_sign_partition($1::date)', [dateOf(day)]);
      this.known.add(day);
    }
  }

  /**
   * Makes the days ahead and drops those that are past the retention.
   *
   * @returns how many were dropped. @throws what `pg` throws.
   */
  async maintain(now: Date): Promise<number> {
    const today = dayOf(now.getTime());
    const days = Array.from({ length: PARTITION_DAYS_AHEAD + 2 }, (_, index) => today - 1 + index);
    await this.ensure(days, { recheck: true });
    const firstKept = today - this.retentionDays - PARTITION_DAYS_MARGIN;
    const { rows } = await this.pool.query<{ dropped: number }>(
      'SELECT drop_vital_sign_partitions($1::date) AS dropped',
      [dateOf(firstKept)],
    );
    this.known = new Set([...this.known].filter((day) => day >= firstKept));
    return rows[0]?.dropped ?? 0;
  }
}
