import type { QueryConfig } from 'pg';
import type { DatabasePool } from '../../../runtime/postgres/pool';

export type UploadState = 'open' | 'received' | 'refused' | 'abandoned';

/** A row of `upload`. */
export interface Upload {
  readonly uploadId: string;
  readonly hospitalId: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lengthBytes: number;
  /** Bytes that are stored for good, from the file's beginning. */
  readonly offsetBytes: number;
  readonly expectedSha256: Buffer | undefined;
  readonly state: UploadState;
  readonly reasonCode: string | undefined;
  readonly isExpired: boolean;
  /** Who writes at the moment, or did when its process ended. */
  readonly writer: string | undefined;
  /** See `incomingFileName`. */
  readonly copy: string | undefined;
}

interface UploadRow {
  readonly upload_id: string;
  readonly hospital_id: number;
  readonly created_at: Date;
  readonly expires_at: Date;
  /** `pg` gives 64-bit numbers as text. */
  readonly length_bytes: string;
  readonly offset_bytes: string;
  readonly expected_sha256: Buffer | null;
  readonly state: UploadState;
  readonly reason_code: string | null;
  readonly is_expired: boolean;
  readonly writer: string | null;
  readonly copy: string | null;
}

export interface NewUpload {
  readonly uploadId: string;
  readonly hospitalId: number;
  readonly lengthBytes: number;
  readonly expectedSha256: Buffer | undefined;
  readonly expiresInHours: number;
  /** Who writes its first part, which came with the request that creates it. */
  readonly writer: string | undefined;
}

/** A writer's claim of an upload's bytes from an offset on. */
export interface Claim {
  readonly uploadId: string;
  readonly writer: string;
  readonly offsetBytes: number;
}

/** A refusal, for the record. */
export interface Refusal {
  readonly uploadId: string;
  readonly hospitalId: number;
  readonly lengthBytes: number;
  readonly reasonCode: string;
}

const COLUMNS = `upload_id, hospital_id, created_at, expires_at, length_bytes, offset_bytes, expected_sha256, state, reason_code,
  state IN ('open', 'abandoned') AND expires_at <= now() AS is_expired, writer, copy`;

/** Runs one statement: a pool, or a connection in a transaction. */
type Queryable = Pick<DatabasePool, 'query'>;

/**
 * The table `upload`. Each change of an upload's bytes is fenced by its writer: it does nothing, and says so, when somebody else
 * has taken the upload over in the meantime. All methods throw what `pg` throws.
 */
export class UploadTable {
  constructor(private readonly database: Queryable) {}

  /** @throws also `data` errors, such as for an id that is there already. */
  async create(upload: NewUpload): Promise<Upload> {
    const { uploadId, hospitalId, lengthBytes, expectedSha256, expiresInHours, writer } = upload;
    const { rows } = await this.database.query<UploadRow>(
      `INSERT INTO upload
         (upload_id, hospital_id, created_at, expires_at, length_bytes, offset_bytes, expected_sha256, state, writer)
       VALUES ($1, $2, now(), now() + make_interval(hours => $3), $4, 0, $5, 'open', $6)
       RETURNING ${COLUMNS}`,
      [uploadId, hospitalId, expiresInHours, lengthBytes, expectedSha256 ?? null, writer ?? null],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('The database returned no row of an upload that it inserted.');
    return uploadOf(row);
  }

  /** A hospital's upload; one of another hospital is not found. */
  async find(uploadId: string, hospitalId: number): Promise<Upload | undefined> {
    const { rows } = await this.database.query<UploadRow>(
      `SELECT ${COLUMNS} FROM upload WHERE upload_id = $1 AND hospital_id = $2`,
      [uploadId, hospitalId],
    );
    return rows[0] && uploadOf(rows[0]);
  }

  /** Makes a writer the one whose bytes count, where nobody else is. @returns whether it did. */
  async claim({ uploadId, writer, offsetBytes }: Claim, copy: string | undefined): Promise<boolean> {
    return this.changes({
      text: `UPDATE upload SET writer = $2
             WHERE upload_id = $1 AND state = 'open' AND offset_bytes = $3 AND writer IS NULL
               AND copy IS NOT DISTINCT FROM $4`,
      values: [uploadId, writer, offsetBytes, copy ?? null],
    });
  }

  /** Makes a writer, with its copy of the committed bytes, the successor of one that did not finish. @returns whether it did. */
  async takeOver({ uploadId, writer, offsetBytes }: Claim, predecessor: string): Promise<boolean> {
    return this.changes({
      text: `UPDATE upload SET writer = $2, copy = $2
             WHERE upload_id = $1 AND state = 'open' AND offset_bytes = $3 AND writer = $4`,
      values: [uploadId, writer, offsetBytes, predecessor],
    });
  }

  /** Counts the writer's bytes and ends its claim. @returns false when they do not count any more. */
  async commit(uploadId: string, writer: string, offsetBytes: number): Promise<boolean> {
    return this.changes({
      text: `UPDATE upload SET offset_bytes = $3, writer = NULL WHERE upload_id = $1 AND state = 'open' AND writer = $2`,
      values: [uploadId, writer, offsetBytes],
    });
  }

  /** Ends an upload whose file is whole and right, in the transaction that makes it a scan. @returns false for an upload lost. */
  async receive(uploadId: string, writer: string): Promise<boolean> {
    return this.changes({
      text: `UPDATE upload SET state = 'received', offset_bytes = length_bytes, writer = NULL, finished_at = now()
             WHERE upload_id = $1 AND state = 'open' AND writer = $2`,
      values: [uploadId, writer],
    });
  }

  /** Ends an upload whose file is whole and wrong. @returns false for an upload lost. */
  async refuse(uploadId: string, writer: string, reasonCode: string): Promise<boolean> {
    return this.changes({
      text: `UPDATE upload
             SET state = 'refused', reason_code = $3, offset_bytes = length_bytes, writer = NULL, finished_at = now()
             WHERE upload_id = $1 AND state = 'open' AND writer = $2`,
      values: [uploadId, writer, reasonCode],
    });
  }

  /** Ends an upload at its sender's wish. @returns false when it has ended already. */
  async terminate(uploadId: string, reasonCode: string): Promise<boolean> {
    return this.changes({
      text: `UPDATE upload SET state = 'abandoned', reason_code = $2, writer = NULL, finished_at = now()
             WHERE upload_id = $1 AND state = 'open'`,
      values: [uploadId, reasonCode],
    });
  }

  /** Keeps the record of a file that came whole and was refused. */
  async recordRefusal({ uploadId, hospitalId, lengthBytes, reasonCode }: Refusal): Promise<void> {
    await this.database.query(
      `INSERT INTO upload (upload_id, hospital_id, created_at, expires_at, length_bytes, offset_bytes, state, reason_code, finished_at)
       VALUES ($1, $2, now(), now(), $3, $3, 'refused', $4, now())`,
      [uploadId, hospitalId, lengthBytes, reasonCode],
    );
  }

  private async changes(statement: QueryConfig): Promise<boolean> {
    const { rowCount } = await this.database.query(statement);
    return rowCount === 1;
  }
}

function uploadOf(row: UploadRow): Upload {
  return {
    uploadId: row.upload_id,
    hospitalId: row.hospital_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lengthBytes: Number(row.length_bytes),
    offsetBytes: Number(row.offset_bytes),
    expectedSha256: row.expected_sha256 ?? undefined,
    state: row.state,
    reasonCode: row.reason_code ?? undefined,
    isExpired: row.is_expired,
    writer: row.writer ?? undefined,
    copy: row.copy ?? undefined,
  };
}
