import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { costDocument } from '../../cost/document';
import { alarmCounts, estimateMonth } from '../../cost/estimate';
import { PRICES, REGION_FACTORS } from '../../cost/prices';
import { REFERENCE_TENANTS } from '../../cost/reference-tenants';
import { variationsOf } from '../../cost/variations';
import { REGIONS } from '../../src/tenant';
import { ENVIRONMENTS, EVERYTHING, settings } from '../foundation/support/settings';
import type { AnswersChange } from '../foundation/support/settings';
import { synthesize } from '../foundation/support/synthesis';

jest.setTimeout(60_000);

describe('docs/cost.md', () => {
  it('is what the estimates say (npm run cost -- --write writes it)', () => {
    expect(readFileSync(join(__dirname, '..', '..', 'docs', 'cost.md'), 'utf8')).toBe(costDocument(REFERENCE_TENANTS));
  });

  it('has every price with where and when it was read, or says that it was not', () => {
    const page = costDocument(REFERENCE_TENANTS);

    for (const { usd, unit, source, date } of Object.values(PRICES)) {
      expect(usd).toBeGreaterThan(0);
      expect(page).toContain(`| ${usd} | ${unit} | ${source} | ${date} |`);
      expect([source, date]).toEqual([
        source,
        source.startsWith('not looked up') ? 'unknown' : expect.stringMatching(/^(before )?\d{4}-\d\d-\d\d$/),
      ]);
    }
    for (const region of REGIONS) expect(page).toContain(`${region} ${REGION_FACTORS[region]}`);
  });

  it('speaks of the reference tenant and of MedTech', () => {
    expect(REFERENCE_TENANTS.map(({ tenant }) => tenant.id)).toEqual(['meditech-eu-central-1', 'medtech-us-east-1']);
  });
});

describe('the estimate of a month', () => {
  const part = (change: AnswersChange, name: string) => {
    const line = estimateMonth(settings(change)).lines.find((one) => one.part === name);
    if (line === undefined) throw new Error(`The estimate has no part ${name}.`);
    return line;
  };
  const inVirginia = { aws: { region: 'us-east-1' } } as const;

  it('counts shards by the hour, their week, and what is put', () => {
    // 4 shards, 730 hours; 1314 million records of one payload unit each.
    expect(part(inVirginia, 'Stream').usd).toBeCloseTo(4 * 730 * (0.015 + 0.02) + 1314 * 0.014, 6);
    expect(part({ ...inVirginia, capacity: { shards: 8 } }, 'Stream').usd).toBeCloseTo(
      8 * 730 * 0.035 + 1314 * 0.014,
      6,
    );
  });

  it('counts two processors always, and one for each shard at most', () => {
    const task = 730 * (0.03238 + 2 * 0.00356);

    expect(part(inVirginia, 'Processors')).toMatchObject({
      usd: expect.closeTo(2 * task, 6),
      usdAtMost: expect.closeTo(4 * task, 6),
    });
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

  it('is dearer in Frankfurt than in Virginia by the ratio of the regions', () => {
    const [frankfurt, virginia] = [{}, inVirginia].map((change) => estimateMonth(settings(change)).usd);

    expect((frankfurt ?? 0) / (virginia ?? 0)).toBeCloseTo(1.15, 6);
  });

  it('is the sum of its parts, and none costs less at most than as assumed', () => {
    fc.assert(
      fc.property(
        fc.record({
          peakEventsPerSecond: fc.integer({ min: 1, max: 20_000 }),
          databaseReadersMin: fc.integer({ min: 1, max: 3 }),
          cacheNodeGroups: fc.integer({ min: 2, max: 20 }),
          streamMode: fc.constantFrom('provisioned' as const, 'onDemand' as const),
        }),
        // From the longest that a law asks in the environments.
        fc.integer({ min: 30, max: 3_653 }),
        fc.constantFrom(...ENVIRONMENTS.map(([, change]) => change)),
        (capacity, observationRetentionDays, change) => {
          const estimate = estimateMonth(
            settings({
              ...change,
              capacity: { ...capacity, databaseReadersMax: 3 },
              compliance: { ...change.compliance, observationRetentionDays },
            }),
          );

          expect(estimate.usd).toBeCloseTo(
            estimate.lines.reduce((sum, { usd }) => sum + usd, 0),
            6,
          );
          for (const { part: name, usd, usdAtMost } of estimate.lines) {
            expect([name, Number.isFinite(usd) && usd > 0, usdAtMost >= usd]).toEqual([name, true, true]);
          }
        },
      ),
    );
  });

  it.each(ENVIRONMENTS)(
    'knows how many alarms, keys, endpoints, tasks, shards and nodes a pipeline has %s',
    (_, change) => {
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
      for (const { Properties } of ofType('AWS::ElastiCache::ReplicationGroup')) {
        const nodes = Number(Properties.NumNodeGroups) * (1 + Number(Properties.ReplicasPerNodeGroup));
        expect(basis('Cache')).toBe(`${nodes} nodes, ${String(Properties.CacheNodeType)}`);
      }
    },
  );

  it('refuses settings without a peak, since nothing can be counted without it', () => {
    const { peakEventsPerSecond: _, ...capacity } = settings().capacity;

    expect(() => estimateMonth({ ...settings(), capacity })).toThrow('capacity.peakEventsPerSecond is missing');
  });
});

describe('what a setting does', () => {
  it.each(REFERENCE_TENANTS.map((tenant) => [tenant.tenant.name, tenant] as const))(
    'to the month of %s is told for settings that are legal',
    (_, tenant) => {
      const differences = new Map(variationsOf(tenant).map(({ setting, usdDifference }) => [setting, usdDifference]));

      expect(differences.get('capacity.peakEventsPerSecond')).toBeGreaterThan(0);
      expect(differences.get('compliance.observationRetentionDays')).toBeGreaterThan(0);
      expect(differences.get('compliance.backupRetentionDays')).toBeLessThan(0);
      expect(differences.get('compliance.logRetentionDays')).toBeLessThan(0);
      expect(differences.get('aws.egress')).toBeGreaterThan(0);
      expect(Math.sign(differences.get('secrets.cacheAuthTokenArn') ?? 0)).toBe(
        tenant.secrets.cacheAuthTokenArn === undefined ? 1 : -1,
      );
    },
  );
});
