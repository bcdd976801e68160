import { type QuarantineRow, type QuarantineSelection, SELECT_ROW } from './quarantine-rows';
import type { Queryable } from '../http/queryable';

/** Events of one reason. */
export interface QuarantineReason {
  readonly reasonCode: string;
  readonly reason: string;
  readonly eventsCount: number;
  readonly payloadBytes: number;
  readonly oldestAt: Date;
  readonly newestAt: Date;
}

/** What lies in quarantine, by reason, the most frequent first. */
export async function quarantineReasons(database: Queryable): Promise<QuarantineReason[]> {
  const { rows } = await database.query<QuarantineReason>(`
    SELECT reason_code AS "reasonCode", min(reason) AS reason, count(*)::integer AS "eventsCount",
      sum(octet_length(payload))::double precision AS "payloadBytes",
      min(quarantined_at) AS "oldestAt", max(quarantined_at) AS "newestAt"
    FROM quarantine GROUP BY reason_code ORDER BY count(*) DESC, reason_code`);
  return rows;
}

/** A quarantined event without what it says. */
export type QuarantineEntry = Omit<QuarantineRow, 'payload'> & { readonly payloadBytes: number };

/** The oldest events of a selection. */
export async function quarantineEntries(
  database: Queryable,
  { condition, values }: QuarantineSelection,
  limit: number,
): Promise<QuarantineEntry[]> {
  const { rows } = await database.query<QuarantineEntry>(
    `SELECT ${SELECT_ROW}, octet_length(payload) AS "payloadBytes" FROM quarantine WHERE ${condition}
     ORDER BY quarantined_at, quarantine_id LIMIT ${limit}`,
    [...values],
  );
  return rows;
}

export async function countEvents(database: Queryable, { condition, values }: QuarantineSelection): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM quarantine WHERE ${condition}`,
    [...values],
  );
  return rows[0]?.count ?? 0;
}

/** Quarantined events of one id, with what they say: patient data. One, but for a collision of ids. */
export async function eventsById(database: Queryable, quarantineId: string): Promise<QuarantineRow[]> {
  const { rows } = await database.query<QuarantineRow>(
    `SELECT ${SELECT_ROW}, payload FROM quarantine WHERE quarantine_id = $1`,
    [quarantineId],
  );
  return rows;
}
