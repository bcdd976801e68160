import fc from 'fast-check';
import type { Reading } from '../../../src/workloads/vitals/reading';

/** Few codes, moments and events, so that readings meet: newer ones, older ones, and those of one moment. */
export const readingArbitrary: fc.Arbitrary<Reading> = fc.record({
  code: fc.constantFrom('8867-4', '9279-1', '8310-5'),
  observedAt: fc
    .integer({ min: 0, max: 9 })
    .map((second) => `2026-11-22T10:00:0${second}.${second % 2 === 0 ? '000000' : '000001'}Z`),
  eventId: fc
    .integer({ min: 0, max: 3 })
    .map((number) => `00000000-0000-4000-8000-00000000000${'0a5f'.charAt(number)}`),
  deviceId: fc.constantFrom('monitor-1', 'monitor.2'),
  value: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.constant(36.6),
  ),
  unit: fc.constantFrom('/min', 'Cel', 'mm[Hg]'),
});

/** One event says one thing of a code at a moment: of several the first, as the database has it. */
export function withoutConflicts(readings: readonly Reading[]): Reading[] {
  const keyed = new Map<string, Reading>();
  for (const reading of readings) {
    const key = `${reading.code} ${reading.observedAt} ${reading.eventId}`;
    if (!keyed.has(key)) keyed.set(key, reading);
  }
  return [...keyed.values()];
}

/** What the latest readings are, by definition. */
export function latestOf(readings: readonly Reading[]): Map<string, Reading[]> {
  const codes = [...new Set(readings.map(({ code }) => code))];
  return new Map(
    codes.map((code) => {
      const ofCode = readings.filter((reading) => reading.code === code);
      const newest = ofCode
        .map(({ observedAt }) => observedAt)
        .sort()
        .at(-1);
      return [
        code,
        ofCode
          .filter(({ observedAt }) => observedAt === newest)
          .sort((one, other) => (one.eventId < other.eventId ? 1 : -1)),
      ];
    }),
  );
}
