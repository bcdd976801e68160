import type { TimeRanges } from './time-ranges';
import { quoted, SearchValueError } from './value-error';

/** Prefixes that mean something for a moment in time (FHIR R4, Search, "Prefixes"). */
export const DATE_PREFIXES = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'] as const;
export type DatePrefix = (typeof DATE_PREFIXES)[number];

/** A date as asked for. Its precision makes it a range: `2026-11` is all of November 2026. */
export interface DateSearch {
  readonly prefix: DatePrefix;
  readonly range: DateRange;
}

/** From `fromMicros` on and before `toMicros`, in microseconds since 1970-01-01T00:00:00Z. */
export interface DateRange {
  readonly fromMicros: bigint;
  readonly toMicros: bigint;
}

const LEGAL_DATE = 'YYYY, YYYY-MM, YYYY-MM-DD, or YYYY-MM-DDThh:mm[:ss[.ffffff]] with Z or an offset such as +01:00';
const LEGAL_PREFIXES = DATE_PREFIXES.join(', ');

const DATE_PATTERN =
  /^(?<year>\d{4})(-(?<month>\d\d)(-(?<day>\d\d)(T(?<hour>\d\d):(?<minute>\d\d)(:(?<second>\d\d)(\.(?<fraction>\d{1,6}))?)?(?<zone>Z|[+-]\d\d:\d\d)?)?)?)?$/;

/**
 * Reads one value of a date parameter: a prefix (default `eq`) and a date of any precision.
 * A date, or a time without offset, is meant in UTC: FHIR leaves it to the server's time zone, and this server's is UTC.
 *
 * @throws SearchValueError naming the prefix, the form or the impossible part. It does not repeat the value, which may be a day of birth.
 */
export function parseDateSearch(value: string): DateSearch {
  const prefix = /^[a-z]{2}/i.exec(value)?.[0];
  if (prefix === undefined) return { prefix: 'eq', range: parseDateRange(value) };
  if (prefix === 'ap') {
    // "Approximately" depends on the moment of asking (a tenth of the time since), so that pages of one search would not fit together.
    throw new SearchValueError(`prefix "ap" is not supported; legal are ${LEGAL_PREFIXES}`);
  }
  const known = DATE_PREFIXES.find((legal) => legal === prefix);
  if (known === undefined) {
    throw new SearchValueError(`the value has an unknown prefix ${quoted(prefix)}; legal are ${LEGAL_PREFIXES}`);
  }
  return { prefix: known, range: parseDateRange(value.slice(2)) };
}

/** The moments that a search matches, for a resource whose date is a moment (not a period). */
export function matchingMoments({ prefix, range }: DateSearch): TimeRanges {
  switch (prefix) {
    case 'eq':
      return [range];
    case 'ne':
      return [
        { fromMicros: null, toMicros: range.fromMicros },
        { fromMicros: range.toMicros, toMicros: null },
      ];
    case 'gt':
    case 'sa':
      return [{ fromMicros: range.toMicros, toMicros: null }];
    case 'ge':
      return [{ fromMicros: range.fromMicros, toMicros: null }];
    case 'lt':
    case 'eb':
      return [{ fromMicros: null, toMicros: range.fromMicros }];
    case 'le':
      return [{ fromMicros: null, toMicros: range.toMicros }];
  }
}

/**
 * Reads a date of any precision, without a prefix.
 *
 * @throws SearchValueError naming the form or the impossible part.
 */
export function parseDateRange(text: string): DateRange {
  // An offset's `+` that the caller did not escape arrives as a space, and can only have been a `+`.
  const parts = DATE_PATTERN.exec(text.replace(/ (?=\d\d:\d\d$)/, '+'))?.groups;
  if (parts === undefined) throw new SearchValueError(`the value is no date; legal is ${LEGAL_DATE}`);

  const year = Number(parts.year);
  const month = parts.month === undefined ? undefined : Number(parts.month);
  const day = parts.day === undefined ? undefined : Number(parts.day);
  requireWithin('year', year, 1, 9999);
  if (month === undefined) return fromTo(startOfDay(year, 1, 1), startOfDay(year + 1, 1, 1));
  requireWithin('month', month, 1, 12);
  if (day === undefined) return fromTo(startOfDay(year, month, 1), startOfDay(year, month + 1, 1));
  requireWithin('day', day, 1, new Date(startOfDay(year, month + 1, 0)).getUTCDate());
  if (parts.hour === undefined) return fromTo(startOfDay(year, month, day), startOfDay(year, month, day + 1));

  const hour = Number(parts.hour);
  const minute = Number(parts.minute);
  const second = Number(parts.second ?? 0);
  requireWithin('hour', hour, 0, 23);
  requireWithin('minute', minute, 0, 59);
  requireWithin('second', second, 0, 59);
  const minutes = hour * 60 + minute - offsetMinutes(parts.zone ?? 'Z');
  const fraction = parts.fraction ?? '';
  const start =
    BigInt(startOfDay(year, month, day) + minutes * 60_000 + second * 1000) * 1000n + BigInt(fraction.padEnd(6, '0'));
  const precision = parts.second === undefined ? 60_000_000n : 10n ** BigInt(6 - fraction.length);
  return { fromMicros: start, toMicros: start + precision };
}

/** Milliseconds since 1970; months and days beyond their end roll over. `Date.UTC` would take years before 100 for 19xx. */
function startOfDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function fromTo(fromMs: number, toMs: number): DateRange {
  return { fromMicros: BigInt(fromMs) * 1000n, toMicros: BigInt(toMs) * 1000n };
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  requireWithin('offset in hours', hours, 0, 14);
  requireWithin('offset in minutes', minutes, 0, hours === 14 ? 0 : 59);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function requireWithin(part: string, value: number, minimum: number, maximum: number): void {
  if (value < minimum || value > maximum) {
    throw new SearchValueError(`the value is impossible: its ${part} is not between ${minimum} and ${maximum}`);
  }
}
