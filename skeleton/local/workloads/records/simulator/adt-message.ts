/** What a message of the simulated hospital says. */
export interface AdtMessage {
  readonly trigger: 'A01' | 'A03' | 'A04' | 'A08' | 'A40';
  /** Control id, which no other message has. */
  readonly controlId: string;
  readonly atMs: number;
  readonly person: Person;
  /** Absent for a merge. */
  readonly visit?: Visit;
  /** Record number of the patient who is merged: A40 only. */
  readonly mergedRecordNumber?: string;
}

/** Somebody who does not exist. */
export interface Person {
  readonly recordNumber: string;
  readonly family: string;
  readonly given: string;
  /** Such as `19500228`. */
  readonly birthDate: string;
  readonly sex: 'F' | 'M';
}

export interface Visit {
  readonly number: string;
  readonly ward: string;
  readonly bed: number;
  readonly admittedAtMs: number;
}

/** Who gave out the numbers. */
export const AUTHORITY = 'DEMO';

/** The message as HL7 v2.5.1, with its time to the millisecond. */
export function adtMessage({ trigger, controlId, atMs, person, visit, mergedRecordNumber }: AdtMessage): string {
  const { recordNumber, family, given, birthDate, sex } = person;
  const time = hl7Time(atMs);
  const segments = [
    `MSH|^~\\&|PAS|${AUTHORITY}|||${time}||ADT^${trigger}|${controlId}|P|2.5.1|||||GBR|UNICODE UTF-8`,
    `EVN||${time}`,
    `PID|1||${number(recordNumber, 'MR')}||${family}^${given}||${birthDate}|${sex}`,
  ];
  if (visit !== undefined) {
    const place = `${visit.ward}^1^${visit.bed}^${AUTHORITY}`;
    const discharged = trigger === 'A03' ? `|${time}` : '';
    const blank = (count: number) => '|'.repeat(count);
    segments.push(
      `PV1|1|I|${place}${blank(16)}${number(visit.number, 'VN')}${blank(25)}${hl7Time(visit.admittedAtMs)}${discharged}`,
    );
  }
  if (mergedRecordNumber !== undefined) segments.push(`MRG|${number(mergedRecordNumber, 'MR')}`);
  return `${segments.join('\r')}\r`;
}

function number(value: string, type: 'MR' | 'VN'): string {
  return `${value}^^^${AUTHORITY}^${type}`;
}

/** A DTM in UTC, such as `20261122100000.250+0000`. */
function hl7Time(atMs: number): string {
  return `${new Date(atMs).toISOString().replace(/[-:TZ]/g, '')}+0000`;
}
