import type { VitalSignsEvent } from './event';

/** One measurement of a patient. */
export interface Reading {
  /** LOINC code. */
  readonly code: string;
  /** UTC with six decimals, as the database keeps it: in this form text sorts like time. */
  readonly observedAt: string;
  readonly eventId: string;
  readonly deviceId: string;
  readonly value: number;
  /** UCUM code. */
  readonly unit: string;
}

/**
 * Readings of one code and one moment that are told beside the one that was asked for. Two monitors may measure in the same
 * millisecond; more than this is a fault of a device.
 */
export const TIES_MAX = 20;

/** The readings that an event makes rows of. */
export function readingsOf({ id, deviceId, observedAtMs, measurements }: VitalSignsEvent): Reading[] {
  const observedAt = new Date(observedAtMs).toISOString().replace('Z', '000Z');
  return measurements.map(({ code, value, unit }) => ({ code, observedAt, eventId: id, deviceId, value, unit }));
}

/**
 * Of each code the newest reading, with those of the same moment. Whatever the order in which readings are added, and however
 * often: the outcome is the same.
 */
export class LatestByCode {
  private readonly byCode = new Map<string, readonly Reading[]>();

  add(reading: Reading): void {
    const known = this.byCode.get(reading.code) ?? [];
    const knownAt = known[0]?.observedAt ?? '';
    if (
      reading.observedAt < knownAt ||
      known.some(({ eventId }) => eventId === reading.eventId && reading.observedAt === knownAt)
    ) {
      return;
    }
    const ties = reading.observedAt === knownAt ? [...known, reading] : [reading];
    this.byCode.set(reading.code, ties.sort(byEventIdDescending).slice(0, TIES_MAX + 1));
  }

  /** Code by code. */
  entries(): ReadonlyArray<readonly [code: string, readings: readonly Reading[]]> {
    return [...this.byCode];
  }
}

function byEventIdDescending(one: Reading, other: Reading): number {
  return one.eventId < other.eventId ? 1 : -1;
}
