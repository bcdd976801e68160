import fc from 'fast-check';
import { toRecords } from '../../../local/simulator/records';

const textOf = (data: Uint8Array) => Buffer.from(data).toString('utf8');

describe('packing lines into records', () => {
  test('puts one line into one record by default', () => {
    const records = toRecords([
      { patientId: 'a', line: '1' },
      { patientId: 'a', line: '2' },
    ]);

    expect(records.map((record) => textOf(record.Data))).toEqual(['1', '2']);
  });

  test('loses no line, mixes no patients, keeps the order within a patient, and respects the limit', () => {
    const lines = fc.array(fc.record({ patientId: fc.constantFrom('a', 'b', 'c'), line: fc.nat().map(String) }));
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 7 }), (given, linesMax) => {
        const unpacked = toRecords(given, linesMax).flatMap((record) => {
          const packed = textOf(record.Data).split('\n');
          expect(packed.length).toBeLessThanOrEqual(linesMax);
          return packed.map((line) => ({ patientId: record.PartitionKey, line }));
        });
        for (const patientId of ['a', 'b', 'c']) {
          const of = (all: readonly { patientId: string; line: string }[]) =>
            all.filter((entry) => entry.patientId === patientId);
          expect(of(unpacked)).toEqual(of(given));
        }
      }),
    );
  });
});
