import type { InstanceMetadata } from '../dicom/metadata';
import { searchableName } from '../searchable-name';
import type { StoredFile } from '../store/instances';
import type { ClaimedScan } from '../store/scan-work';

/** What was made of a file. */
export interface MadeOfFile {
  /** `stored`, or the reason why there is no preview. */
  readonly preview: string;
  readonly burnedIn: 'no' | 'yes' | 'unknown';
}

/** What the database keeps of a file, its de-identified derivative being stored. */
export function storedFileOf(
  scan: Pick<ClaimedScan, 'scanId' | 'hospitalId' | 'sha256' | 'sizeBytes'> & { readonly instanceId: string },
  metadata: InstanceMetadata,
  { preview, burnedIn }: MadeOfFile,
): StoredFile {
  const { patient, study, series, instance, pixels } = metadata;
  return {
    hospitalId: scan.hospitalId,
    patient: {
      issuer: patient.issuer,
      patientId: patient.patientId,
      name: patient.name ?? undefined,
      nameSearch: patient.name === null ? undefined : searchableName(patient.name),
      birthDate: patient.birthDate ?? undefined,
      sex: patient.sex ?? undefined,
    },
    study: {
      studyUid: metadata.studyInstanceUid,
      date: study.studyDate ?? undefined,
      time: study.studyTime ?? undefined,
      accessionNumber: study.accessionNumber ?? undefined,
      studyId: study.studyId ?? undefined,
      description: study.description ?? undefined,
      referringPhysician: study.referringPhysician ?? undefined,
    },
    series: {
      seriesUid: metadata.seriesInstanceUid,
      modality: series.modality ?? undefined,
      number: series.seriesNumber ?? undefined,
      description: series.description ?? undefined,
      bodyPart: series.bodyPart ?? undefined,
    },
    instance: {
      sopInstanceUid: metadata.sopInstanceUid,
      instanceId: scan.instanceId,
      scanId: scan.scanId,
      sopClassUid: metadata.sopClassUid,
      transferSyntaxUid: metadata.transferSyntaxUid,
      number: instance.instanceNumber ?? undefined,
      rows: pixels?.rows,
      columns: pixels?.columns,
      frames: pixels?.frames,
      sha256: scan.sha256,
      sizeBytes: scan.sizeBytes,
      metadata: metadata.json,
      preview,
      deidentified: 'stored',
      burnedIn,
    },
  };
}
