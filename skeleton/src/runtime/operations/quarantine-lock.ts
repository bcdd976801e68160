const KEY = `hashtextextended('operations on the quarantine', 0)`;

/**
 * Held by a step of a replay until its transaction ends; any number at once. An erasure waits for it and keeps it out, so
 * that no event of the patient is on its way from the quarantine to the table while both are searched.
 */
export const SHARE_QUARANTINE_SQL = `SELECT pg_advisory_xact_lock_shared(${KEY})`;

/** Held by an erasure for as long as its connection is: one at a time, and no replay beside it. */
export const HOLD_QUARANTINE_SQL = `SELECT pg_advisory_lock(${KEY})`;
export const RELEASE_QUARANTINE_SQL = `SELECT pg_advisory_unlock(${KEY})`;
