import type { QueryConfig } from 'pg';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { uuidV5 } from '../../../runtime/uuid-v5';

/** Runs one statement: a pool, or a connection in a transaction. */
export type Queryable = Pick<DatabasePool, 'query'>;

/**
 * A step of a scan's life. `queued`: workers hear of it; for an attempt after the first, it is noted as that attempt starts.
 * `removed`: the file is no longer in the folder of scans.
 */
export type LifeStep = 'received' | 'queued' | 'started' | 'stored' | 'failed' | 'removed';

export interface LifeEvent {
  readonly scanId: string;
  readonly hospitalId: number;
  readonly step: LifeStep;
  /** How often a worker has taken the scan up, this time included. */
  readonly attempt: number;
  readonly reasonCode?: string | undefined;
}

/** Namespace of the events' ids, for this use alone. */
const EVENT_NAMESPACE = '0f6f6d2e-6f0b-4a4e-9c8b-6a3a1f0d7c11';

/** The id of an event: the same for the same step of the same attempt, however often it is taken. */
export function lifeEventId({ scanId, step, attempt }: Pick<LifeEvent, 'scanId' | 'step' | 'attempt'>): string {
  return uuidV5(EVENT_NAMESPACE, `${scanId}/${step}/${attempt}`);
}

/**
 * Notes a step, in the transaction that takes it: a worker tells it to the stream. One that was noted before stays as it was.
 *
 * @throws what `pg` throws.
 */
export async function recordStep(client: Queryable, event: LifeEvent): Promise<void> {
  await client.query(
    `INSERT INTO scan_event (event_id, scan_id, hospital_id, step, attempt, reason_code)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (event_id) DO NOTHING`,
    [lifeEventId(event), event.scanId, event.hospitalId, event.step, event.attempt, event.reasonCode ?? null],
  );
}

/**
 * A statement that changes one scan and notes steps of it: one way to the database where a transaction takes four.
 *
 * @param change a change of `scan` with RETURNING, whose values are the statement's first ones.
 * @param returned columns of the change that the statement answers, in a row if there was one to change.
 */
export function changeWithSteps(
  change: { readonly text: string; readonly values: readonly unknown[] },
  returned: string,
  steps: ReadonlyArray<Omit<LifeEvent, 'hospitalId'>>,
): QueryConfig {
  const next = change.values.length + 1;
  return {
    text: `WITH changed AS (${change.text}), noted AS (
      INSERT INTO scan_event (event_id, scan_id, hospital_id, step, attempt, reason_code)
      SELECT note.event_id, scan_id, hospital_id, note.step, note.attempt, note.reason_code
      FROM changed CROSS JOIN
        unnest($${next}::uuid[], $${next + 1}::text[], $${next + 2}::integer[], $${next + 3}::text[])
          AS note (event_id, step, attempt, reason_code)
      ON CONFLICT (event_id) DO NOTHING
    )
    SELECT ${returned} FROM changed`,
    values: [
      ...change.values,
      steps.map(lifeEventId),
      steps.map(({ step }) => step),
      steps.map(({ attempt }) => attempt),
      steps.map(({ reasonCode }) => reasonCode ?? null),
    ],
  };
}

/** A scan that waits to be worked on. */
export interface WaitingScan {
  readonly scanId: string;
  readonly hospitalId: number;
  /** How often a worker has taken it up. */
  readonly attempt: number;
}

/** @returns undefined for a scan that is settled, or is not there. @throws what `pg` throws. */
export async function findWaiting(database: Queryable, scanId: string): Promise<WaitingScan | undefined> {
  const { rows } = await database.query<{ hospital_id: number; attempts: number }>(
    `SELECT hospital_id, attempts FROM scan WHERE scan_id = $1 AND state = 'received'`,
    [scanId],
  );
  const [scan] = rows;
  return scan && { scanId, hospitalId: scan.hospital_id, attempt: scan.attempts };
}

/**
 * Notes that a scan was queued. Only of one that was never taken up: a worker that has taken it up meanwhile has noted this before its
 * own step, so that none comes after a later one.
 *
 * @param scan as it was before it was queued.
 * @throws what `pg` throws.
 */
export async function recordQueued(database: Queryable, scan: WaitingScan): Promise<void> {
  if (scan.attempt === 0) await recordStep(database, { ...scan, step: 'queued' });
}
