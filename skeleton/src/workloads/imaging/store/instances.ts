import type { Queryable } from './scan-events';

/** A patient as a file tells of one. Without an issuer or an id, '' stands for it. */
export interface PatientRow {
  readonly issuer: string;
  readonly patientId: string;
  readonly name: string | undefined;
  readonly nameSearch: string | undefined;
  readonly birthDate: string | undefined;
  readonly sex: string | undefined;
}

export interface StudyRow {
  readonly studyUid: string;
  /** YYYYMMDD. */
  readonly date: string | undefined;
  readonly time: string | undefined;
  readonly accessionNumber: string | undefined;
  readonly studyId: string | undefined;
  readonly description: string | undefined;
  readonly referringPhysician: string | undefined;
}

export interface SeriesRow {
  readonly seriesUid: string;
  readonly modality: string | undefined;
  readonly number: number | undefined;
  readonly description: string | undefined;
  readonly bodyPart: string | undefined;
}

export interface InstanceRow {
  readonly sopInstanceUid: string;
  readonly instanceId: string;
  readonly scanId: string;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly number: number | undefined;
  readonly rows: number | undefined;
  readonly columns: number | undefined;
  readonly frames: number | undefined;
  readonly sha256: Buffer;
  readonly sizeBytes: number;
  /** DICOM JSON, without bulk data. */
  readonly metadata: object;
  /** `stored`, or the reason why there is none. */
  readonly preview: string;
  readonly deidentified: string;
  readonly burnedIn: 'no' | 'yes' | 'unknown';
}

export interface StoredFile {
  readonly hospitalId: number;
  readonly patient: PatientRow;
  readonly study: StudyRow;
  readonly series: SeriesRow;
  readonly instance: InstanceRow;
}

/**
 * The file that an instance is known by.
 *
 * @returns its SHA-256; undefined where the instance is not known.
 * @throws what `pg` throws.
 */
export async function findInstance(
  database: Queryable,
  hospitalId: number,
  sopInstanceUid: string,
): Promise<Buffer | undefined> {
  const { rows } = await database.query<{ sha256: Buffer }>(
    'SELECT sha256 FROM instance WHERE hospital_id = $1 AND sop_instance_uid = $2',
    [hospitalId, sopInstanceUid],
  );
  return rows[0]?.sha256;
}

/**
 * Stores what a file says, in the caller's transaction, unless its instance is there already: then nothing is changed. Of patient,
 * study and series, the newest file's words count, and what it leaves out stays. Locks are taken in the same order always, so that
 * files that are stored at once wait for each other, and never in a circle.
 *
 * @returns the SHA-256 of the file that the instance was known by before; undefined when it was new.
 * @throws what `pg` throws.
 */
