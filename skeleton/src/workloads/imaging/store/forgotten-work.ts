import type { Queryable } from './scan-events';

/** What is under way, as the database knows it. */
export interface Backlog {
  /** Scans that are received and not settled. */
  readonly scansCount: number;
  /** How long the oldest of them has waited; 0 without one. */
  readonly oldestAgeMs: number;
  /** Events that have waited for a minute and more to be told. */
  readonly lateEventsCount: number;
}

/** A file in the folder of scans, by what its name says. */
export interface NamedFile {
  /** Of the upload or the scan. */
  readonly ownerId: string;
  /** Which of an upload's files it is; undefined for the first. */
  readonly copy: string | undefined;
  readonly isIncoming: boolean;
}

/** Finds what nobody works on though somebody should. All methods throw what `pg` throws. */
export class ForgottenWork {
  constructor(private readonly database: Queryable) {}

  /**
   * Scans that wait, in pages, those received first ahead.
   *
   * @param most on a page.
   */
  async *waiting(most = 500): AsyncGenerator<string[]> {
    let after: { readonly at: string; readonly scan_id: string } | undefined;
    for (;;) {
      const { rows } = await this.database.query<{ scan_id: string; at: string }>(
        // As text, since a Date has no microseconds.
        `SELECT scan_id, received_at::text AS at FROM scan
         WHERE state = 'received' AND ($1::timestamptz IS NULL OR (received_at, scan_id) > ($1, $2::uuid))
         ORDER BY received_at, scan_id LIMIT $3`,
        [after?.at ?? null, after?.scan_id ?? null, most],
      );
      if (rows.length > 0) yield rows.map(({ scan_id: scanId }) => scanId);
      if (rows.length < most) return;
      after = rows.at(-1);
    }
  }

  /** Ends uploads that nobody went on with in time. @returns how many. */
  async abandonExpired(): Promise<number> {
    const { rowCount } = await this.database.query(
      `UPDATE upload SET state = 'abandoned', reason_code = 'expired', finished_at = now()
       WHERE state = 'open' AND expires_at <= now()`,
    );
    return rowCount ?? 0;
  }

  /** Which of these files belong to nobody: no open upload writes to them, and no scan is to be made of them. */
  async unwanted<File extends NamedFile>(files: readonly File[]): Promise<File[]> {
    const { rows } = await this.database.query<{ position: string }>(
      `SELECT position FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) WITH ORDINALITY AS file (owner, copy, is_incoming, position)
       WHERE NOT EXISTS (
         SELECT FROM upload
         WHERE upload_id = owner AND state = 'open'
           AND (NOT is_incoming OR file.copy IS NOT DISTINCT FROM upload.copy OR file.copy = upload.writer)
       ) AND (is_incoming OR NOT EXISTS (SELECT FROM scan WHERE scan_id = owner AND removed_at IS NULL))`,
      [
        files.map(({ ownerId }) => ownerId),
        files.map(({ copy }) => copy ?? null),
        files.map(({ isIncoming }) => isIncoming),
      ],
    );
    return rows.flatMap(({ position }) => files[Number(position) - 1] ?? []);
  }

  async backlog(): Promise<Backlog> {
    const { rows } = await this.database.query<{ scans: string; age: string; events: string }>(
      `SELECT count(*) AS scans, coalesce(extract(epoch FROM now() - min(received_at)) * 1000, 0) AS age,
              (SELECT count(*) FROM scan_event WHERE published_at IS NULL AND at < now() - interval '1 minute') AS events
       FROM scan WHERE state = 'received'`,
    );
    const [row] = rows;
    return {
      scansCount: Number(row?.scans ?? 0),
      oldestAgeMs: Math.round(Number(row?.age ?? 0)),
      lateEventsCount: Number(row?.events ?? 0),
    };
  }
}
