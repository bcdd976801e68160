/** HL7 v2.5.1, data type DTM: YYYYMMDDHHMM[SS[.S[S[S[S]]]]][+/-ZZZZ], here with minutes at the least. */
const DTM = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,4}))?([+-]\d{4})?$/;
const OFFSET = /[+-]\d{4}$/;

/**
 * A time as RFC 3339 has it, such as `2026-11-22T10:00:00.000+01:00`; whether there is such a day is not checked.
 *
 * @param offset of the message (MSH-7), for times that have none of their own.
 * @returns `undefined` when the text is no time to the minute, or when there is no offset: without it, nobody knows the moment.
 */
export function rfc3339(text: string, offset: string | undefined): string | undefined {
  const [, year, month, day, hour, minute, second = '00', fraction = '0', own] = DTM.exec(text) ?? [];
  const zone = own ?? offset;
  if (year === undefined || zone === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  return `${date}T${hour}:${minute}:${second}.${fraction}${zone.slice(0, 3)}:${zone.slice(3)}`;
}

/** The offset of a time, such as `+0100`; `undefined` when it has none. */
export function offsetOf(text: string): string | undefined {
  return OFFSET.exec(text)?.[0];
}

/** A time as HL7 has it, in UTC, to the millisecond. */
export function hl7Time(time: Date): string {
  return `${time.toISOString().replace(/[-:TZ]/g, '')}+0000`;
}
