import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expectSoundEstimate, part } from './parts';
import { costPages } from '../../cost/document';
import { alarmCounts, estimateMonth } from '../../cost/estimate';
import { PRICES, REGION_FACTORS } from '../../cost/prices';
import { variationsOf } from '../../cost/variations';
import { costOfWorkload, ESTIMATED_WORKLOADS } from '../../cost/workload-cost';
import { REGIONS } from '../../src/tenant';
import { ENVIRONMENTS, settings } from '../foundation/support/settings';
import { synthesize } from '../foundation/support/synthesis';

jest.setTimeout(60_000);

const REPOSITORY = join(__dirname, '..', '..');
const REFERENCE_TENANTS = ESTIMATED_WORKLOADS.flatMap((workload) => costOfWorkload(workload).referenceTenants);

test('every workload is estimated, by what it says of itself', () => {
  const folders = readdirSync(join(REPOSITORY, 'src', 'workloads'), { withFileTypes: true });
  const carried = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(ESTIMATED_WORKLOADS).toEqual(carried.sort());
  for (const workload of ESTIMATED_WORKLOADS) {
    const { referenceTenants } = costOfWorkload(workload);
    expect(new Set(referenceTenants.map((tenant) => tenant.workload))).toEqual(new Set([workload]));
  }
  expect(() => costOfWorkload('laundry')).toThrow(ESTIMATED_WORKLOADS.join(', '));
});

describe.each(costPages())('$path', ({ path, text }) => {
  it('is what the estimates say (npm run cost -- --write writes it)', () => {
    expect(readFileSync(join(REPOSITORY, path), 'utf8')).toBe(text);
  });

  it('has every price with where and when it was read, or says that it was not', () => {
    for (const { usd, unit, source, date } of Object.values(PRICES)) {
      expect(usd).toBeGreaterThan(0);
      expect(text).toContain(`| ${usd} | ${unit} | ${source} | ${date} |`);
      expect([source, date]).toEqual([
        source,
        source.startsWith('not looked up') ? 'unknown' : expect.stringMatching(/^(before )?\d{4}-\d\d-\d\d$/),
      ]);
    }
    for (const region of REGIONS) expect(text).toContain(`${region} ${REGION_FACTORS[region]}`);
  });
});

describe('the estimate of a month', () => {
  const inVirginia = { aws: { region: 'us-east-1' } } as const;

  it('counts shards by the hour, their week, and what is put', () => {
    const { meanPartOfPeak, pipeline } = costOfWorkload(settings().workload);
    // 730 hours; a record is one payload unit.
    const puts = ((pipeline.peakOf(settings()) * meanPartOfPeak * 730 * 3_600) / 1e6) * 0.014;

    expect(part({ ...inVirginia, capacity: { shards: 6 } }, 'Stream').usd).toBeCloseTo(6 * 730 * 0.035 + puts, 6);
    expect(part({ ...inVirginia, capacity: { shards: 8 } }, 'Stream').usd).toBeCloseTo(8 * 730 * 0.035 + puts, 6);
  });

  it('is dearer in Frankfurt than in Virginia by the ratio of the regions', () => {
    const [frankfurt, virginia] = [{}, inVirginia].map((change) => estimateMonth(settings(change)).usd);

    expect((frankfurt ?? 0) / (virginia ?? 0)).toBeCloseTo(1.15, 6);
  });

  it('is the sum of its parts, and none costs less at most than as assumed', () => {
    fc.assert(
      fc.property(
        fc.record({
          shards: fc.integer({ min: 1, max: 200 }),
          databaseReadersMin: fc.integer({ min: 1, max: 5 }),
        }),
        fc.constantFrom('provisioned' as const, 'onDemand' as const),
        fc.constantFrom(...ENVIRONMENTS.map(([, change]) => change)),
        ({ shards, ...capacity }, streamMode, change) => {
          const { workload, capacity: own } = settings(change);
          const stream = streamMode === 'provisioned' ? { streamMode, shards } : { streamMode };
          const readers = workload === 'records' ? {} : capacity;
          const { shards: _, ...others } = own;
          expectSoundEstimate(estimateMonth({ ...settings(change), capacity: { ...others, ...stream, ...readers } }));
        },
      ),
    );
  });

  it.each(ENVIRONMENTS)('knows how many alarms, keys, endpoints and shards a pipeline has %s', (_, change) => {
    const tenant = settings(change);
    const { resources } = synthesize(change);
    const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
    const { single, combined } = alarmCounts(tenant);
    const basis = (name: string) => part(change, name).basis;

    expect([single, combined]).toEqual([
      ofType('AWS::CloudWatch::Alarm').length,
      ofType('AWS::CloudWatch::CompositeAlarm').length,
    ]);
    expect(basis('Keys and secrets')).toContain(`${ofType('AWS::KMS::Key').length} keys`);
    const endpoints = ofType('AWS::EC2::VPCEndpoint').filter(
      ({ Properties }) => Properties.VpcEndpointType === 'Interface',
    );
    expect(basis('Network')).toContain(`${endpoints.length} endpoints`);
    expect(ofType('AWS::EC2::NatGateway')).toHaveLength(tenant.aws.egress === 'nat' ? 3 : 0);
    const [stream] = ofType('AWS::Kinesis::Stream');
    expect(basis('Stream')).toContain(
      stream?.Properties.ShardCount === undefined ? 'on demand' : `${String(stream.Properties.ShardCount)} shards`,
    );
  });

  it.each(ENVIRONMENTS)(
    'refuses settings that do not say how much comes, since nothing can be counted %s',
    (_, change) => {
      const { peakEventsPerSecond: _peak, scansPerDay: _scans, ...capacity } = settings(change).capacity;

      expect(() => estimateMonth({ ...settings(change), capacity })).toThrow(/^capacity\..* missing/);
    },
  );
});

describe('what a setting does', () => {
  it.each(REFERENCE_TENANTS.map((tenant) => [tenant.tenant.name, tenant] as const))(
    'to the month of %s is told for settings that are legal',
    (_, tenant) => {
      const variations = variationsOf(tenant);
      const differences = new Map(variations.map(({ setting, usdDifference }) => [setting, usdDifference]));

      // The first is of how much comes.
      expect(variations[0]?.usdDifference).toBeGreaterThan(0);
      expect(differences.get('compliance.backupRetentionDays')).toBeLessThan(0);
      expect(differences.get('compliance.logRetentionDays')).toBeLessThan(0);
      expect(differences.get('aws.egress')).toBeGreaterThan(0);
    },
  );
});
