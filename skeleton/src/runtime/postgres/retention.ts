import type { DatabasePool } from './pool';

export interface RetentionDays {
  /** Of quarantined events: as long as what was stored. */
  readonly quarantine: number;
  /** Of records of accesses, and of what was dropped from the quarantine. */
  readonly audit: number;
}

/** Rows that were removed. */
export interface ExpiredCounts {
  readonly quarantinedCount: number;
  readonly accessesCount: number;
}

/** Rows a step removes: some dozen milliseconds, so that nobody waits for it. */
const ROWS_PER_STEP = 5_000;

/**
 * Removes what is past its retention from the tables of the runtime, by functions of the database that have the rights for
 * it. Any number of processors may do so at once.
 *
 * @param signal ends it between two steps: the rest is for the next time.
 * @throws what `pg` throws; SQLSTATE 22008 for a retention that the functions refuse.
 */
export async function expireRows(pool: DatabasePool, days: RetentionDays, signal: AbortSignal): Promise<ExpiredCounts> {
  const expireBy = async (name: 'expire_quarantine' | 'expire_access_audit', daysKept: number): Promise<number> => {
    let total = 0;
    for (let expired = ROWS_PER_STEP; expired >= ROWS_PER_STEP && !signal.aborted; total += expired) {
      const text = `SELECT ${name}($1, $2) AS expired`;
      const { rows } = await pool.query<{ expired: number }>(text, [daysKept, ROWS_PER_STEP]);
      expired = rows[0]?.expired ?? 0;
    }
    return total;
  };
  return {
    quarantinedCount: await expireBy('expire_quarantine', days.quarantine),
    accessesCount: await expireBy('expire_access_audit', days.audit),
  };
}
