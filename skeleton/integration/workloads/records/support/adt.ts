import { randomUUID } from 'node:crypto';

/** What a message of the suite's hospital says. Identifiers are those of its authority, `SUITE`. */
export interface AdtMessage {
  readonly trigger: 'A01' | 'A03' | 'A04' | 'A08' | 'A40';
  readonly recordNumber: string;
  readonly family?: string;
  /** Absent for a merge. */
  readonly visitNumber?: string;
  /** Of the patient who is merged: A40 only. */
  readonly mergedRecordNumber?: string;
  readonly at: Date;
}

export const AUTHORITY = 'SUITE';

/** The message as HL7 v2.5.1. */
export function adt(message: AdtMessage): string {
  const { trigger, recordNumber, family = 'Testperson', visitNumber, mergedRecordNumber, at } = message;
  const time = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0000`;
  const isDischarge = trigger === 'A03';
  const segments = [
    `MSH|^~\\&|PAS|SUITE|||${time}||ADT^${trigger}|${randomUUID().slice(0, 20)}|P|2.5.1|||||GBR|UNICODE UTF-8`,
    `EVN||${time}`,
    `PID|1||${recordNumber}^^^${AUTHORITY}^MR||${family}^Ada||19500228|F`,
    ...(visitNumber === undefined
      ? []
      : [
          segment('PV1', {
            1: '1',
            2: 'I',
            3: 'ICU^1^2',
            19: `${visitNumber}^^^${AUTHORITY}^VN`,
            44: '20261120080000+0000',
            ...(isDischarge && { 45: time }),
          }),
        ]),
    ...(mergedRecordNumber === undefined ? [] : [`MRG|${mergedRecordNumber}^^^${AUTHORITY}^MR`]),
  ];
  return `${segments.join('\r')}\r`;
}

/** A segment of fields by their numbers. */
function segment(name: string, fields: Readonly<Record<number, string | undefined>>): string {
  const last = Math.max(...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
}
