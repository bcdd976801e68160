import fc from 'fast-check';
import {
  ALL_TIME,
  intersection,
  type TimeRange,
  type TimeRanges,
  union,
} from '../../../../src/runtime/fhir/search/time-ranges';

const contains = (ranges: TimeRanges, micros: bigint) =>
  ranges.some(
    ({ fromMicros, toMicros }) =>
      (fromMicros === null || fromMicros <= micros) && (toMicros === null || micros < toMicros),
  );

const end = fc.option(fc.bigInt({ min: 0n, max: 20n }), { nil: null });
const range: fc.Arbitrary<TimeRange> = fc
  .record({ fromMicros: end, toMicros: end })
  .filter(({ fromMicros, toMicros }) => fromMicros === null || toMicros === null || fromMicros < toMicros);
const ranges = fc
  .array(range, { maxLength: 5 })
  .map((list) => list.reduce<TimeRanges>((all, one) => union(all, [one]), []));
const micros = fc.bigInt({ min: -1n, max: 21n });

test('a union holds what either holds, an intersection what both hold', () => {
  fc.assert(
    fc.property(ranges, ranges, micros, (left, right, moment) => {
      const [inLeft, inRight] = [contains(left, moment), contains(right, moment)];
      expect(contains(union(left, right), moment)).toBe(inLeft || inRight);
      expect(contains(intersection(left, right), moment)).toBe(inLeft && inRight);
    }),
    { numRuns: 2000 },
  );
});

test('ranges stay apart and in order, so that no reading is found twice', () => {
  fc.assert(
    fc.property(ranges, ranges, (left, right) => {
      for (const result of [union(left, right), intersection(left, right)]) {
        result.slice(1).forEach(({ fromMicros }, index) => {
          const earlier = result[index]?.toMicros;
          expect(typeof fromMicros === 'bigint' && typeof earlier === 'bigint' && earlier <= fromMicros).toBe(true);
        });
      }
    }),
  );
});

test('all time changes nothing in an intersection, no time leaves nothing', () => {
  fc.assert(
    fc.property(ranges, (some) => {
      expect(intersection(some, ALL_TIME)).toEqual(some);
      expect(intersection(some, [])).toEqual([]);
    }),
  );
});
