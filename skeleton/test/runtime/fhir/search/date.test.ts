import fc from 'fast-check';
import {
  DATE_PREFIXES,
  type DatePrefix,
  matchingMoments,
  parseDateSearch,
} from '../../../../src/runtime/fhir/search/date';
import { toTimestamps } from '../../../../src/runtime/fhir/search/time-ranges';
import { SearchValueError } from '../../../../src/runtime/fhir/search/value-error';

/** The only stretch of a search, in PostgreSQL's text. */
function rangeOf(value: string) {
  return toTimestamps(parseDateSearch(value).range);
}

/** Whether a search matches a moment, given in microseconds since 1970. */
function matches(value: string, micros: bigint): boolean {
  return matchingMoments(parseDateSearch(value)).some(
    ({ fromMicros, toMicros }) =>
      (fromMicros === null || fromMicros <= micros) && (toMicros === null || micros < toMicros),
  );
}

function faultOf(value: string): string {
  try {
    parseDateSearch(value);
  } catch (error) {
    if (error instanceof SearchValueError) return error.message;
    throw error;
  }
  throw new Error(`${value} was accepted`);
}

describe('a date is the range that its precision leaves open', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00.000000Z', '2027-01-01T00:00:00.000000Z'],
    ['2026-12', '2026-12-01T00:00:00.000000Z', '2027-01-01T00:00:00.000000Z'],
    ['2024-02', '2024-02-01T00:00:00.000000Z', '2024-03-01T00:00:00.000000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000000Z', '2024-03-01T00:00:00.000000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000000Z', '2027-01-01T00:00:00.000000Z'],
    ['2026-11-22T10:00', '2026-11-22T10:00:00.000000Z', '2026-11-22T10:01:00.000000Z'],
    ['2026-11-22T10:00Z', '2026-11-22T10:00:00.000000Z', '2026-11-22T10:01:00.000000Z'],
    ['2026-11-22T10:00:07Z', '2026-11-22T10:00:07.000000Z', '2026-11-22T10:00:08.000000Z'],
    ['2026-11-22T10:00:07.5Z', '2026-11-22T10:00:07.500000Z', '2026-11-22T10:00:07.600000Z'],
    ['2026-11-22T10:00:07.123Z', '2026-11-22T10:00:07.123000Z', '2026-11-22T10:00:07.124000Z'],
    ['2026-11-22T10:00:07.123456Z', '2026-11-22T10:00:07.123456Z', '2026-11-22T10:00:07.123457Z'],
    ['2026-11-22T10:00:00+05:30', '2026-11-22T04:30:00.000000Z', '2026-11-22T04:30:01.000000Z'],
    ['2026-11-22T23:00:00-14:00', '2026-11-23T13:00:00.000000Z', '2026-11-23T13:00:01.000000Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z', '1970-01-01T00:00:00.000000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000000Z', '0001-01-02T00:00:00.000000Z'],
  ])('%s', (value, from, to) => {
    expect(rangeOf(value)).toEqual({ from, to });
  });

  test('beyond the years that are written with four digits it has no end', () => {
    expect(rangeOf('9999')).toEqual({ from: '9999-01-01T00:00:00.000000Z', to: 'infinity' });
    expect(rangeOf('0001-01-01T00:00:00+14:00').from).toBe('-infinity');
  });

  test('a plus sign that arrived as a space is an offset all the same', () => {
    expect(rangeOf('ge2026-11-22T10:00:00 01:00')).toEqual(rangeOf('ge2026-11-22T10:00:00+01:00'));
  });
});

describe('a prefix compares a moment with the range', () => {
  const day = 'T00:00:00.000000Z';
  const moments = {
    before: BigInt(Date.parse('2026-11-21T23:59:59Z')) * 1000n + 999_999n,
    first: BigInt(Date.parse(`2026-11-22${day}`)) * 1000n,
    last: BigInt(Date.parse('2026-11-22T23:59:59Z')) * 1000n + 999_999n,
    after: BigInt(Date.parse(`2026-11-23${day}`)) * 1000n,
  };
  test.each<[DatePrefix | '', (keyof typeof moments)[]]>([
    ['', ['first', 'last']],
    ['eq', ['first', 'last']],
    ['ne', ['before', 'after']],
    ['gt', ['after']],
    ['ge', ['first', 'last', 'after']],
    ['lt', ['before']],
    ['le', ['before', 'first', 'last']],
    ['sa', ['after']],
    ['eb', ['before']],
  ])('%s2026-11-22 matches %j of a day', (prefix, expected) => {
    const matched = Object.entries(moments).filter(([, micros]) => matches(`${prefix}2026-11-22`, micros));
    expect(matched.map(([name]) => name)).toEqual(expected);
  });
});

