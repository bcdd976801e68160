import { Random } from '../../../../../local/simulator/random';
import { type BadEventFault, spoil } from '../../../../../local/workloads/vitals/simulator/bad-events';
import { Ward } from '../../../../../local/workloads/vitals/simulator/ward';
import type { RejectionCode } from '../../../../../src/workloads/vitals/event';
import { decodeRecord } from '../../../../../src/workloads/vitals/record';

/** What the processor has to say to each kind of spoiling. */
const REASONS: Readonly<Record<BadEventFault, RejectionCode>> = {
  'no JSON': 'event_not_json',
  'unknown version': 'unknown_version',
  'impossible date': 'impossible_observed_at',
  'missing patient': 'invalid_patient_id',
  'wrong unit': 'wrong_unit',
  'impossible value': 'implausible_value',
  'unknown key': 'unknown_field',
  'far future': 'observed_in_future',
  noise: 'event_not_json',
};

const now = new Date('2026-11-22T10:00:00.000Z');
const RETENTION_DAYS = 90;
const decode = (line: string) => decodeRecord(Buffer.from(line, 'utf8'), now, RETENTION_DAYS);
const ward = () => new Ward({ patients: 30, seed: 'checked', startAtMs: now.getTime() - 600_000 });

describe("the ward's events, as the processor judges them", () => {
  test('are all accepted, with every kind of vital sign that a monitor measures among them', () => {
    const events = ward().readingsDue(now.getTime());
    const results = events.map((event) => decode(JSON.stringify(event)));

    expect(results.flatMap(({ rejected }) => rejected)).toEqual([]);
    const codes = new Set(events.flatMap(({ measurements }) => measurements.map(({ code }) => code)));
    expect([...codes].sort()).toEqual(
      ['29463-7', '39156-5', '59408-5', '8302-2', '8310-5', '8462-4', '8478-0', '8480-6', '8867-4', '9279-1'].sort(),
    );
  });

  test.each(Object.entries(REASONS) as [BadEventFault, RejectionCode][])(
    'are rejected when spoiled by %s, for just that reason',
    (fault, reasonCode) => {
      const random = new Random(fault);
      for (const event of ward().readingsDue(now.getTime() - 590_000)) {
        const { accepted, rejected } = decode(spoil(event, fault, random).line);

        expect(accepted).toEqual([]);
        expect(rejected.map((one) => one.reasonCode)).toEqual([reasonCode]);
      }
    },
  );
});
