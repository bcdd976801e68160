import * as fc from 'fast-check';
import { shiftedDates } from '../../../../src/workloads/imaging/deidentify/dates';

const DAY_MS = 86_400_000;

/** A date that the calendar has, from the year 2 on: a year back is a year of DICOM still. */
const day = fc
  .date({ min: new Date('0002-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / DAY_MS) * DAY_MS));
const shift = fc.integer({ min: -365, max: -1 });

const daOf = (date: Date) => date.toISOString().slice(0, 10).replaceAll('-', '');
const dayOf = (text: string) =>
  Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T00:00:00Z`) / DAY_MS;

describe('a date', () => {
  test('moves by as many days as there are, over months, years and leap days', () => {
    fc.assert(
      fc.property(day, shift, (date, days) => {
        const moved = shiftedDates('DA', daOf(date), days) ?? '';
        expect(dayOf(moved) - dayOf(daOf(date))).toBe(days);
      }),
    );
    expect(shiftedDates('DA', '20240301', -1)).toBe('20240229');
    expect(shiftedDates('DA', '20230101', -365)).toBe('20220101');
  });

  test('keeps its distance from every other date of the patient', () => {
    fc.assert(
      fc.property(day, day, shift, (one, other, days) => {
        const [a, b] = (shiftedDates('DA', `${daOf(one)}\\${daOf(other)}`, days) ?? '').split('\\');
        expect(dayOf(a ?? '') - dayOf(b ?? '')).toBe(dayOf(daOf(one)) - dayOf(daOf(other)));
      }),
    );
  });

  test('may have the points of ACR-NEMA, and loses them', () => {
    expect(shiftedDates('DA', '1997.04.24', -3)).toBe('19970421');
  });

  test.each(['20230230', '20231301', '202301', '2023-01-02', 'John Smith', '00010101', '20230101\\x'])(
    'is not kept when it is none: %s',
    (value) => {
      expect(shiftedDates('DA', value, -1)).toBeUndefined();
    },
  );
});

describe('a date with time', () => {
  test('moves by days, and keeps time of day and offset', () => {
    expect(shiftedDates('DT', '20240301123456.123456-0300', -1)).toBe('20240229123456.123456-0300');
    expect(shiftedDates('DT', '20240301', -1)).toBe('20240229');
  });

  test.each(['2024', '202403', '20240230101010', '20240301T10', '20240301101010 Smith'])(
    'is not kept when its day is not known: %s',
    (value) => {
      expect(shiftedDates('DT', value, -1)).toBeUndefined();
    },
  );
});

describe('a time of day', () => {
  test.each(['12', '1234', '123456', '123456.123456', '12:34:56', ''])('stays: %s', (value) => {
    expect(shiftedDates('TM', value, -100)).toBe(value);
  });

  test.each(['1', '12345', 'Smith', '12:3456'])('is not kept when it is none: %s', (value) => {
    expect(shiftedDates('TM', value, -100)).toBeUndefined();
  });
});

test('padding is no part of a value', () => {
  expect(shiftedDates('DA', '20240301 ', -1)).toBe('20240229');
});
