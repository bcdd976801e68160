import type { Encounter, Patient } from 'fhir/r4';
import { decodeHl7 } from '../../../../src/workloads/records/hl7/decode-hl7';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';

export const NOW = new Date('2026-11-22T12:00:00.000Z');

/** A segment of fields by their numbers. */
export function segment(name: string, fields: Readonly<Record<number, string>>): string {
  const last = Math.max(0, ...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
}

/** Segments of an admission as a hospital's administration sends it. */
export const MSH =
  'MSH|^~\\&|PAS|ROYAL|PIPELINE|TRUST|20261122100005+0000||ADT^A01^ADT_A01|MSG-1|P|2.5.1|||||GBR|UNICODE UTF-8';
export const EVN = 'EVN||20261122100000+0000';
export const PID_FIELDS = {
  1: '1',
  3: '9434765919^^^NHS&2.16.840.1.113883.2.1.4.1&ISO^NH~4711^^^ROYAL^MR',
  5: 'Doe^Jane^Ann^^Ms^^L~Roe^Jane^^^^^M',
  7: '19800229',
  8: 'F',
  11: '1 High Street^Flat 2^London^^NW1 2AB^GB^H',
  13: '^PRN^PH^^44^20^79460000',
  14: '^WPN^Internet^jane@example.org',
  15: 'EN',
  16: 'M',
  24: 'Y',
  25: '2',
  30: 'N',
};
export const PV1_FIELDS = {
  1: '1',
  2: 'I',
  3: 'ICU^1^2^ROYAL',
  4: 'E',
  7: 'C100^Smith^Ann^^^Dr^^^GMC~C101^Jones^Bob',
  10: 'CAR',
  17: 'C102^Hall^Eve',
  19: 'V-1^^^ROYAL^VN',
  44: '20261122095500+0000',
};
export const PID = segment('PID', PID_FIELDS);
export const PV1 = segment('PV1', PV1_FIELDS);

export const message = (...segments: readonly string[]) => `${segments.join('\r')}\r`;
export const A01 = message(MSH, EVN, PID, PV1);
export const withTrigger = (trigger: string, header = MSH) => header.replace('ADT^A01^ADT_A01', `ADT^${trigger}`);
export const A40 = message(withTrigger('A40'), EVN, PID, 'MRG|4712^^^ROYAL^MR');

export const decoded = (text: string | Uint8Array, now = NOW) => decodeHl7(Buffer.from(text as string), now);

/** @throws when the message is refused. */
export function eventOf(text: string | Uint8Array): RecordEvent {
  const result = decoded(text);
  if ('rejection' in result) throw new Error(`refused: ${result.rejection.reason}`);
  return result.event;
}

/** The resources that a message writes, as they are stored. */
export function written(text: string): { patient: Patient | undefined; encounter: Encounter | undefined } {
  const resources = eventOf(text).changes.flatMap((change) =>
    change.kind === 'write' ? [JSON.parse(change.content) as Patient | Encounter] : [],
  );
  return {
    patient: resources.find((one) => one.resourceType === 'Patient'),
    encounter: resources.find((one) => one.resourceType === 'Encounter'),
  };
}
