import fc from 'fast-check';
import { costPages } from '../../../../cost/document';
import { estimateMonth } from '../../../../cost/estimate';
import { variationsOf } from '../../../../cost/variations';
import { IMAGING_PRICES } from '../../../../cost/workloads/imaging/prices';
import { referenceTenants } from '../../../../cost/workloads/imaging/reference-tenants';
import { volumeOf } from '../../../../cost/workloads/imaging/volume';
import { QUEUE_NODE_TYPE } from '../../../../src/foundation/queue-store';
import { IMAGING, settings } from '../../../foundation/support/settings';
import type { AnswersChange } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import { expectSoundEstimate, part } from '../../parts';

jest.setTimeout(60_000);

const inVirginia: AnswersChange = { workload: 'imaging', aws: { region: 'us-east-1' } };
const scans = (scansPerDay: number, scanSizeMegabytes: number): AnswersChange => ({
  ...inVirginia,
  capacity: { scansPerDay, scanSizeMegabytes },
});

it('speaks of the reference tenant', () => {
  expect(referenceTenants.map(({ tenant }) => tenant.id)).toEqual(['medtech-brazil-sa-east-1']);
});

it('counts what comes in from scans a day and their size', () => {
  expect(volumeOf(settings(scans(1_000, 100)))).toEqual({
    gigabytesPerDay: expect.closeTo(100, 6),
    gigabytesPerMonth: expect.closeTo(3_040, 6),
    filesPerDay: expect.closeTo(200_000, 6),
    filesPerMonth: expect.closeTo(6_080_000, 6),
    filesPerSecond: expect.closeTo(200_000 / 86_400, 6),
    peakRatio: 3,
  });
});

it('counts what S3 holds after a year: a quarter at the price of what is read, the rest at that of what is read seldom', () => {
  const perDay = 2.05 * 100;
  const requests = 6_080 * (3 * 0.005 + 2 * 0.02);

  expect(part(scans(1_000, 100), 'Scans in S3').usd).toBeCloseTo(
    90 * perDay * 0.023 + 275 * perDay * 0.004 + requests,
    6,
  );
});

it('counts what EFS takes in and gives out', () => {
  const lying = (100 * 10) / 1_440;

  expect(part(scans(1_000, 100), 'Shared files').usd).toBeCloseTo(lying * 0.3 + 3_040 * (0.06 + 4 * 0.03), 6);
});

it('counts two tasks of each service always, and as many as each may have at most', () => {
  const task = 730 * (0.03238 + 2 * 0.00356);
  const most = synthesize(IMAGING)
    .ofType('AWS::ApplicationAutoScaling::ScalableTarget')
    .filter(({ Properties }) => Properties.ServiceNamespace === 'ecs')
    .reduce((sum, { Properties }) => sum + Number(Properties.MaxCapacity), 0);

  expect(part(scans(10, 10), 'Upload, query and workers').usd).toBeCloseTo(6 * task, 6);
  expect(part({ ...IMAGING, aws: { region: 'us-east-1' } }, 'Upload, query and workers').usdAtMost).toBeCloseTo(
    most * task,
    6,
  );
});

it('counts the nodes that the queue has', () => {
  const { Properties } = synthesize(IMAGING).only('AWS::ElastiCache::ReplicationGroup');

  expect(QUEUE_NODE_TYPE).toBe(Properties.CacheNodeType);
  expect(part(IMAGING, 'Queue').basis).toBe(`${Number(Properties.NumCacheClusters)} nodes, ${QUEUE_NODE_TYPE}`);
});

it('is the sum of its parts whatever scans are', () => {
  fc.assert(
    fc.property(
      fc.record({
        scansPerDay: fc.integer({ min: 1, max: 100_000 }),
        scanSizeMegabytes: fc.integer({ min: 1, max: 20_000 }),
      }),
      fc.integer({ min: 1, max: 35 }),
      (capacity, backupRetentionDays) => {
        expectSoundEstimate(estimateMonth(settings({ ...IMAGING, capacity, compliance: { backupRetentionDays } })));
      },
    ),
  );
});

it('tells what more scans and larger ones cost', () => {
  for (const tenant of referenceTenants) {
    const differences = new Map(variationsOf(tenant).map(({ setting, usdDifference }) => [setting, usdDifference]));

    expect(differences.get('capacity.scansPerDay')).toBeGreaterThan(0);
    expect(differences.get('capacity.scanSizeMegabytes')).toBeGreaterThan(0);
  }
});

it('lists its own prices with where and when they were read', () => {
  const text = costPages().find(({ path }) => path === 'docs/workloads/imaging/cost.md')?.text ?? '';

  for (const { usd, unit, source, date } of Object.values(IMAGING_PRICES)) {
    expect(text).toContain(`| ${usd} | ${unit} | ${source} | ${date} |`);
  }
});
