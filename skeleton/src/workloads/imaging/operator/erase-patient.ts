import { NOTHING_KNOWN } from './export-patient';
import { otherFilesOf } from './other-files';
import { auditedIds, OF_PATIENT, patientOf, patientValues } from './patient';
import type { ScanContext, ScanOperations } from './scan-operations';
import { auditedOperation, type Command } from '../../../runtime/operations/command';
import { keptUntil, refuseErasure } from '../../../runtime/operations/legal-retention';
import { patiently, throwIfStopped } from '../../../runtime/operations/patience';
import { counted } from '../../../runtime/operations/report';
import { objectKeys } from '../objects/object-keys';
import type { HospitalPatient } from '../query/audited-patient';
import { inTransaction } from '../store/scan-work';

/** Instances that a step removes: their objects first, so that no object is left without a row that names it. */
const STEP_MAX = 100;

interface Erased {
  erasedCount: number;
  filesCount: number;
}

/** The right of deletion (LGPD, art. 18, VI), as far as no law has the data kept (art. 16, I). */
export const PATIENT_ERASE: Command<ScanOperations> = {
  name: 'patient erase',
  summary: 'removes all that is stored about a patient, unless a law has it kept',
  required: ['operator', 'hospital', 'patient', 'because'],
  optional: ['issuer'],
  run: async (context) => {
    const patient = patientOf(context);
    const operation = auditedOperation('patient erase', context, {
      resourceType: 'Patient',
      patientIds: auditedIds(patient),
    });
    const counts: Erased = { erasedCount: 0, filesCount: 0 };
    await context.audit.during(operation, async () => {
      await refuseWhereKept(context, patient);
      try {
        await erase(context, patient, counts);
      } finally {
        const { erasedCount, filesCount } = counts;
        const text = `Erased: ${counted(erasedCount, 'instance')} with ${counted(filesCount, 'object')} in the bucket.`;
        context.report.tell('scans.erased', { erasedCount, filesCount }, text);
      }
      return { returnedCount: counts.erasedCount };
    });
    if (counts.erasedCount + counts.filesCount === 0) context.report.note(NOTHING_KNOWN);
    context.report.note(whatRemains(context.backupRetentionDays));
  },
};

function whatRemains(days: number | undefined): string {
  const backups =
    days === undefined
      ? 'What was deleted can be had back until the bucket forgets it.'
      : `Backups of the database, and what the bucket keeps of deleted objects, have it for ${days} days more.`;
  return `${backups} Who accessed the data stays on record. A file that comes from now on is stored as a new one.`;
}

async function refuseWhereKept({ pool, legalRetention, report }: ScanContext, patient: HospitalPatient): Promise<void> {
  if (legalRetention === undefined) return;
  const { rows } = await pool.query<{ youngest: Date | null }>(
    `SELECT max(stored_at) AS youngest FROM instance JOIN study USING (hospital_id, study_uid) WHERE ${OF_PATIENT}`,
    patientValues(patient),
  );
  const from = keptUntil([rows[0]?.youngest ?? null], legalRetention, new Date());
  if (from !== undefined) refuseErasure(from, legalRetention, report);
}

/** Step by step: one that was stopped leaves the rest for the same command again. */
async function erase(context: ScanContext, patient: HospitalPatient, counts: Erased): Promise<void> {
  // While there are instances and studies to tell whose they are.
  await patiently(context, async () => eraseOthers(context, patient, counts));
  for (let isDone = false; !isDone;) {
    throwIfStopped(context.signal);
    isDone = (await patiently(context, async () => eraseStep(context, patient, counts))) < STEP_MAX;
  }
  // Those that came meanwhile.
  await patiently(context, async () => eraseOthers(context, patient, counts));
  await patiently(context, async () => forget(context, patient));
}

/**
 * Files that are no instance. One that waits finds no name for itself any more, and fails as erased, its file with it. Failed files of a
 * study of which nothing was stored are nobody's yet.
 */
async function eraseOthers(
  { pool, workload, signal }: ScanContext,
  patient: HospitalPatient,
  counts: Erased,
): Promise<void> {
  const files = await otherFilesOf(pool, patient);
  for (const { objectKey } of files) {
    throwIfStopped(signal);
    if (objectKey === null) continue;
    await workload.objects.remove(objectKey);
    counts.filesCount += 1;
  }
  await inTransaction(pool, async (client) => {
    const scanIds = [files.map(({ scanId }) => scanId)];
    await client.query('DELETE FROM instance_conflict WHERE scan_id = ANY ($1::uuid[])', scanIds);
    await client.query(
      `UPDATE scan SET study_uid = NULL, series_uid = NULL, sop_instance_uid = NULL, object_key = NULL
       WHERE scan_id = ANY ($1::uuid[])`,
      scanIds,
    );
  });
}

interface Doomed {
  readonly instance_id: string;
  readonly sop_instance_uid: string;
  readonly sha256: Buffer;
}

/** @returns how many instances it removed. */
async function eraseStep({ pool, workload }: ScanContext, patient: HospitalPatient, counts: Erased): Promise<number> {
  const { hospitalId } = patient;
  const { rows } = await pool.query<Doomed>(
    `SELECT instance_id, sop_instance_uid, instance.sha256 FROM instance JOIN study USING (hospital_id, study_uid)
     WHERE ${OF_PATIENT} ORDER BY sop_instance_uid LIMIT ${STEP_MAX}`,
    patientValues(patient),
  );
  for (const { instance_id: instanceId, sha256 } of rows) {
    for (const key of Object.values(objectKeys({ hospitalId, instanceId, sha256 }))) {
      await workload.objects.remove(key);
      counts.filesCount += 1;
    }
  }
  await inTransaction(pool, async (client) => {
    const uids = rows.map(({ sop_instance_uid: uid }) => uid);
    await client.query('DELETE FROM instance WHERE hospital_id = $1 AND sop_instance_uid = ANY ($2)', [
      hospitalId,
      uids,
    ]);
    // By their bytes too: another file of the same id may be another patient's.
    await client.query(
      `UPDATE scan SET study_uid = NULL, series_uid = NULL, sop_instance_uid = NULL, object_key = NULL
       FROM unnest($2::text[], $3::bytea[]) AS erased (sop_instance_uid, sha256)
       WHERE scan.hospital_id = $1 AND scan.sop_instance_uid = erased.sop_instance_uid AND scan.sha256 = erased.sha256`,
      [hospitalId, uids, rows.map(({ sha256 }) => sha256)],
    );
  });
  counts.erasedCount += rows.length;
  return rows.length;
}

/** Removes what named the patient, once no instance does. A study to which a file came meanwhile stays, with its patient. */
async function forget({ pool }: ScanContext, patient: HospitalPatient): Promise<void> {
  await inTransaction(pool, async (client) => {
    const values = patientValues(patient);
    await client.query(
      `DELETE FROM series USING study
       WHERE series.hospital_id = study.hospital_id AND series.study_uid = study.study_uid AND ${OF_PATIENT}
         AND NOT EXISTS (SELECT FROM instance WHERE (hospital_id, series_uid) = (series.hospital_id, series.series_uid))`,
      values,
    );
    await client.query(
      `DELETE FROM study WHERE ${OF_PATIENT}
         AND NOT EXISTS (SELECT FROM series WHERE (hospital_id, study_uid) = (study.hospital_id, study.study_uid))`,
      values,
    );
    await client.query(
      `DELETE FROM patient WHERE (hospital_id, issuer, patient_id) = ($1, $2, $3)
         AND NOT EXISTS (SELECT FROM study WHERE ${OF_PATIENT})`,
      values,
    );
  });
}