export async function storeInstance(client: Queryable, file: StoredFile): Promise<Buffer | undefined> {
  const { hospitalId, patient, study, series, instance } = file;
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`instance ${instance.instanceId}`]);
  const known = await findInstance(client, hospitalId, instance.sopInstanceUid);
  if (known !== undefined) return known;
  await client.query(
    `INSERT INTO patient AS known (hospital_id, issuer, patient_id, name, name_search, birth_date, sex)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (hospital_id, issuer, patient_id) DO UPDATE
     SET name = coalesce(excluded.name, known.name), name_search = coalesce(excluded.name_search, known.name_search),
         birth_date = coalesce(excluded.birth_date, known.birth_date), sex = coalesce(excluded.sex, known.sex)
     WHERE (known.name, known.name_search, known.birth_date, known.sex) IS DISTINCT FROM
           (coalesce(excluded.name, known.name), coalesce(excluded.name_search, known.name_search),
            coalesce(excluded.birth_date, known.birth_date), coalesce(excluded.sex, known.sex))`,
    values(
      hospitalId,
      patient.issuer,
      patient.patientId,
      patient.name,
      patient.nameSearch,
      patient.birthDate,
      patient.sex,
    ),
  );
  await client.query(
    `INSERT INTO study AS known (hospital_id, study_uid, issuer, patient_id, study_date, study_time, accession_number, study_id,
                                 description, referring_physician)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (hospital_id, study_uid) DO UPDATE
     SET study_date = coalesce(excluded.study_date, known.study_date), study_time = coalesce(excluded.study_time, known.study_time),
         accession_number = coalesce(excluded.accession_number, known.accession_number),
         study_id = coalesce(excluded.study_id, known.study_id), description = coalesce(excluded.description, known.description),
         referring_physician = coalesce(excluded.referring_physician, known.referring_physician)
     WHERE (known.study_date, known.study_time, known.accession_number, known.study_id, known.description, known.referring_physician)
           IS DISTINCT FROM
           (coalesce(excluded.study_date, known.study_date), coalesce(excluded.study_time, known.study_time),
            coalesce(excluded.accession_number, known.accession_number), coalesce(excluded.study_id, known.study_id),
            coalesce(excluded.description, known.description),
            coalesce(excluded.referring_physician, known.referring_physician))`,
    values(
      hospitalId,
      study.studyUid,
      patient.issuer,
      patient.patientId,
      study.date,
      study.time,
      study.accessionNumber,
      study.studyId,
      study.description,
      study.referringPhysician,
    ),
  );
  await client.query(
    `INSERT INTO series AS known (hospital_id, series_uid, study_uid, modality, series_number, description, body_part)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (hospital_id, series_uid) DO UPDATE
     SET modality = coalesce(excluded.modality, known.modality),
         series_number = coalesce(excluded.series_number, known.series_number),
         description = coalesce(excluded.description, known.description),
         body_part = coalesce(excluded.body_part, known.body_part)
     WHERE (known.modality, known.series_number, known.description, known.body_part) IS DISTINCT FROM
           (coalesce(excluded.modality, known.modality), coalesce(excluded.series_number, known.series_number),
            coalesce(excluded.description, known.description), coalesce(excluded.body_part, known.body_part))`,
    values(
      hospitalId,
      series.seriesUid,
      study.studyUid,
      series.modality,
      series.number,
      series.description,
      series.bodyPart,
    ),
  );
  await client.query(
    `INSERT INTO instance (hospital_id, sop_instance_uid, series_uid, study_uid, instance_id, scan_id, sop_class_uid,
                           transfer_syntax_uid, instance_number, rows, columns, frames, sha256, size_bytes, metadata, preview,
                           deidentified, burned_in)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    values(
      hospitalId,
      instance.sopInstanceUid,
      series.seriesUid,
      study.studyUid,
      instance.instanceId,
      instance.scanId,
      instance.sopClassUid,
      instance.transferSyntaxUid,
      instance.number,
      instance.rows,
      instance.columns,
      instance.frames,
      instance.sha256,
      instance.sizeBytes,
      JSON.stringify(instance.metadata),
      instance.preview,
      instance.deidentified,
      instance.burnedIn,
    ),
  );
  return undefined;
}

export interface InstanceConflict {
  readonly scanId: string;
  readonly hospitalId: number;
  readonly sopInstanceUid: string;
  readonly sha256: Buffer;
  readonly sizeBytes: number;
  readonly objectKey: string;
}

/** Keeps a file that differs from the one that its instance is known by, for a person to decide. @throws what `pg` throws. */
export async function recordConflict(client: Queryable, conflict: InstanceConflict): Promise<void> {
  const { scanId, hospitalId, sopInstanceUid, sha256, sizeBytes, objectKey } = conflict;
  await client.query(
    `INSERT INTO instance_conflict (scan_id, hospital_id, sop_instance_uid, sha256, size_bytes, object_key)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scan_id) DO NOTHING`,
    [scanId, hospitalId, sopInstanceUid, sha256, sizeBytes, objectKey],
  );
}

/** What is not known is null in the database. */
function values(...given: ReadonlyArray<string | number | Buffer | undefined>): unknown[] {
  return given.map((value) => value ?? null);
}
