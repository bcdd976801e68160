import type { ScanContext } from './scan-operations';
import { auditedPatient, type HospitalPatient } from '../query/audited-patient';

/** The patient that `--hospital`, `--issuer` and `--patient` name. */
export function patientOf({ options }: ScanContext): HospitalPatient {
  return {
    hospitalId: Number(options.required('hospital')),
    issuer: options.one('issuer') ?? '',
    patientId: options.required('patient'),
  };
}

/** As the trail of accesses has the patient, so that operations are found among queries. */
export function auditedIds(patient: HospitalPatient): string[] {
  return [auditedPatient(patient)];
}

/** Instances of a patient, as a condition on `instance JOIN study USING (hospital_id, study_uid)`. */
export const OF_PATIENT = 'study.hospital_id = $1 AND study.issuer = $2 AND study.patient_id = $3';

export function patientValues({ hospitalId, issuer, patientId }: HospitalPatient): unknown[] {
  return [hospitalId, issuer, patientId];
}