describe('a value that cannot be used is refused with the reason', () => {
  test.each([
    ['2026-02-30', /day is not between 1 and 28/],
    ['2023-02-29', /day is not between 1 and 28/],
    ['1900-02-29', /day is not between 1 and 28/],
    ['2026-04-31', /day is not between 1 and 30/],
    ['2026-00-10', /month is not between 1 and 12/],
    ['2026-13', /month is not between 1 and 12/],
    ['2026-11-00', /day is not between 1 and 30/],
    ['0000', /year is not between 1 and 9999/],
    ['2026-11-22T24:00:00Z', /hour is not between 0 and 23/],
    ['2026-11-22T10:60Z', /minute is not between 0 and 59/],
    ['2026-11-22T10:00:60Z', /second is not between 0 and 59/],
    ['2026-11-22T10:00:00+15:00', /offset in hours/],
    ['2026-11-22T10:00:00+14:01', /offset in minutes/],
    ['2026-11-22T10:00:00+01:75', /offset in minutes/],
    ['2026-11-22T10', /is no date; legal is/],
    ['2026-11-22 10:00:00Z', /is no date/],
    ['2026-11-22T10:00:00.1234567Z', /is no date/],
    ['2026-11-22T10:00:00z', /is no date/],
    ['20261122', /is no date/],
    ['26', /is no date/],
    ['', /is no date/],
    ['ge', /is no date/],
    ['now()', /unknown prefix "no"/],
    ['GE2026', /unknown prefix "GE"/],
    ['xx2026', /unknown prefix "xx"; legal are eq, ne, gt, lt, ge, le, sa, eb/],
    ['ap2026', /prefix "ap" is not supported; legal are/],
    ['２０２６', /is no date/],
  ])('%j', (value, reason) => {
    expect(faultOf(value)).toMatch(reason);
  });

  test('and is repeated shortened, in one line', () => {
    const fault = faultOf(`2026\n${'9'.repeat(5000)}`);
    expect(fault.length).toBeLessThan(300);
    expect(fault).not.toContain('\n');
  });
});

describe('for any date', () => {
  const moment = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9998-12-31T00:00:00Z'),
    noInvalidDate: true,
  });

  test('every precision of a moment contains the moment, and the finer lies in the coarser', () => {
    fc.assert(
      fc.property(moment, (date) => {
        const iso = date.toISOString();
        const micros = BigInt(date.getTime()) * 1000n;
        const ranges = [
          iso,
          `${iso.slice(0, 19)}Z`,
          `${iso.slice(0, 16)}Z`,
          iso.slice(0, 10),
          iso.slice(0, 7),
          iso.slice(0, 4),
        ].map((text) => parseDateSearch(text).range);
        ranges.forEach(({ fromMicros, toMicros }, index) => {
          const finer = ranges[Math.max(0, index - 1)];
          expect(fromMicros <= micros && micros < toMicros).toBe(true);
          expect(finer !== undefined && fromMicros <= finer.fromMicros && finer.toMicros <= toMicros).toBe(true);
        });
      }),
    );
  });

  test('an offset moves it and nothing else', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offsetMinutes) => {
        const there = new Date(date.getTime() + offsetMinutes * 60_000);
        fc.pre(there.getUTCFullYear() >= 1 && there.getUTCFullYear() <= 9999);
        const offset = new Date(Math.abs(offsetMinutes) * 60_000).toISOString().slice(11, 16);
        const local = `${there.toISOString().slice(0, -1)}${offsetMinutes < 0 ? '-' : '+'}${offset}`;
        expect(parseDateSearch(local)).toEqual(parseDateSearch(date.toISOString()));
      }),
    );
  });

  test('each moment is matched by one of lt, eq, gt, and the other prefixes follow from them', () => {
    const text = moment.chain((date) => fc.constantFrom(4, 7, 10).map((length) => date.toISOString().slice(0, length)));
    fc.assert(
      fc.property(text, moment, (value, date) => {
        const micros = BigInt(date.getTime()) * 1000n;
        const [eq, ne, gt, lt, ge, le, sa, eb] = DATE_PREFIXES.map((prefix) => matches(`${prefix}${value}`, micros));
        expect([lt, eq, gt].filter((one) => one === true)).toHaveLength(1);
        expect({ ne, ge, le, sa, eb }).toEqual({ ne: !eq, ge: gt || eq, le: lt || eq, sa: gt, eb: lt });
      }),
    );
  });

  test('whatever is written is read or refused, never anything else', () => {
    const alphabet = fc.string({ unit: fc.constantFrom(...'0123456789-:TZ+. egltsab'), maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(alphabet, fc.string(), fc.string({ unit: 'binary' })), (value) => {
        try {
          const { range } = parseDateSearch(value);
          expect(range.fromMicros < range.toMicros).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(SearchValueError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
