import { exampleEvents } from '../../../../../local/workloads/vitals/hl7/example-events';

const LAST = Date.parse('2026-11-22T10:00:00.000Z');
const LEGAL: Readonly<Record<string, readonly string[]>> = {
  '8867-4': ['/min'],
  '9279-1': ['/min'],
  '2708-6': ['%'],
  '8310-5': ['Cel'],
  '8480-6': ['mm[Hg]'],
  '8462-4': ['mm[Hg]'],
  '8478-0': ['mm[Hg]'],
  '8302-2': ['cm', '[in_i]'],
  '29463-7': ['kg', '[lb_av]'],
  '39156-5': ['kg/m2'],
  '9843-4': ['cm'],
};

const examples = () =>
  exampleEvents({
    isLegal: (code, unit) => LEGAL[code]?.includes(unit) ?? false,
    lastObservedAtMs: LAST,
    idPrefix: 'test',
    seed: 'examples',
  });
const eventOf = (file: string) => examples().events.find((example) => example.file === `Observation-${file}.json`);
const reasonFor = (file: string) => examples().skipped.find((example) => example.file === `Observation-${file}.json`);

describe("HL7's examples as events", () => {
  test.each([
    ['heart-rate', [{ code: '8867-4', value: 44, unit: '/min' }]],
    ['respiratory-rate', [{ code: '9279-1', value: 26, unit: '/min' }]],
    ['satO2', [{ code: '2708-6', value: 95, unit: '%' }]],
    ['body-temperature', [{ code: '8310-5', value: 36.5, unit: 'Cel' }]],
    [
      'blood-pressure',
      [
        { code: '8480-6', value: 107, unit: 'mm[Hg]' },
        { code: '8462-4', value: 60, unit: 'mm[Hg]' },
      ],
    ],
    ['body-height', [{ code: '8302-2', value: 66.89999999999999, unit: '[in_i]' }]],
    ['example', [{ code: '29463-7', value: 185, unit: '[lb_av]' }]],
    ['bmi', [{ code: '39156-5', value: 16.2, unit: 'kg/m2' }]],
    ['head-circumference', [{ code: '9843-4', value: 51.2, unit: 'cm' }]],
    ['mbp', [{ code: '8478-0', value: 80, unit: 'mm[Hg]' }]],
  ])('reads %s', (file, measurements) => {
    expect(eventOf(file)?.event.measurements).toEqual(measurements);
  });

  test('keeps the half of a blood pressure that was measured and says what it left out', () => {
    expect(eventOf('blood-pressure-dar')).toMatchObject({
      event: { measurements: [{ code: '8480-6', value: 107, unit: 'mm[Hg]' }] },
      leftOut: ['8462-4 has no quantity'],
    });
  });

  test.each([
    ['blood-pressure-cancel', 'its status is cancelled'],
    ['f202', 'its status is entered-in-error'],
    ['vitals-panel', 'it has neither a value nor components'],
    ['herd1', 'its subject is no patient'],
    ['f003', '11557-6 in kPa is no vital sign that events carry'],
    ['clinical-gender', '76691-5 has no quantity'],
  ])('skips %s and says why', (file, reason) => {
    expect(reasonFor(file)?.reason).toBe(reason);
  });

  test('dates the examples to now, a second apart, in the order of their own times', () => {
    const { events } = examples();

    expect(events.map(({ event }) => Date.parse(event.observedAt))).toEqual(
      events.map((_, index) => LAST - (events.length - 1 - index) * 1_000),
    );
    const place = (file: string) => events.findIndex((example) => example.file === `Observation-${file}.json`);
    expect(place('heart-rate')).toBeLessThan(place('blood-pressure'));
    expect(place('blood-pressure')).toBeLessThan(place('satO2'));
    expect(place('satO2')).toBeLessThan(place('example'));
  });

  test('accounts for every example', () => {
    const { events, skipped } = examples();

    expect(events.length + skipped.length).toBe(64);
    expect(events.length).toBeGreaterThanOrEqual(14);
    expect(skipped.filter(({ reason }) => reason === '')).toEqual([]);
  });
});
