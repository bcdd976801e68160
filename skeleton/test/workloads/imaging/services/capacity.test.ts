import fc from 'fast-check';
import { connectionsNeeded, connectionsOffered, imagingCapacity } from '../../../../src/workloads/imaging/capacity';
import { IMAGING, settings } from '../../../foundation/support/settings';

const scans = fc.record({
  scansPerDay: fc.integer({ min: 1, max: 100_000 }),
  scanSizeMegabytes: fc.integer({ min: 1, max: 20_000 }),
});
const capacityOf = (capacity: { scansPerDay: number; scanSizeMegabytes: number }) =>
  imagingCapacity({ ...settings(IMAGING).capacity, ...capacity });

describe('the capacity of imaging', () => {
  it('follows from scans a day and their size', () => {
    // 5000 scans of 250 MB a day, an eighth of them in the busiest hour.
    expect(capacityOf({ scansPerDay: 5_000, scanSizeMegabytes: 250 })).toEqual({
      peakMegabytesPerSecond: expect.closeTo(43.4, 1),
      peakFilesPerSecond: expect.closeTo(86.8, 1),
      peakEventsPerSecond: 521,
      peakRowsPerSecond: 1_042,
      workersMax: 9,
      uploadTasksMax: 5,
    });
  });

  it('grows with either, never below two tasks of each service', () => {
    fc.assert(
      fc.property(scans, fc.integer({ min: 1, max: 5 }), (capacity, times) => {
        const less = capacityOf(capacity);
        const more = capacityOf({ ...capacity, scansPerDay: times * capacity.scansPerDay });

        expect(less.workersMax).toBeGreaterThanOrEqual(2);
        expect(less.uploadTasksMax).toBeGreaterThanOrEqual(2);
        for (const key of ['peakEventsPerSecond', 'peakRowsPerSecond', 'workersMax', 'uploadTasksMax'] as const) {
          expect(more[key]).toBeGreaterThanOrEqual(less[key]);
        }
      }),
    );
  });

  it('leaves the database connections enough, however many tasks run', () => {
    fc.assert(
      fc.property(scans, (scan) => {
        const capacity = capacityOf(scan);
        expect(connectionsOffered(capacity)).toBeGreaterThanOrEqual(connectionsNeeded(capacity));
      }),
    );
  });

  it.each(['scansPerDay', 'scanSizeMegabytes'] as const)('cannot be said without %s', (name) => {
    expect(() => imagingCapacity({ ...settings(IMAGING).capacity, [name]: undefined })).toThrow(
      'capacity.scansPerDay and capacity.scanSizeMegabytes are missing',
    );
  });
});
