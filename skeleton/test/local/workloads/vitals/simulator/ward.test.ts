import { Ward } from '../../../../../local/workloads/vitals/simulator/ward';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const ward = (overrides: Partial<ConstructorParameters<typeof Ward>[0]> = {}) =>
  new Ward({ patients: 5, seed: 'night shift', startAtMs: START, ...overrides });

describe('the simulated ward', () => {
  test('gives the same events for the same seed and clock, and others for another seed', () => {
    const events = ward().readingsDue(START + 60_000);

    expect(ward().readingsDue(START + 60_000)).toEqual(events);
    expect(ward({ seed: 'day shift' }).readingsDue(START + 60_000)).not.toEqual(events);
  });

  test('gives the same events however often it is asked', () => {
    const often = ward();
    const pieces = Array.from({ length: 60 }, (_, second) => often.readingsDue(START + (second + 1) * 1_000)).flat();

    expect(pieces).toEqual(ward().readingsDue(START + 60_000));
  });

  test('keeps the readings of a smaller ward when it grows', () => {
    const [first] = ward({ patients: 50 }).readingsDue(START);

    expect(first).toEqual(ward({ patients: 5 }).readingsDue(START)[0]);
  });

  test('reads each monitor once an interval, in order of time, spread over the interval', () => {
    const events = ward({ patients: 10 }).readingsDue(START + 9_999);

    expect(events).toHaveLength(100);
    expect(events.map((event) => event.observedAt)).toEqual(events.map((event) => event.observedAt).sort());
    expect(new Set(events.slice(0, 10).map((event) => event.observedAt)).size).toBe(10);
    expect(new Set(events.map((event) => event.id)).size).toBe(100);
  });

  test('stays within what a body can do, and near itself from one reading to the next', () => {
    const heartRates = ward({ patients: 1 })
      .readingsDue(START + 3_600_000)
      .flatMap((event) => event.measurements.filter(({ code }) => code === '8867-4').map(({ value }) => value));

    expect(Math.min(...heartRates)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...heartRates)).toBeLessThanOrEqual(220);
    const steps = heartRates.slice(1).map((value, index) => Math.abs(value - (heartRates[index] ?? value)));
    expect(steps.sort((one, other) => one - other)[Math.floor(steps.length / 2)]).toBeLessThanOrEqual(2);
  });

  test('lets patients have alarms now and then, and recover', () => {
    const watched = ward({ patients: 200, intervalMs: 15_000 });
    const alarms = Array.from({ length: 120 }, (_, minute) => {
      watched.readingsDue(START + minute * 60_000);
      return watched.alarmCount;
    });

    const mean = alarms.reduce((sum, count) => sum + count, 0) / alarms.length;
    // An episode of two minutes each half hour: one patient in fifteen.
    expect(mean).toBeGreaterThan(6);
    expect(mean).toBeLessThan(22);
  });

  test('refuses a ward without patients and an interval of nothing', () => {
    expect(() => ward({ patients: 0 })).toThrow('1 patient or more, not 0');
    expect(() => ward({ intervalMs: 0 })).toThrow('more than 0 ms, not 0');
  });
});
