import * as fc from 'fast-check';
import { z } from 'zod';
import { vitalEvent } from './vital-events';
import { checkEvent, observationWindow, RejectionCode, REJECTIONS } from '../../../src/workloads/vitals/event';
import { VITAL_SIGNS } from '../../../src/workloads/vitals/vital-signs';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const WINDOW = observationWindow(NOW, 90);

function check(overrides: object = {}): ReturnType<typeof checkEvent> {
  return checkEvent({ ...vitalEvent({ observedAt: '2026-11-22T09:59:59.123Z' }), ...overrides }, WINDOW);
}

function checkMeasurement(overrides: object): ReturnType<typeof checkEvent> {
  return check({ measurements: [{ code: '8867-4', value: 72, unit: '/min', ...overrides }] });
}

describe('an event', () => {
  test('is accepted with what it says, its id in small letters, its time in milliseconds', () => {
    const result = check({
      id: '0B5C9A5E-7A7F-4C5B-9D55-0123456789AB',
      observedAt: '2026-11-22T10:59:59.123987+01:00',
      measurements: [
        { code: '8310-5', value: 37.2, unit: 'Cel' },
        { code: '8867-4', value: 0, unit: '/min' },
      ],
    });

    expect(result).toEqual({
      event: {
        id: '0b5c9a5e-7a7f-4c5b-9d55-0123456789ab',
        deviceId: 'monitor-1',
        patientId: 'patient-1',
        observedAtMs: Date.parse('2026-11-22T09:59:59.123Z'),
        measurements: [
          { code: '8310-5', value: 37.2, unit: 'Cel' },
          { code: '8867-4', value: 0, unit: '/min' },
        ],
      },
    });
  });

  const faults: ReadonlyArray<[string, object, RejectionCode]> = [
    ['an unknown version', { version: '2.0' }, 'unknown_version'],
    ['a version that is a number', { version: 1 }, 'unknown_version'],
    ['no id', { id: undefined }, 'invalid_id'],
    ['an id that is no UUID', { id: '1234' }, 'invalid_id'],
    ['no device', { deviceId: undefined }, 'invalid_device_id'],
    ['a device of 65 characters', { deviceId: 'd'.repeat(65) }, 'invalid_device_id'],
    ['no patient', { patientId: undefined }, 'invalid_patient_id'],
    ['an empty patient', { patientId: '' }, 'invalid_patient_id'],
    ['a patient that is null', { patientId: null }, 'invalid_patient_id'],
    ['a patient with a NUL character', { patientId: 'a\u0000b' }, 'invalid_patient_id'],
    ['a patient with a lone surrogate', { patientId: '\ud800' }, 'invalid_patient_id'],
    ['a patient with a line feed at its end', { patientId: 'patient-1\n' }, 'invalid_patient_id'],
    ['no time', { observedAt: undefined }, 'invalid_observed_at'],
    ['a time as a number', { observedAt: 1_700_000_000 }, 'invalid_observed_at'],
    ['a time without offset', { observedAt: '2026-11-22T09:00:00' }, 'invalid_observed_at'],
    ['a time with a space for T', { observedAt: '2026-11-22 09:00:00Z' }, 'invalid_observed_at'],
    ['a date alone', { observedAt: '2026-11-22' }, 'invalid_observed_at'],
    ['the 30th of February', { observedAt: '2026-02-30T09:00:00Z' }, 'impossible_observed_at'],
    ['the 29th of February in a common year', { observedAt: '2026-02-29T09:00:00Z' }, 'impossible_observed_at'],
    ['month 13', { observedAt: '2026-13-01T09:00:00Z' }, 'impossible_observed_at'],
    ['day 0', { observedAt: '2026-11-00T09:00:00Z' }, 'impossible_observed_at'],
    ['hour 24', { observedAt: '2026-11-22T24:00:00Z' }, 'impossible_observed_at'],
    ['second 60', { observedAt: '2026-11-22T09:59:60Z' }, 'impossible_observed_at'],
    ['offset +24:00', { observedAt: '2026-11-22T09:00:00+24:00' }, 'impossible_observed_at'],
    ['a time more than five minutes ahead', { observedAt: '2026-11-22T10:05:00.001Z' }, 'observed_in_future'],
    ['a time past the retention', { observedAt: '2026-08-24T09:59:59.999Z' }, 'observed_too_long_ago'],
    ['year 0', { observedAt: '0000-01-01T00:00:00Z' }, 'observed_too_long_ago'],
    ['no measurements', { measurements: undefined }, 'invalid_measurements'],
    ['an empty list of measurements', { measurements: [] }, 'invalid_measurements'],
    ['51 measurements', { measurements: Array.from({ length: 51 }, () => ({})) }, 'invalid_measurements'],
    ['measurements that are no list', { measurements: { 0: {} } }, 'invalid_measurements'],
    ['a measurement that is null', { measurements: [null] }, 'invalid_measurement'],
    ['a field too many', { ward: '7b' }, 'unknown_field'],
    ['a field __proto__', JSON.parse('{"__proto__": {"a": 1}}') as object, 'unknown_field'],
  ];
  test.each(faults)('with %s is rejected by its name', (_fault, overrides, rejection) => {
    const event = { ...vitalEvent({ observedAt: '2026-11-22T09:00:00Z' }) };
    for (const [key, value] of Object.entries(overrides)) {
      Object.defineProperty(event, key, { value: value as unknown, enumerable: true, configurable: true });
    }

    expect(checkEvent(JSON.parse(JSON.stringify(event)), WINDOW)).toEqual({ rejection });
  });

  const measurementFaults: ReadonlyArray<[string, object, RejectionCode]> = [
    ['an unknown code', { code: '9999-9' }, 'unknown_code'],
    ['a code that is a property of every object', { code: 'constructor' }, 'unknown_code'],
    ['a unit of another vital sign', { unit: '%' }, 'wrong_unit'],
    ['a unit in words', { unit: 'beats/minute' }, 'wrong_unit'],
    ['a unit that is a property of every object', { unit: 'toString' }, 'wrong_unit'],
    ['a value in quotes', { value: '72' }, 'invalid_value'],
    ['no value', { value: undefined }, 'invalid_value'],
    ['an infinite value', { value: Infinity }, 'invalid_value'],
    ['an impossible value', { value: 601 }, 'implausible_value'],
    ['a negative value', { value: -1 }, 'implausible_value'],
    ['a field too many', { note: 'resting' }, 'invalid_measurement'],
  ];
  test.each(measurementFaults)('with a measurement with %s is rejected by its name', (_fault, overrides, rejection) => {
    expect(checkMeasurement(overrides)).toEqual({ rejection });
  });

  test('with one code twice is rejected', () => {
    const measurement = { code: '8867-4', value: 72, unit: '/min' };
    expect(check({ measurements: [measurement, { ...measurement, value: 73 }] })).toEqual({
      rejection: 'duplicate_code',
    });
  });

  test.each([null, [], 'text', 7, true])('that is %j and no object is rejected', (json) => {
    expect(checkEvent(json, WINDOW)).toEqual({ rejection: 'event_not_object' });
  });

  test('may be up to five minutes ahead and as old as the retention', () => {
    expect(check({ observedAt: '2026-11-22T10:05:00.000Z' })).toHaveProperty('event');
    expect(check({ observedAt: '2026-08-24T10:00:00.000Z' })).toHaveProperty('event');
  });

  test('is judged as a schema library judges it, whatever is changed in it', () => {
    const schema = schemaOf();
    const legal = vitalEvent({ observedAt: '2026-11-22T09:00:00Z' });
    const path = fc.constantFrom(
      ...(['version', 'id', 'deviceId', 'patientId', 'observedAt', 'measurements', 'extra'] as const),
    );
    const measurementPath = fc.constantFrom('code', 'value', 'unit', 'extra');
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary', maxLength: 70 }),
      fc.uuid(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom(...VITAL_SIGNS.map(({ code }) => code), '/min', '%', 'Cel', 'kg', '1.0', 72, -0, 1e308),
    );

    fc.assert(
      fc.property(
        fc.array(fc.tuple(path, value), { maxLength: 2 }),
        fc.array(fc.tuple(measurementPath, value), { maxLength: 2 }),
        (changes, measurementChanges) => {
          const measurement = { ...legal.measurements[0], ...Object.fromEntries(measurementChanges) };
          const event: unknown = JSON.parse(
            JSON.stringify({ ...legal, measurements: [measurement], ...Object.fromEntries(changes) }),
          );
          const result = checkEvent(event, WINDOW);
          expect('event' in result).toBe(schema.safeParse(event).success);
          if ('rejection' in result) expect(REJECTIONS).toHaveProperty(result.rejection);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('with any instant is read as Date reads it', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(WINDOW.earliestMs), max: new Date(WINDOW.latestMs), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (date, offsetMinutes) => {
          const local = new Date(date.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
          const two = (number: number) => String(number).padStart(2, '0');
          const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
          const observedAt = `${local}${offsetMinutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
          const result = check({ observedAt });
          expect('event' in result && result.event.observedAtMs).toBe(Date.parse(observedAt));
        },
      ),
    );
  });
});

describe('the table of vital signs', () => {
  test.each(VITAL_SIGNS)('has legal units and a range for $code, $display', ({ code, units, source }) => {
    expect(code).toMatch(/^\d{1,5}-\d$/);
    expect(hasValidLoincCheckDigit(code)).toBe(true);
    expect(Object.keys(units).length).toBeGreaterThan(0);
    for (const { low, high } of Object.values(units)) expect(low).toBeLessThan(high);
    expect(source.length).toBeGreaterThan(10);
  });

  test('accepts both limits of each range and nothing beyond', () => {
    for (const { code, units } of VITAL_SIGNS) {
      for (const [unit, { low, high }] of Object.entries(units)) {
        expect(checkMeasurement({ code, unit, value: low })).toHaveProperty('event');
        expect(checkMeasurement({ code, unit, value: high })).toHaveProperty('event');
        expect(checkMeasurement({ code, unit, value: low - 0.001 })).toEqual({ rejection: 'implausible_value' });
        expect(checkMeasurement({ code, unit, value: high + 0.001 })).toEqual({ rejection: 'implausible_value' });
      }
    }
  });

  test('has the same limits in each unit of a vital sign, but for rounding', () => {
    const inFirstUnit: Record<string, (value: number) => number> = {
      '[degF]': (value) => ((value - 32) * 5) / 9,
      '[in_i]': (value) => value * 2.54,
      g: (value) => value / 1_000,
      '[lb_av]': (value) => value * 0.45359237,
    };
    for (const { units } of VITAL_SIGNS) {
      const [[, first], ...others] = Object.entries(units) as [[string, { low: number; high: number }]];
      for (const [unit, { low, high }] of others as Array<[string, { low: number; high: number }]>) {
        const convert = inFirstUnit[unit];
        expect(convert).toBeInstanceOf(Function);
        expect(Math.abs((convert?.(high) ?? 0) - first.high)).toBeLessThan(first.high * 0.01);
        expect(Math.abs((convert?.(low) ?? 0) - first.low)).toBeLessThan(1);
      }
    }
  });
});

/** The last digit of a LOINC code checks the others by Luhn's algorithm (LOINC Users' Guide, appendix C). */
function hasValidLoincCheckDigit(code: string): boolean {
  const [digits = '', checkDigit] = code.split('-');
  const sum = [...digits]
    .reverse()
    .map(Number)
    .map((digit, index) => (index % 2 === 0 ? [...String(digit * 2)].map(Number).reduce((a, b) => a + b, 0) : digit))
    .reduce((a, b) => a + b, 0);
  return Number(checkDigit) === (10 - (sum % 10)) % 10;
}

/** The event's rules, said once more in another way. */
function schemaOf(): z.ZodType {
  const fhirId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/);
  const units = new Map(VITAL_SIGNS.map(({ code, units: legal }) => [code, legal]));
  return z.strictObject({
    version: z.literal('1.0'),
    id: z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/),
    deviceId: fhirId,
    patientId: fhirId,
    observedAt: z.iso.datetime({ offset: true }).refine((text) => {
      const time = Date.parse(text);
      return time >= WINDOW.earliestMs && time <= WINDOW.latestMs;
    }),
    measurements: z
      .array(
        z.strictObject({ code: z.string(), value: z.number(), unit: z.string() }).refine(({ code, value, unit }) => {
          const range = new Map(Object.entries(units.get(code) ?? {})).get(unit);
          return range !== undefined && value >= range.low && value <= range.high;
        }),
      )
      .min(1)
      .max(50)
      .refine((all) => new Set(all.map(({ code }) => code)).size === all.length),
  });
}
