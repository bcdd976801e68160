import fc from 'fast-check';
import { latestOf, readingArbitrary, withoutConflicts } from './reading-arbitrary';
import { LatestByCode, readingsOf, TIES_MAX } from '../../../src/workloads/vitals/reading';

test('an event makes one reading a measurement, with the time as the database writes it', () => {
  const event = {
    id: '11111111-1111-4111-8111-111111111111',
    deviceId: 'monitor-7',
    patientId: 'p-1',
    observedAtMs: Date.parse('2026-11-22T10:00:00.012Z'),
    measurements: [
      { code: '8867-4', value: 72, unit: '/min' },
      { code: '8310-5', value: 36.6, unit: 'Cel' },
    ],
  };
  const shared = { observedAt: '2026-11-22T10:00:00.012000Z', eventId: event.id, deviceId: 'monitor-7' };

  expect(readingsOf(event)).toEqual([
    { ...shared, code: '8867-4', value: 72, unit: '/min' },
    { ...shared, code: '8310-5', value: 36.6, unit: 'Cel' },
  ]);
});

describe('the latest by code', () => {
  test('are the newest of each code, with those of the same moment, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(fc.array(readingArbitrary, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (drawn, shuffle) => {
        const readings = withoutConflicts(drawn);
        const order = [...readings, ...readings.slice(0, 5)].map((reading) => [shuffle.next().value, reading] as const);
        const latest = new LatestByCode();
        for (const [, reading] of order.sort(([one], [other]) => Number(one) - Number(other))) latest.add(reading);

        expect(new Map(latest.entries())).toEqual(latestOf(readings));
      }),
    );
  });

  test(`keep ${TIES_MAX} beside the first of one moment, whatever a device sends`, () => {
    const latest = new LatestByCode();
    const ids = Array.from({ length: 100 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
    for (const eventId of ids) {
      latest.add({
        code: '8867-4',
        observedAt: '2026-11-22T10:00:00.000000Z',
        eventId,
        deviceId: 'm',
        value: 1,
        unit: '/min',
      });
    }

    expect(latest.entries()[0]?.[1].map(({ eventId }) => eventId)).toEqual(ids.reverse().slice(0, TIES_MAX + 1));
  });
});
