/**
 * A stretch of time, half open: from `fromMicros` on, and before `toMicros`.
 * Microseconds since 1970-01-01T00:00:00Z, as PostgreSQL keeps them; `null` means without end on that side.
 */
export interface TimeRange {
  readonly fromMicros: bigint | null;
  readonly toMicros: bigint | null;
}

/** Stretches that do not touch, earliest first. None: no time at all. */
export type TimeRanges = readonly TimeRange[];

export const ALL_TIME: TimeRanges = [{ fromMicros: null, toMicros: null }];

/** What lies in either. */
export function union(left: TimeRanges, right: TimeRanges): TimeRanges {
  const merged: TimeRange[] = [];
  for (const range of [...left, ...right].sort((a, b) => compareStarts(a.fromMicros, b.fromMicros))) {
    const last = merged.at(-1);
    if (last === undefined || isGap(last.toMicros, range.fromMicros)) {
      merged.push(range);
    } else {
      merged[merged.length - 1] = { fromMicros: last.fromMicros, toMicros: laterEnd(last.toMicros, range.toMicros) };
    }
  }
  return merged;
}

/** What lies in both. */
export function intersection(left: TimeRanges, right: TimeRanges): TimeRanges {
  return left.flatMap((a) =>
    right.flatMap((b) => {
      const fromMicros = compareStarts(a.fromMicros, b.fromMicros) > 0 ? a.fromMicros : b.fromMicros;
      const toMicros = laterEnd(a.toMicros, b.toMicros) === a.toMicros ? b.toMicros : a.toMicros;
      const isEmpty = fromMicros !== null && toMicros !== null && fromMicros >= toMicros;
      return isEmpty ? [] : [{ fromMicros, toMicros }];
    }),
  );
}

function compareStarts(a: bigint | null, b: bigint | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

function laterEnd(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}

function isGap(end: bigint | null, start: bigint | null): boolean {
  return end !== null && start !== null && end < start;
}

const MICROS_PER_MS = 1000n;
const YEAR_1_MICROS = BigInt(new Date(0).setUTCFullYear(1, 0, 1)) * MICROS_PER_MS;
const YEAR_10000_MICROS = BigInt(new Date(0).setUTCFullYear(10_000, 0, 1)) * MICROS_PER_MS;

/** The ends of a range as PostgreSQL's `timestamptz` text; outside of the years 1 to 9999 they are its infinities. */
export function toTimestamps({ fromMicros, toMicros }: TimeRange): { readonly from: string; readonly to: string } {
  return {
    from: fromMicros === null ? '-infinity' : formatMicros(fromMicros),
    to: toMicros === null ? 'infinity' : formatMicros(toMicros),
  };
}

function formatMicros(micros: bigint): string {
  if (micros < YEAR_1_MICROS) return '-infinity';
  if (micros >= YEAR_10000_MICROS) return 'infinity';
  const microsOfMs = ((micros % MICROS_PER_MS) + MICROS_PER_MS) % MICROS_PER_MS;
  const ms = new Date(Number((micros - microsOfMs) / MICROS_PER_MS)).toISOString().slice(0, -'Z'.length);
  return `${ms}${String(microsOfMs).padStart(3, '0')}Z`;
}
