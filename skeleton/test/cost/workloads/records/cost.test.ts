import fc from 'fast-check';
import { estimateMonth } from '../../../../cost/estimate';
import { variationsOf } from '../../../../cost/variations';
import { referenceTenants } from '../../../../cost/workloads/records/reference-tenants';
import { RECORDS, RECORDS_OTHER_CHOICES, settings } from '../../../foundation/support/settings';
import type { AnswersChange } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import { expectSoundEstimate, part } from '../../parts';

jest.setTimeout(60_000);

const inVirginia: AnswersChange = { workload: 'records', aws: { region: 'us-east-1' } };

it('speaks of the reference tenant', () => {
  expect(referenceTenants.map(({ tenant }) => tenant.id)).toEqual(['records-eu-west-2']);
});

it('counts an instance in two zones by its cores, which runs at its size all the time', () => {
  const usd: unknown = expect.closeTo(730 * 4 * 0.225, 6);

  expect(part({ ...inVirginia, capacity: { databaseInstanceClass: 'r6g.xlarge' } }, 'Database')).toMatchObject({
    usd,
    usdAtMost: usd,
  });
});

it('counts the storage of a year, no less than there is at first and no more than it may grow to', () => {
  // Five events a second on the mean, of 3,000 bytes each, for a year; backups are kept for 35 days by default.
  const year = (5 * 86_400 * 365 * 3_000) / 1e9;
  const backup = (5 * 86_400 * 35 * 3_000) / 1e9;
  const usd = (capacity: AnswersChange['capacity']) =>
    part({ ...inVirginia, capacity: { peakEventsPerSecond: 100, ...capacity } }, "Database's storage").usd;

  expect(usd({})).toBeCloseTo(year * 0.23 + backup * 0.095, 6);
  expect(usd({ databaseStorageGibibytes: 5_000 })).toBeCloseTo(5_000 * 0.23 + backup * 0.095, 6);
  expect(usd({ databaseStorageMaxGibibytes: 300 })).toBeCloseTo(300 * 0.23 + backup * 0.095, 6);
});

it.each([RECORDS, RECORDS_OTHER_CHOICES])('knows the instance and the storage that a pipeline has', (change) => {
  const { Properties } = synthesize(change).only('AWS::RDS::DBInstance');

  expect(part(change, 'Database').basis).toBe(`${String(Properties.DBInstanceClass)} in two zones`);
  expect(part(change, "Database's storage").basis).toContain(
    `up to ${Number(Properties.MaxAllocatedStorage).toLocaleString('en-US')};`,
  );
});

it('counts two processors always, and one for each shard at most', () => {
  const task = 730 * (0.03238 + 2 * 0.00356);

  expect(part({ ...inVirginia, capacity: { shards: 6 } }, 'Processors')).toMatchObject({
    usd: expect.closeTo(2 * task, 6),
    usdAtMost: expect.closeTo(6 * task, 6),
  });
});

it('is the sum of its parts whatever class, storage and backups are', () => {
  fc.assert(
    fc.property(
      fc.record({
        peakEventsPerSecond: fc.integer({ min: 1, max: 20_000 }),
        databaseInstanceClass: fc.constantFrom('r6g.large' as const, 'r6g.8xlarge' as const),
        databaseStorageGibibytes: fc.integer({ min: 20, max: 65_536 }),
      }),
      fc.integer({ min: 1, max: 35 }),
      (capacity, backupRetentionDays) => {
        expectSoundEstimate(estimateMonth(settings({ ...RECORDS, capacity, compliance: { backupRetentionDays } })));
      },
    ),
  );
});

it('tells what a larger database costs', () => {
  for (const tenant of referenceTenants) {
    const variations = new Map(variationsOf(tenant).map((variation) => [variation.setting, variation]));

    expect(variations.get('capacity.databaseInstanceClass')?.usdDifference).toBeGreaterThan(0);
    expect(variations.get('capacity.databaseStorageMaxGibibytes')?.usdAtMostDifference).toBeGreaterThan(0);
  }
});
