import { createHash } from 'node:crypto';

const DISTINGUISHING_HEX_DIGITS = 12;

/** What tells one stored reading from every other: the key of its row. */
export interface ReadingKey {
  readonly patientId: string;
  /** LOINC code. */
  readonly code: string;
  /** Id of the event that brought it. */
  readonly eventId: string;
  /** UTC with six decimals and `Z`, as the database keeps it. */
  readonly observedAt: string;
}

/**
 * The id of a reading as an Observation: the same for the same reading always, and known before it is stored. Event id and
 * code, by which it is found in the sender's own records, and a digest of what else is in the table's key, should a device use
 * an event's id twice. 58 characters at most of the 64 that FHIR allows.
 */
export function observationId({ patientId, code, eventId, observedAt }: ReadingKey): string {
  const digest = createHash('sha256').update(`${patientId} ${observedAt}`).digest('hex');
  return `${eventId}.${code}.${digest.slice(0, DISTINGUISHING_HEX_DIGITS)}`;
}
