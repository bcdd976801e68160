/** A point in time as HL7 v2 writes it (v2.5.1, data types DTM and TS), of a day that the calendar has. */
export interface Hl7Time {
  /** As FHIR writes dates: `2026`, `2026-11` or `2026-11-22`. */
  readonly date: string;
  /** As FHIR writes times of day: `10:00:00` or with a fraction. Only with a whole date. */
  readonly clock: string | undefined;
  /** Difference to UTC, such as `+01:00`. */
  readonly offset: string | undefined;
}

const DTM = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?([+-]\d{4})?$/;
/** What people are told of it. */
export const TIME_LEGAL =
  'Expected a date, or a date and time, that the calendar has, such as 20261122 or 20261122100000+0000';

/** Reads a point in time; `undefined` when it is none, as the 30th of February is. */
export function readTime(text: string): Hl7Time | undefined {
  const [, year, month, day, hour, minute = '00', second = '00', fraction, zone] = DTM.exec(text) ?? [];
  if (year === undefined || Number(year) === 0) return undefined;
  const parts = [year, month, day].flatMap((part) => part ?? []);
  if (!isDay(parts.map(Number))) return undefined;
  const offset = zone === undefined ? undefined : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  // FHIR's offsets end at 14 hours.
  if (offset !== undefined && !/^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/.test(offset)) return undefined;
  if (hour === undefined) return { date: parts.join('-'), clock: undefined, offset };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const clock = `${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`;
  return { date: parts.join('-'), clock, offset };
}

function isDay([year = 0, month = 1, day = 1]: readonly number[]): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * As FHIR's dateTime. Without an offset nobody knows the moment, so that the day alone is told.
 *
 * @param offset of the message, for times that have none of their own.
 */
export function fhirDateTime({ date, clock, offset: own }: Hl7Time, offset: string | undefined): string {
  const zone = own ?? offset;
  return clock === undefined || zone === undefined ? date : `${date}T${clock}${zone}`;
}

/** The moment in milliseconds since 1970: the first of the year, month or day, where no more is told; of UTC without an offset. */
export function millisecondsOf({ date, clock = '00:00:00', offset: own }: Hl7Time, offset: string | undefined): number {
  const [year, month = '01', day = '01'] = date.split('-');
  // More digits than milliseconds have are cut off.
  const milliseconds = clock.replace(/(\.\d{3})\d+$/, '$1');
  return Date.parse(`${year}-${month}-${day}T${milliseconds}${own ?? offset ?? 'Z'}`);
}
