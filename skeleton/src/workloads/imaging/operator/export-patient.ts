import type { PoolClient } from 'pg';
import { copyFiles, type ExportedFile, fileOfOther, filesOfInstance, withSinks } from './export-files';
import { otherFilesOf } from './other-files';
import { auditedIds, OF_PATIENT, patientOf, patientValues } from './patient';
import type { ScanContext, ScanOperations } from './scan-operations';
import { auditedOperation, type Command } from '../../../runtime/operations/command';
import { throwIfStopped } from '../../../runtime/operations/patience';
import { accessesOf } from '../../../runtime/operations/patient-accesses';
import { counted } from '../../../runtime/operations/report';
import { JsonLines, withSink } from '../../../runtime/operations/sink';
import { inSnapshot, streamRows } from '../../../runtime/operations/snapshot';
import { objectKeys } from '../objects/object-keys';
import type { HospitalPatient } from '../query/audited-patient';

interface InstanceRow {
  readonly instance_id: string;
  readonly sha256: Buffer;
  readonly size_bytes: string;
  readonly received_at: Date;
  readonly stored_at: Date;
  readonly preview: string;
  readonly deidentified: string;
  readonly burned_in: string;
  readonly metadata: object;
}

/**
 * The right of access (LGPD, art. 18, II): what is stored, why it may be, who saw it, and the files themselves. The lines come to be
 * last, so that where they are, all is.
 */
export const PATIENT_EXPORT: Command<ScanOperations> = {
  name: 'patient export',
  summary: 'writes all that is stored about a patient, images too, and who accessed it, to files or the bucket',
  required: ['operator', 'hospital', 'patient'],
  optional: ['issuer', 'output'],
  run: async (context) => {
    const patient = patientOf(context);
    const operation = auditedOperation('patient export', context, {
      resourceType: 'Patient',
      patientIds: auditedIds(patient),
    });
    await context.audit.during(operation, async () => ({ returnedCount: await exportPatient(context, patient) }));
  },
};

export const NOTHING_KNOWN =
  'Nothing was stored about the patient: compare the id, the issuer, and the number of the hospital.';
const FILES_MISSING =
  'The bucket does not have all files that the lines name, as after an erasure that broke off: erase again, or look into its log.';
const FILES_DOUBTFUL =
  'Files that failed or are in conflict have the ids of these images and name a study that is not stored. They may be another ' +
  "patient's, and are not in the export: see scans list and conflicts list.";

/** @returns how many instances there were. */
async function exportPatient(context: ScanContext, patient: HospitalPatient): Promise<number> {
  const { pool, report } = context;
  return withSinks(context, async (openSink) => {
    const sink = await openSink({ folder: 'patient', suffix: '.ndjson', contentType: 'application/x-ndjson' });
    const { filesCount, ...written } = await withSink(sink, async () => {
      const lines = new JsonLines(sink);
      const all = await inSnapshot(pool, async (client) => writeAll(client, { context, patient, lines }));
      await lines.flush();
      return { ...all, filesCount: await copyFiles(context, openSink, all.files) };
    });
    const { resourcesCount, accessesCount, files, doubtfulCount } = written;
    report.tell(
      'scans.exported',
      { resourcesCount, filesCount, accessesCount, place: sink.place },
      `Written to ${sink.place}: ${counted(resourcesCount, 'instance')} with ${counted(filesCount, 'file')} beside, ` +
        `${counted(accessesCount, 'access', 'accesses')}. It is patient data.`,
    );
    if (resourcesCount + files.length === 0) report.note(NOTHING_KNOWN);
    if (filesCount < files.length) report.note(FILES_MISSING);
    if (doubtfulCount > 0) report.note(FILES_DOUBTFUL);
    return resourcesCount;
  });
}

interface Writing {
  readonly context: ScanContext;
  readonly patient: HospitalPatient;
  readonly lines: JsonLines;
}

interface Written {
  readonly files: readonly ExportedFile[];
  readonly resourcesCount: number;
  readonly accessesCount: number;
  /** Files of which it is not known for sure that they are the patient's. */
  readonly doubtfulCount: number;
}

async function writeAll(client: PoolClient, { context, patient, lines }: Writing): Promise<Written> {
  const { workload, observer, signal } = context;
  const { rows } = await client.query<Record<string, unknown>>(
    'SELECT * FROM patient WHERE hospital_id = $1 AND issuer = $2 AND patient_id = $3',
    patientValues(patient),
  );
  await lines.write(
    JSON.stringify({ kind: 'patient', processingBasis: workload.processingBasis ?? null, ...(rows[0] ?? patient) }),
  );
  const files: ExportedFile[] = [];
  let resourcesCount = 0;
  const instances = streamRows<InstanceRow & Record<string, unknown>>(
    client,
    `SELECT instance_id, instance.sha256, instance.size_bytes, received_at, stored_at, preview, deidentified, burned_in, metadata
     FROM instance JOIN study USING (hospital_id, study_uid) JOIN scan USING (scan_id)
     WHERE ${OF_PATIENT} ORDER BY stored_at`,
    patientValues(patient),
  );
  for await (const { sha256, size_bytes: sizeBytes, ...row } of instances) {
    throwIfStopped(signal);
    const keys = objectKeys({ hospitalId: patient.hospitalId, instanceId: row.instance_id, sha256 });
    const own = filesOfInstance(keys, row);
    const names = Object.fromEntries(Object.entries(own).map(([name, { part }]) => [name, part]));
    await lines.write(
      JSON.stringify({
        kind: 'instance',
        ...names,
        sha256: sha256.toString('hex'),
        sizeBytes: Number(sizeBytes),
        ...row,
      }),
    );
    files.push(...Object.values(own));
    resourcesCount += 1;
  }
  const others = await writeOthers(client, { context, patient, lines }, new Set(files.map(({ key }) => key)));
  let accessesCount = 0;
  for await (const access of accessesOf(client, auditedIds(patient), observer)) {
    throwIfStopped(signal);
    await lines.write(JSON.stringify({ kind: 'access', ...access }));
    accessesCount += 1;
  }
  return {
    files: [...files, ...others.files],
    resourcesCount,
    accessesCount,
    doubtfulCount: others.doubtfulCount,
  };
}

/** @param known keys of the instances' files, which a file of the same bytes has too. */
async function writeOthers(
  client: PoolClient,
  { patient, lines }: Writing,
  known: ReadonlySet<string>,
): Promise<Pick<Written, 'doubtfulCount' | 'files'>> {
  const files: ExportedFile[] = [];
  let doubtfulCount = 0;
  for (const other of await otherFilesOf(client, patient)) {
    const { scanId, state, reasonCode, receivedAt, sha256, sizeBytes, objectKey, knownBy } = other;
    if (objectKey !== null && known.has(objectKey)) continue;
    if (knownBy === 'instance') {
      doubtfulCount += 1;
      continue;
    }
    const file = fileOfOther(other);
    const told = { scanId, state, reasonCode, receivedAt, sha256: sha256.toString('hex'), sizeBytes };
    await lines.write(JSON.stringify({ kind: 'file', file: file?.part ?? null, ...told }));
    if (file !== undefined) files.push(file);
  }
  return { files, doubtfulCount };
}
