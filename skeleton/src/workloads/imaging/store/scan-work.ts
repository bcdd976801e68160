import type { PoolClient } from 'pg';
import { type Queryable, recordStep } from './scan-events';
import type { ScanState } from './scans';
import type { DatabasePool } from '../../../runtime/postgres/pool';

/** A scan that a worker has taken up. */
export interface ClaimedScan {
  readonly scanId: string;
  readonly hospitalId: number;
  readonly sizeBytes: number;
  readonly sha256: Buffer;
  /** Null once the patient was erased. */
  readonly sopInstanceUid: string | null;
  /** How often it was taken up, this time included. */
  readonly attempt: number;
  /** How often it was taken up without a word afterwards, this time included. */
  readonly openAttempts: number;
  /** Where the file is in S3, when it was settled before. */
  readonly objectKey: string | null;
}

interface ScanRow {
  readonly hospital_id: number;
  /** `pg` gives 64-bit numbers as text. */
  readonly size_bytes: string;
  readonly sha256: Buffer;
  readonly sop_instance_uid: string | null;
  readonly attempts: number;
  readonly open_attempts: number;
  readonly object_key: string | null;
}

/** What became of a scan. */
export interface Settlement {
  readonly scanId: string;
  readonly state: Exclude<ScanState, 'received'>;
  readonly reasonCode?: string;
  /** Where the file is in S3; absent when it could not be put there. */
  readonly objectKey?: string;
}

/** A scan is not to be taken up yet. */
export class ScanPostponed extends Error {
  override readonly name = 'ScanPostponed';

  constructor(
    /** Time from now on. */
    readonly leftMs: number,
  ) {
    super('A scan whose workers were lost waits before it is taken up again.');
  }
}

/** Longest time that a scan waits between attempts of which nothing was heard. */
const POSTPONED_MOST_MS = 10 * 60_000;

/** Runs statements in one transaction, which ends with what `work` returns or throws. */
export async function inTransaction<Result>(
  pool: Pick<DatabasePool, 'use'>,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return pool.use(async (client) => {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/**
 * The scans that workers work on. A scan may be worked on twice at the same time, when a worker is slow and taken for dead: whoever
 * settles it first has settled it. All methods throw what `pg` throws.
 */
export class ScanWork {
  constructor(private readonly pool: Pick<DatabasePool, 'query' | 'use'>) {}

  /**
   * Takes a scan up. One that two workers in a row were lost with waits from then on, twice as long after each: it may be what ends
   * them, and those that it was worked on beside are to come through without it.
   *
   * @param silenceMs time after which a worker that is not heard of is taken for lost.
   * @returns undefined for one that is settled, or is not there.
   * @throws ScanPostponed for one that waits.
   */
  async claim(scanId: string, silenceMs: number): Promise<ClaimedScan | undefined> {
    return inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<ScanRow>(
        `UPDATE scan SET attempts = attempts + 1, open_attempts = open_attempts + 1,
           not_before = CASE WHEN open_attempts > 0 THEN
             clock_timestamp() + least($2 * 2 ^ open_attempts, $3) * (0.75 + random() / 4) * interval '1 millisecond' END
         WHERE scan_id = $1 AND state = 'received' AND (not_before IS NULL OR not_before <= clock_timestamp())
         RETURNING hospital_id, size_bytes, sha256, sop_instance_uid, attempts, open_attempts, object_key`,
        [scanId, silenceMs, POSTPONED_MOST_MS],
      );
      const [row] = rows;
      if (row === undefined) return this.checkPostponed(client, scanId);
      const { hospital_id: hospitalId, attempts: attempt } = row;
      // Whoever queued it may not have come to say so.
      await recordStep(client, { scanId, hospitalId, step: 'queued', attempt: attempt - 1 });
      await recordStep(client, { scanId, hospitalId, step: 'started', attempt });
      return {
        scanId,
        hospitalId,
        sizeBytes: Number(row.size_bytes),
        sha256: row.sha256,
        sopInstanceUid: row.sop_instance_uid,
        attempt,
        openAttempts: row.open_attempts,
        objectKey: row.object_key,
      };
    });
  }

  private async checkPostponed(client: Queryable, scanId: string): Promise<undefined> {
    const { rows } = await client.query<{ left_ms: number }>(
      `SELECT extract(epoch FROM not_before - clock_timestamp())::float8 * 1000 AS left_ms
       FROM scan WHERE scan_id = $1 AND state = 'received' AND not_before > clock_timestamp()`,
      [scanId],
    );
    if (rows[0] !== undefined) throw new ScanPostponed(Math.ceil(rows[0].left_ms));
  }

  /** Notes that an attempt ended, though nothing came of it. */
  async giveBack(scanId: string): Promise<void> {
    await this.pool.query(
      `UPDATE scan SET open_attempts = greatest(open_attempts - 1, 0), not_before = NULL
       WHERE scan_id = $1 AND state = 'received'`,
      [scanId],
    );
  }

  /** Scans that are settled and still have a file in the folder, those settled long ago first. */
  async withFile(most: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ scan_id: string }>(
      `SELECT scan_id FROM scan WHERE state <> 'received' AND removed_at IS NULL ORDER BY settled_at LIMIT $1`,
      [most],
    );
    return rows.map(({ scan_id: scanId }) => scanId);
  }

  /** Notes that a settled scan's file is gone from the folder. */
  async removed(scanId: string): Promise<void> {
    await inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<{ hospital_id: number; attempts: number }>(
        `UPDATE scan SET removed_at = now() WHERE scan_id = $1 AND state <> 'received' AND removed_at IS NULL
         RETURNING hospital_id, attempts`,
        [scanId],
      );
      const [row] = rows;
      if (row === undefined) return;
      await recordStep(client, { scanId, hospitalId: row.hospital_id, step: 'removed', attempt: row.attempts });
    });
  }
}

/**
 * Locks a scan for the rest of the transaction.
 *
 * @returns false when somebody else has settled it.
 */
export async function lockWaiting(client: Queryable, scanId: string): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT FROM scan WHERE scan_id = $1 AND state = 'received' FOR UPDATE`, [
    scanId,
  ]);
  return rowCount === 1;
}

/** Settles a scan that is locked, with the event that says so. */
export async function settle(client: Queryable, settlement: Settlement): Promise<void> {
  const { scanId, state, reasonCode, objectKey } = settlement;
  const { rows } = await client.query<{ hospital_id: number; attempts: number }>(
    `UPDATE scan SET state = $2, reason_code = $3, object_key = coalesce($4, object_key), settled_at = now(), open_attempts = 0,
       not_before = NULL
     WHERE scan_id = $1 RETURNING hospital_id, attempts`,
    [scanId, state, reasonCode ?? null, objectKey ?? null],
  );
  const [row] = rows;
  if (row === undefined) return;
  // A conflict is stored: for a person to decide, and under a key of its own.
  const step = state === 'failed' ? 'failed' : 'stored';
  await recordStep(client, { scanId, hospitalId: row.hospital_id, step, attempt: row.attempts, reasonCode });
}
