/** A patient as a hospital names them. */
export interface HospitalPatient {
  readonly hospitalId: number;
  /** Issuer of Patient ID (0010,0021); empty where there is none. */
  readonly issuer: string;
  readonly patientId: string;
}

/**
 * A patient in the trail of accesses: hospital, issuer and Patient ID, since the last alone may be somebody else at the next
 * hospital. Each is percent-encoded, so that no two patients are written alike.
 */
export function auditedPatient({ hospitalId, issuer, patientId }: HospitalPatient): string {
  return [String(hospitalId), issuer, patientId].map(encodeURIComponent).join('/');
}
