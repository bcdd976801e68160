import { type TimeRange, toTimestamps } from '../../../runtime/fhir/search/time-ranges';

/** A stretch of time, half open, as PostgreSQL reads it. */
export interface Stretch {
  readonly startsAt: string;
  readonly endsAt: string;
}

const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d)))?)?)?$/;
/** PostgreSQL keeps microseconds; digits beyond are cut off. */
const FRACTION_DIGITS_MAX = 6;

/** How long the precision of a `date`, `dateTime` or `instant` is (FHIR R4, Search, "date"); days are those of UTC. */
export function stretchOf(text: unknown): Stretch | undefined {
  const range = rangeOf(text);
  return range === undefined ? undefined : stretch(range);
}

/** The stretch of a Period, as long as the precision of its ends. */
export function stretchOfPeriod(start: unknown, end: unknown): Stretch | undefined {
  const first = rangeOf(start);
  const last = rangeOf(end);
  if (first === undefined && last === undefined) return undefined;
  const toMicros = last?.toMicros ?? null;
  return stretch({
    fromMicros: first?.fromMicros ?? null,
    // An end without time of day may lie, in UTC, before a start that has one with an offset.
    toMicros: first !== undefined && toMicros !== null && toMicros <= first.fromMicros ? first.toMicros : toMicros,
  });
}

/** An `instant` as an ISO instant in UTC; `null` for anything else. */
export function instantInUtc(text: unknown): string | null {
  return typeof text === 'string' && text.includes('T') ? (stretchOf(text)?.startsAt ?? null) : null;
}

function stretch(range: TimeRange): Stretch {
  const { from, to } = toTimestamps(range);
  return { startsAt: from, endsAt: to };
}

function rangeOf(text: unknown): { readonly fromMicros: bigint; readonly toMicros: bigint } | undefined {
  const match = typeof text === 'string' ? DATE_TIME.exec(text) : null;
  if (match === null) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] = match;
  if (month === undefined) return days(startOfDay(+year, 1, 1), startOfDay(+year + 1, 1, 1));
  if (day === undefined) return days(startOfDay(+year, +month, 1), startOfDay(+year, +month + 1, 1));
  const dayMs = startOfDay(+year, +month, +day);
  if (hour === undefined) return days(dayMs, startOfDay(+year, +month, +day + 1));
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0));
  const secondMs = dayMs + ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1_000;
  const digits = fraction.slice(0, FRACTION_DIGITS_MAX);
  const fromMicros = BigInt(secondMs) * 1_000n + BigInt(digits.padEnd(FRACTION_DIGITS_MAX, '0'));
  return { fromMicros, toMicros: fromMicros + 10n ** BigInt(FRACTION_DIGITS_MAX - digits.length) };
}

/** Milliseconds since 1970; months and days beyond their end roll over. `Date.UTC` would take years before 100 for 19xx. */
function startOfDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function days(fromMs: number, toMs: number) {
  return { fromMicros: BigInt(fromMs) * 1_000n, toMicros: BigInt(toMs) * 1_000n };
}
