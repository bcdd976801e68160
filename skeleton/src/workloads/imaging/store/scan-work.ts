import type { PoolClient } from 'pg';
import { changeWithSteps, type Queryable } from './scan-events';
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
  readonly open_attempts: number;
  readonly object_key: string | null;
}

/** What became of a scan. */
export interface Settlement {
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
    for (;;) {
      const { rows } = await this.pool.query<{ attempts: number; left_ms: number | null }>(
        `SELECT attempts, extract(epoch FROM not_before - clock_timestamp())::float8 * 1000 AS left_ms
         FROM scan WHERE scan_id = $1 AND state = 'received'`,
        [scanId],
      );
      const [waiting] = rows;
      if (waiting === undefined) return undefined;
      const leftMs = waiting.left_ms ?? 0;
      if (leftMs > 0) throw new ScanPostponed(Math.ceil(leftMs));
      const claimed = await this.claimAttempt(scanId, waiting.attempts + 1, silenceMs);
      // None where somebody else has taken it up since it was looked at.
      if (claimed !== undefined) return claimed;
    }
  }

  private async claimAttempt(scanId: string, attempt: number, silenceMs: number): Promise<ClaimedScan | undefined> {
    const { rows } = await this.pool.query<ScanRow>(
      changeWithSteps(
        {
          text: `UPDATE scan SET attempts = attempts + 1, open_attempts = open_attempts + 1,
                   not_before = CASE WHEN open_attempts > 0 THEN
                     clock_timestamp() + least($3 * 2 ^ open_attempts, $4) * (0.75 + random() / 4) * interval '1 millisecond' END
                 WHERE scan_id = $1 AND state = 'received' AND attempts = $2 - 1
                 RETURNING scan_id, hospital_id, size_bytes, sha256, sop_instance_uid, open_attempts, object_key`,
          values: [scanId, attempt, silenceMs, POSTPONED_MOST_MS],
        },
        'hospital_id, size_bytes, sha256, sop_instance_uid, open_attempts, object_key',
        // Whoever queued it may not have come to say so.
        [
          { scanId, step: 'queued', attempt: attempt - 1 },
          { scanId, step: 'started', attempt },
        ],
      ),
    );
    const [row] = rows;
    return (
      row && {
        scanId,
        hospitalId: row.hospital_id,
        sizeBytes: Number(row.size_bytes),
        sha256: row.sha256,
        sopInstanceUid: row.sop_instance_uid,
        attempt,
        openAttempts: row.open_attempts,
        objectKey: row.object_key,
      }
    );
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
    const { rows } = await this.pool.query<{ attempts: number }>(
      `SELECT attempts FROM scan WHERE scan_id = $1 AND state <> 'received' AND removed_at IS NULL`,
      [scanId],
    );
    const [scan] = rows;
    if (scan === undefined) return;
    const text = `UPDATE scan SET removed_at = now()
                  WHERE scan_id = $1 AND state <> 'received' AND removed_at IS NULL AND attempts = $2
                  RETURNING scan_id, hospital_id`;
    const { attempts } = scan;
    await this.pool.query(
      changeWithSteps({ text, values: [scanId, attempts] }, 'scan_id', [
        { scanId, step: 'removed', attempt: attempts },
      ]),
    );
  }
}

/** A scan that waits and is locked for the rest of the transaction. */
export interface LockedScan {
  readonly scanId: string;
  /** How often it was taken up. */
  readonly attempt: number;
}

/** @returns undefined when somebody else has settled it. */
export async function lockWaiting(client: Queryable, scanId: string): Promise<LockedScan | undefined> {
  const { rows } = await client.query<{ attempts: number }>(
    `SELECT attempts FROM scan WHERE scan_id = $1 AND state = 'received' FOR UPDATE`,
    [scanId],
  );
  return rows[0] && { scanId, attempt: rows[0].attempts };
}

/** Settles a scan, with the event that says so. */
export async function settle(
  client: Queryable,
  { scanId, attempt }: LockedScan,
  settlement: Settlement,
): Promise<void> {
  const { state, reasonCode, objectKey } = settlement;
  const text = `UPDATE scan SET state = $2, reason_code = $3, object_key = coalesce($4, object_key), settled_at = now(),
                  open_attempts = 0, not_before = NULL
                WHERE scan_id = $1 RETURNING scan_id, hospital_id`;
  // A conflict is stored: for a person to decide, and under a key of its own.
  const step = state === 'failed' ? 'failed' : 'stored';
  const values = [scanId, state, reasonCode ?? null, objectKey ?? null];
  await client.query(changeWithSteps({ text, values }, 'scan_id', [{ scanId, step, attempt, reasonCode }]));
}
