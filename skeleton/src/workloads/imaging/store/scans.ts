import { lifeEventId, type Queryable } from './scan-events';

export type ScanState = 'received' | 'stored' | 'failed' | 'conflict';

/** What a file says of itself, as its inspection found it. */
export interface ScanSummary {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
}

/** A file that came whole and has the structure of DICOM Part 10. */
export interface ReceivedScan {
  /** Of the upload, where it came as one. */
  readonly scanId: string;
  readonly hospitalId: number;
  /** By which way it came: in parts, or as one request. */
  readonly source: 'tus' | 'stow';
  readonly sizeBytes: number;
  readonly sha256: Buffer;
  readonly summary: ScanSummary;
}

/**
 * Makes a file a scan, with the first event of its life, in the caller's transaction. From the commit on it is certain to be worked
 * on: whether it is queued at once or by the sweep.
 *
 * @throws what `pg` throws; a `data` error for a scan that is there already.
 */
export async function receiveScan(client: Queryable, scan: ReceivedScan): Promise<void> {
  const { scanId, hospitalId, summary } = scan;
  await client.query(
    `WITH received AS (
       INSERT INTO scan (scan_id, hospital_id, source, size_bytes, sha256, study_uid, series_uid, sop_instance_uid, sop_class_uid,
                         transfer_syntax_uid)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING scan_id, hospital_id
     )
     INSERT INTO scan_event (event_id, scan_id, hospital_id, step, attempt)
     SELECT $11, scan_id, hospital_id, 'received', 0 FROM received`,
    [
      scanId,
      hospitalId,
      scan.source,
      scan.sizeBytes,
      scan.sha256,
      summary.studyInstanceUid,
      summary.seriesInstanceUid,
      summary.sopInstanceUid,
      summary.sopClassUid,
      summary.transferSyntaxUid,
      lifeEventId({ scanId, step: 'received', attempt: 0 }),
    ],
  );
}
