import type { PoolClient } from 'pg';
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

/** A file of the patient's, by our own names. */
interface ExportedFile {
  readonly instanceId: string;
  readonly sha256: Buffer;
}

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

const DICOM = 'application/dicom';

/** The right of access (LGPD, art. 18, II): what is stored, why it may be, who saw it, and the images themselves. */
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
    await context.audit.during(operation, async () => {
      const sink = await context.openSink({
        folder: 'patient',
        suffix: '.ndjson',
        contentType: 'application/x-ndjson',
      });
      const { files, ...counts } = await withSink(sink, async () => {
        const lines = new JsonLines(sink);
        const written = await inSnapshot(context.pool, async (client) => writeAll(client, { context, patient, lines }));
        await lines.flush();
        return written;
      });
      const filesCount = await copyFiles(context, patient, files);
      const { resourcesCount, accessesCount } = counts;
      context.report.tell(
        'scans.exported',
        { resourcesCount, filesCount, accessesCount, place: sink.place },
        `Written to ${sink.place}: ${counted(resourcesCount, 'instance')} with ${counted(filesCount, 'file')} beside, ` +
          `${counted(accessesCount, 'access', 'accesses')}. It is patient data.`,
      );
      if (resourcesCount === 0) context.report.note(NOTHING_KNOWN);
      return { returnedCount: resourcesCount };
    });
  },
};

export const NOTHING_KNOWN =
  'Nothing was stored about the patient: compare the id, the issuer, and the number of the hospital.';

interface Writing {
  readonly context: ScanContext;
  readonly patient: HospitalPatient;
  readonly lines: JsonLines;
}

async function writeAll(client: PoolClient, { context, patient, lines }: Writing) {
  const { workload, observer, signal } = context;
  const { rows } = await client.query<Record<string, unknown>>(
    'SELECT * FROM patient WHERE hospital_id = $1 AND issuer = $2 AND patient_id = $3',
    patientValues(patient),
  );
  await lines.write(
    JSON.stringify({ kind: 'patient', processingBasis: workload.processingBasis ?? null, ...(rows[0] ?? patient) }),
  );
  const files: ExportedFile[] = [];
  const instances = streamRows<InstanceRow & Record<string, unknown>>(
    client,
    `SELECT instance_id, instance.sha256, instance.size_bytes, received_at, stored_at, preview, deidentified, burned_in, metadata
     FROM instance JOIN study USING (hospital_id, study_uid) JOIN scan USING (scan_id)
     WHERE ${OF_PATIENT} ORDER BY stored_at`,
    patientValues(patient),
  );
  for await (const { sha256, size_bytes: sizeBytes, ...row } of instances) {
    throwIfStopped(signal);
    const file = { file: partOf(row.instance_id), sha256: sha256.toString('hex'), sizeBytes: Number(sizeBytes) };
    await lines.write(JSON.stringify({ kind: 'instance', ...file, ...row }));
    files.push({ instanceId: row.instance_id, sha256 });
  }
  let accessesCount = 0;
  for await (const access of accessesOf(client, auditedIds(patient), observer)) {
    throwIfStopped(signal);
    await lines.write(JSON.stringify({ kind: 'access', ...access }));
    accessesCount += 1;
  }
  return { files, resourcesCount: files.length, accessesCount };
}

/** @returns how many there were. */
async function copyFiles(
  { workload, openSink, signal }: ScanContext,
  { hospitalId }: HospitalPatient,
  files: readonly ExportedFile[],
): Promise<number> {
  let count = 0;
  for (const { instanceId, sha256 } of files) {
    throwIfStopped(signal);
    const body = await workload.objects.read(objectKeys({ hospitalId, instanceId, sha256 }).original);
    if (body === undefined) continue;
    const sink = await openSink({
      folder: 'patient',
      suffix: '.dcm',
      contentType: DICOM,
      part: partOf(instanceId),
    });
    await withSink(sink, async () => {
      for await (const chunk of body) await sink.write(chunk);
    });
    count += 1;
  }
  return count;
}

function partOf(instanceId: string): string {
  return `${instanceId}.dcm`;
}
