import fc from 'fast-check';
import { estimateMonth } from '../../../../cost/estimate';
import { variationsOf } from '../../../../cost/variations';
import { referenceTenants } from '../../../../cost/workloads/vitals/reference-tenants';
import { EVERYTHING, OTHER_CHOICES, settings } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import { expectSoundEstimate, part } from '../../parts';

jest.setTimeout(60_000);

const inVirginia = { workload: 'vitals', aws: { region: 'us-east-1' } } as const;

it('speaks of the reference tenant and of MedTech', () => {
  expect(referenceTenants.map(({ tenant }) => tenant.id)).toEqual(['meditech-eu-central-1', 'medtech-us-east-1']);
});

it('counts a writer and a reader of its size, and all readers at their largest at most', () => {
  const unit = 730 * 0.12;

  expect(part(inVirginia, 'Database')).toMatchObject({
    usd: expect.closeTo(4 * unit, 6),
    usdAtMost: expect.closeTo(4 * 8 * unit, 6),
  });
});

it('counts a cache just where there is one: a replica for each node group', () => {
  expect(() => part(inVirginia, 'Cache')).toThrow('has no part Cache');
  expect(part(EVERYTHING, 'Cache').usd).toBeCloseTo(4 * 730 * 0.065, 6);
});

it.each([EVERYTHING, OTHER_CHOICES])('knows the nodes of the cache that a pipeline has', (change) => {
  const { Properties } = synthesize(change).only('AWS::ElastiCache::ReplicationGroup');
  const nodes = Number(Properties.NumNodeGroups) * (1 + Number(Properties.ReplicasPerNodeGroup));

  expect(part(change, 'Cache').basis).toBe(`${nodes} nodes, ${String(Properties.CacheNodeType)}`);
});

it('counts two processors always, and one for each shard at most', () => {
  const task = 730 * (0.03238 + 2 * 0.00356);

  expect(
    part({ workload: 'vitals', aws: { region: 'us-east-1' }, capacity: { shards: 6 } }, 'Processors'),
  ).toMatchObject({
    usd: expect.closeTo(2 * task, 6),
    usdAtMost: expect.closeTo(6 * task, 6),
  });
});

it('is the sum of its parts whatever readers, nodes and retention are', () => {
  fc.assert(
    fc.property(
      fc.record({
        peakEventsPerSecond: fc.integer({ min: 1, max: 20_000 }),
        databaseReadersMin: fc.integer({ min: 1, max: 3 }),
        cacheNodeGroups: fc.integer({ min: 2, max: 20 }),
      }),
      // From the longest that a law asks in the environments.
      fc.integer({ min: 30, max: 3_653 }),
      fc.constantFrom(inVirginia, EVERYTHING, OTHER_CHOICES),
      (capacity, observationRetentionDays, change) => {
        expectSoundEstimate(
          estimateMonth(
            settings({
              ...change,
              capacity: { ...capacity, databaseReadersMax: 3 },
              compliance: { ...('compliance' in change ? change.compliance : {}), observationRetentionDays },
            }),
          ),
        );
      },
    ),
  );
});

it.each(referenceTenants.map((tenant) => [tenant.tenant.name, tenant] as const))(
  'tells %s what a longer retention costs, and what the cache does',
  (_, tenant) => {
    const differences = new Map(variationsOf(tenant).map(({ setting, usdDifference }) => [setting, usdDifference]));

    expect(differences.get('compliance.observationRetentionDays')).toBeGreaterThan(0);
    expect(Math.sign(differences.get('secrets.cacheAuthTokenArn') ?? 0)).toBe(
      tenant.secrets.cacheAuthTokenArn === undefined ? 1 : -1,
    );
  },
);
