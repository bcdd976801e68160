import { OF_PATIENT, patientValues } from './patient';
import type { HospitalPatient } from '../query/audited-patient';
import type { Queryable } from '../store/scan-events';

/** A patient's file that is no instance: it waits, has failed, or differs from the instance of its id. */
export interface OtherFile {
  readonly scanId: string;
  readonly state: 'received' | 'failed' | 'conflict';
  readonly reasonCode: string | null;
  readonly receivedAt: Date;
  readonly sha256: Buffer;
  readonly sizeBytes: number;
  /** Null where it is not in the bucket. */
  readonly objectKey: string | null;
  /**
   * Whose it is by what is known: `study` where it names a study of the patient's; `instance` where nothing is stored of its study, and
   * its SOP Instance UID is that of an image of the patient's.
   */
  readonly knownBy: 'study' | 'instance';
}

interface OtherFileRow {
  readonly scan_id: string;
  readonly state: OtherFile['state'];
  readonly reason_code: string | null;
  readonly received_at: Date;
  readonly sha256: Buffer;
  /** `pg` gives 64-bit numbers as text. */
  readonly size_bytes: string;
  readonly object_key: string | null;
  readonly known_by: OtherFile['knownBy'];
}

/**
 * What a hospital sent of a patient besides what is stored. A file that names another patient's study is that patient's, be its SOP
 * Instance UID one of this patient's: scanners have given one to two images.
 *
 * @throws what `pg` throws.
 */
export async function otherFilesOf(database: Queryable, patient: HospitalPatient): Promise<OtherFile[]> {
  const { rows } = await database.query<OtherFileRow>(
    `SELECT scan_id, state, reason_code, received_at, scan.sha256, scan.size_bytes, object_key,
            CASE WHEN study.study_uid IS NULL THEN 'instance' ELSE 'study' END AS known_by
     FROM scan LEFT JOIN study ON (study.hospital_id, study.study_uid) = (scan.hospital_id, scan.study_uid)
     WHERE scan.hospital_id = $1 AND state IN ('received', 'failed', 'conflict')
       AND (${OF_PATIENT} OR study.study_uid IS NULL AND EXISTS (
         SELECT FROM instance AS known JOIN study USING (hospital_id, study_uid)
         WHERE (known.hospital_id, known.sop_instance_uid) = (scan.hospital_id, scan.sop_instance_uid) AND ${OF_PATIENT}))
     ORDER BY received_at, scan_id`,
    patientValues(patient),
  );
  return rows.map((row) => ({
    scanId: row.scan_id,
    state: row.state,
    reasonCode: row.reason_code,
    receivedAt: row.received_at,
    sha256: row.sha256,
    sizeBytes: Number(row.size_bytes),
    objectKey: row.object_key,
    knownBy: row.known_by,
  }));
}
