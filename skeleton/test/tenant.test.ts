import fc from 'fast-check';
import {
  describeFault,
  LOG_RETENTION_DAYS,
  parseTenantSettings,
  partitionOf,
  REGIONS,
  settingsOfWorkload,
  TenantSettingsError,
  WORKLOADS,
} from '../src/tenant';
import type { SettingFault } from '../src/tenant';
import { answers } from './foundation/support/settings';
import type { AnswersChange } from './foundation/support/settings';

describe('settings that are right', () => {
  it('come with every default filled in', () => {
    expect(
      parseTenantSettings({
        tenant: { id: 'st-luke', name: 'St. Luke', owner: 'group:default/st-luke' },
        workload: 'vitals',
        aws: {
          accountId: '111122223333',
          region: 'sa-east-1',
          environmentSuffix: 'prod',
          deployRoleArn: 'arn:aws:iam::111122223333:role/ci/pipeline-deploy',
        },
        secrets: { databaseArn: 'arn:aws:secretsmanager:sa-east-1:111122223333:secret:db-a1B2c3' },
        capacity: { peakEventsPerSecond: 10 },
      }),
    ).toEqual({
      schemaVersion: 1,
      tenant: { id: 'st-luke', name: 'St. Luke', owner: 'group:default/st-luke', costCentre: 'unassigned' },
      workload: 'vitals',
      aws: {
        accountId: '111122223333',
        region: 'sa-east-1',
        environmentSuffix: 'prod',
        deployRoleArn: 'arn:aws:iam::111122223333:role/ci/pipeline-deploy',
        egress: 'endpoints',
        trail: 'stack',
      },
      secrets: {
        databaseArn: 'arn:aws:secretsmanager:sa-east-1:111122223333:secret:db-a1B2c3',
        rotation: 'pipeline',
        rotationDays: 30,
      },
      capacity: {
        peakEventsPerSecond: 10,
        streamMode: 'provisioned',
        databaseReadersMin: 1,
        databaseReadersMax: 3,
        cacheNodeGroups: 2,
        databaseStorageGibibytes: 100,
      },
      compliance: {
        frameworks: ['hipaa'],
        observationRetentionDays: 90,
        logRetentionDays: 2192,
        backupRetentionDays: 35,
      },
      records: { additionalResourceTypes: [] },
      imaging: { readAllSubjects: [] },
      observability: {},
    });
  });

  it('are taken in every supported region', () => {
    for (const region of REGIONS) expect(parseTenantSettings(answers({ aws: { region } })).aws.region).toBe(region);
  });

  it('keep the name of a hospital as it was written, whatever is in it', () => {
    const name = '"St. `Luke`" ${{ secrets.X }} {{ name }} <script> \u202e';

    expect(parseTenantSettings(answers({ tenant: { name } })).tenant.name).toBe(name);
  });

  it('may name a key of the secret', () => {
    const databaseKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef';

    expect(parseTenantSettings(answers({ secrets: { databaseKeyArn } })).secrets.databaseKeyArn).toBe(databaseKeyArn);
  });
});

describe('settings that contradict each other', () => {
  const cacheArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:st-luke/cache-d4E5f6';
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const { databaseArn } = answers().secrets;

  it.each([
    ['a cache that shares the secret of the database', { secrets: { cacheAuthTokenArn: databaseArn } }],
    ['a secret of the cache in another region', { secrets: { cacheAuthTokenArn: cacheArn.replace('eu-', 'us-') } }],
    ['a key of a secret that is not there', { secrets: { cacheAuthTokenKeyArn: keyArn } }, 'cacheAuthTokenKeyArn'],
    ['shards on demand', { capacity: { streamMode: 'onDemand', shards: 4 } }, 'capacity.shards'],
    ['fewer shards than the peak needs', { capacity: { peakEventsPerSecond: 5000, shards: 4 } }, 'capacity.shards'],
    [
      'fewer shards than the peak needs by its bytes',
      { workload: 'records', capacity: { peakEventsPerSecond: 1000, shards: 4 } },
      'capacity.shards',
    ],
    ['more readers at least than at most', { capacity: { databaseReadersMin: 3, databaseReadersMax: 2 } }],
    ['more readers at least than at most by default', { capacity: { databaseReadersMin: 4 } }, 'databaseReadersMax'],
    ['a legal retention without its law', { compliance: { legalRetentionDays: 30 } }, 'legalRetentionBasis'],
    ['a law without its days', { compliance: { legalRetentionBasis: '§ 630f BGB' } }, 'legalRetentionDays'],
    [
      'a retention that is shorter than the law wants',
      { compliance: { legalRetentionDays: 91, legalRetentionBasis: '§ 630f BGB' } },
      'observationRetentionDays',
    ],
  ] satisfies Array<[string, AnswersChange, string?]>)('are refused: %s', (_, change, field = '') => {
    const faults = faultsOf({ workload: 'vitals', ...change });

    expect(faults).toHaveLength(1);
    expect(faults[0]?.field).toContain(field);
    expect(faults[0]?.legal).toMatch(/\w/);
  });

  it('are told once each, when a value is wrong by itself as well', () => {
    expect(faultsOf({ capacity: { shards: 1, streamMode: 'onDemand' } }).map(({ legal }) => legal)).toEqual([
      'a whole number of shards from 2 to 500',
    ]);
  });

  it('are not found where the retention is long enough for the law', () => {
    const compliance = { legalRetentionDays: 90, legalRetentionBasis: '§ 630f BGB' };

    expect(parseTenantSettings(answers({ workload: 'vitals', compliance })).compliance).toMatchObject(compliance);
  });
});

describe('settings of one workload', () => {
  const records = { workload: 'records', capacity: { peakEventsPerSecond: 200 } } satisfies AnswersChange;
  const cacheAuthTokenArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:st-luke/cache-d4E5f6';

  it.each([
    ['a cache', { ...records, secrets: { cacheAuthTokenArn } }, 'secrets.cacheAuthTokenArn'],
    [
      'readers',
      { ...records, capacity: { ...records.capacity, databaseReadersMin: 2 } },
      'capacity.databaseReadersMin',
    ],
    [
      'a retention of observations',
      { ...records, compliance: { observationRetentionDays: 30 } },
      'observationRetentionDays',
    ],
    ['scans', { ...records, capacity: { ...records.capacity, scansPerDay: 10 } }, 'capacity.scansPerDay'],
    [
      'a size of the instances, for vitals',
      { workload: 'vitals', capacity: { databaseInstanceClass: 'r6g.large' } },
      'databaseInstanceClass',
    ],
    [
      'types of resource, for vitals',
      { workload: 'vitals', records: { additionalResourceTypes: ['Organization'] } },
      'additionalResourceTypes',
    ],
  ] satisfies Array<[string, AnswersChange, string]>)('are refused for another: %s', (_, change, field) => {
    const faults = faultsOf(change);

    expect(faults).toHaveLength(1);
    expect(faults[0]?.field).toContain(field);
    expect(faults[0]?.legal).toMatch(/^none for \w+: it is a setting of \w+/);
  });

  it('are taken for another where they say what is so by default, as a form sends it', () => {
    const change = { ...records, compliance: { observationRetentionDays: 90 } };

    expect(parseTenantSettings(answers(change)).workload).toBe('records');
  });

  it.each([['Bundle'], ['AuditEvent'], ['Patient'], ['organization'], ['Organisation']])(
    'cannot name %s as a further type of resource',
    (type) => {
      const change = { ...records, records: { additionalResourceTypes: [type] } };

      expect(faultsOf(change as AnswersChange)).toEqual([
        expect.objectContaining({ field: 'records.additionalResourceTypes.0', value: type }),
      ]);
    },
  );

  it('refuse storage that may not grow as far as it begins', () => {
    const capacity = { ...records.capacity, databaseStorageGibibytes: 200, databaseStorageMaxGibibytes: 100 };

    expect(faultsOf({ ...records, capacity })).toEqual([
      expect.objectContaining({ field: 'capacity.databaseStorageMaxGibibytes', value: 100 }),
    ]);
  });

  it('let a law want records kept for longer than observations', () => {
    const compliance = {
      legalRetentionDays: 2920,
      legalRetentionBasis: 'NHS Records Management Code of Practice 2021',
    };

    expect(parseTenantSettings(answers({ ...records, compliance })).compliance).toMatchObject(compliance);
  });

  it.each([
    'capacity.scansPerDay',
    'capacity.scanSizeMegabytes',
    'secrets.cacheAuthTokenArn',
    'imaging.domainName',
    'imaging.certificateArn',
    'imaging.truststoreUri',
    'imaging.truststoreVersion',
  ])('must be told for imaging: %s', (field) => {
    const [group = '', name = ''] = field.split('.');
    const change = { workload: 'imaging', [group]: { [name]: undefined } } as AnswersChange;

    expect(faultsOf(change)).toEqual([expect.objectContaining({ field, value: undefined })]);
  });

  const certificate = (region: string, account = '111122223333') =>
    `arn:aws:acm:${region}:${account}:certificate/1234abcd-12ab-34cd-56ef-1234567890ab`;

  it.each([
    ['domainName', 'Scans.example'],
    ['domainName', 'localhost'],
    ['domainName', 'https://scans.example'],
    ['domainName', 'scans.example.'],
    ['domainName', `${'a'.repeat(64)}.example`],
    ['certificateArn', certificate('us-east-1')],
    ['certificateArn', certificate('eu-central-1', '999999999999')],
    ['certificateArn', 'arn:aws:iam::111122223333:server-certificate/scans'],
    ['ownershipVerificationCertificateArn', certificate('sa-east-1')],
    ['truststoreUri', 'https://bucket.s3.amazonaws.com/hospitals.pem'],
    ['truststoreUri', 's3://my.bucket/hospitals.pem'],
    ['truststoreUri', 's3://bucket/hospitals.zip'],
    ['truststoreVersion', 'null'],
    ['readAllSubjects', ['scans.example']],
    ['readAllSubjects', ['CN=a', 'CN=a']],
  ])('are refused for imaging: %s %j', (name, value) => {
    const faults = faultsOf({ workload: 'imaging', imaging: { [name]: value } });

    expect(faults).toHaveLength(1);
    expect(faults[0]?.field).toContain(`imaging.${name}`);
    expect(faults[0]?.legal).toMatch(/\w/);
  });

  it('of imaging are refused for another', () => {
    expect(faultsOf({ workload: 'vitals', imaging: { domainName: 'scans.example' } })).toEqual([
      { field: 'imaging.domainName', value: 'scans.example', legal: 'none for vitals: it is a setting of imaging' },
    ]);
  });

  it.each(['records', 'imaging'] as const)('have what Brazilian law says by itself, for %s with lgpd', (workload) => {
    const compliance = { frameworks: ['hipaa', 'lgpd'] } satisfies AnswersChange['compliance'];

    expect(parseTenantSettings(answers({ workload, compliance })).compliance).toMatchObject({
      legalRetentionDays: 7305,
      legalRetentionBasis: 'Lei nº 13.787/2018, art. 6º',
      processingBasis: 'Lei nº 13.709/2018 (LGPD), art. 11, II, f',
    });
  });

  it('go before what Brazilian law says by itself', () => {
    const own = { legalRetentionDays: 36_525, legalRetentionBasis: 'internal rule', processingBasis: 'art. 11, I' };
    const compliance = { frameworks: ['hipaa', 'lgpd'], ...own } satisfies AnswersChange['compliance'];

    expect(parseTenantSettings(answers({ workload: 'imaging', compliance })).compliance).toMatchObject(own);
  });

  it('have no law of their own without lgpd', () => {
    const { compliance } = parseTenantSettings(answers({ workload: 'imaging' }));

    expect(compliance).not.toHaveProperty('legalRetentionDays');
    expect(compliance).not.toHaveProperty('processingBasis');
  });

  it('are not shown to the team of another', () => {
    const shown = settingsOfWorkload(parseTenantSettings(answers(records)));

    expect(shown).toMatchObject({ capacity: { databaseStorageGibibytes: 100 }, records: {} });
    expect(JSON.stringify(shown)).not.toMatch(/databaseReaders|cacheNodeGroups|observationRetention/);
    expect(parseTenantSettings(shown)).toEqual(parseTenantSettings(answers(records)));
    expect(settingsOfWorkload(parseTenantSettings(answers({ workload: 'vitals' })))).not.toHaveProperty('records');
  });
});

describe('a secret ARN', () => {
  const fault = (databaseArn: string) => faultsOf({ secrets: { databaseArn } });
  const arn = (region: string, account: string, rest = 'secret:st-luke/database-a1B2c3') =>
    `arn:aws:secretsmanager:${region}:${account}:${rest}`;

  it.each([
    ['of another region', arn('us-east-1', '111122223333'), "an ARN in the tenant's region, eu-central-1 (aws.region)"],
    [
      'of another account',
      arn('eu-central-1', '999988887777'),
      "an ARN in the tenant's account, 111122223333 (aws.accountId)",
    ],
    [
      'of another partition',
      'arn:aws-cn:secretsmanager:eu-central-1:111122223333:secret:db-a1B2c3',
      'an ARN of the partition aws, that of eu-central-1',
    ],
  ])('%s is refused, naming the field', (_, databaseArn, legal) => {
    expect(fault(databaseArn)).toEqual([{ field: 'secrets.databaseArn', value: databaseArn, legal }]);
  });

  it.each([
    ['without its six characters', arn('eu-central-1', '111122223333', 'secret:st-luke/database')],
    ['with five characters', arn('eu-central-1', '111122223333', 'secret:database-a1B2c')],
    ['of another service', 'arn:aws:ssm:eu-central-1:111122223333:parameter/database-a1B2c3'],
    ['that is a name', 'st-luke/database-a1B2c3'],
    ['with a line break', `${arn('eu-central-1', '111122223333')}\n`],
    ['with an expression', arn('eu-central-1', '111122223333', 'secret:${{ x }}-a1B2c3')],
    ['that is empty', ''],
  ])('%s is refused, with an example of a complete one', (_, databaseArn) => {
    expect(fault(databaseArn)).toEqual([
      {
        field: 'secrets.databaseArn',
        value: databaseArn,
        legal: expect.stringContaining(
          'six-character suffix, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:',
        ),
      },
    ]);
  });

  it('tells both when region and account are wrong', () => {
    expect(fault(arn('us-east-1', '999988887777')).map(({ legal }) => legal)).toEqual([
      expect.stringContaining('eu-central-1'),
      expect.stringContaining('111122223333'),
    ]);
  });
});

describe('an environment suffix', () => {
  it.each(['Prod', '1prod', 'prod-', '-prod', 'pr--od', 'pro_d', 'a'.repeat(21), '', 'prod\n', 'pröd', 'prod${x}'])(
    '%j is refused, naming the field and what is legal',
    (environmentSuffix) => {
      const [fault, ...others] = faultsOf({ aws: { environmentSuffix } });

      expect(others).toEqual([]);
      expect(fault).toMatchObject({ field: 'aws.environmentSuffix', value: environmentSuffix });
      expect(fault?.legal).toContain('20 characters at most');
    },
  );

  it('of lower-case letters, digits and single hyphens is taken', () => {
    const suffix = fc
      .stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5}){0,2}$/)
      .filter((candidate) => candidate.length <= 20);
    fc.assert(
      fc.property(suffix, (environmentSuffix) => {
        expect(parseTenantSettings(answers({ aws: { environmentSuffix } })).aws.environmentSuffix).toBe(
          environmentSuffix,
        );
      }),
    );
  });
});

describe('settings that are wrong', () => {
  it.each([
    ['workload', { workload: 'genomics' }, `one of ${WORKLOADS.join(', ')}`],
    ['aws.region', { aws: { region: 'mars-east-1' } }, `one of ${REGIONS.join(', ')}`],
    ['aws.egress', { aws: { egress: 'open' } }, 'one of endpoints, nat'],
    ['aws.accountId', { aws: { accountId: 111122223333 } }, 'the twelve digits of an AWS account, in quotes'],
    ['compliance.frameworks', { compliance: { frameworks: ['gdpr'] } }, 'a list that contains hipaa'],
    ['compliance.frameworks.1', { compliance: { frameworks: ['hipaa', 'pci'] } }, 'one of hipaa, gdpr, lgpd'],
    [
      'compliance.logRetentionDays',
      { compliance: { logRetentionDays: 30 } },
      `one of ${LOG_RETENTION_DAYS.join(', ')} days`,
    ],
    [
      'capacity.peakEventsPerSecond',
      { capacity: { peakEventsPerSecond: 0 } },
      'a whole number of events a second from 1 to 20000',
    ],
    [
      'capacity.peakEventsPerSecond',
      { capacity: { peakEventsPerSecond: 1.5 } },
      'a whole number of events a second from 1 to 20000',
    ],
    ['tenant.owner', { tenant: { owner: 'me' } }, 'a group or user of the catalog, such as group:default/icu-platform'],
    [
      'observability.alarmEmail',
      { observability: { alarmEmail: 'nobody' } },
      'a mail address, such as oncall@hospital.example',
    ],
  ])('in %s are refused with what is legal', (field, change, legal) => {
    expect(faultsOfAnything(merge(answers({ workload: 'vitals' }), change))).toEqual([
      expect.objectContaining({ field, legal }),
    ]);
  });

  it('are all told at once, one a line', () => {
    const error = errorOf({
      ...answers({ aws: { environmentSuffix: 'Prod' }, secrets: { databaseArn: 'x' } }),
      workload: 'genomics',
      colour: 'blue',
    });

    expect(error.faults.map(({ field }) => field).sort()).toEqual([
      'aws.environmentSuffix',
      'colour',
      'secrets.databaseArn',
      'workload',
    ]);
    expect(error.message.split('\n')).toHaveLength(5);
    expect(error.message).toContain('- colour is "blue": expected no such setting: remove it or mend its name');
  });

  it('that lack a field are told which', () => {
    const { capacity: _, ...others } = answers({ workload: 'vitals' });

    expect(errorOf(others).message).toContain(
      '- capacity.peakEventsPerSecond is missing: expected a whole number of events a second from 1 to 20000',
    );
  });

  it.each([[undefined], [null], ['text'], [42], [[]]])('that are %j are refused as a whole', (anything) => {
    expect(faultsOfAnything(anything).length).toBeGreaterThan(0);
  });

  it('never make the parser fail in another way than by its faults', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(() => parseTenantSettings(anything)).toThrow(TenantSettingsError);
      }),
    );
  });
});

describe('the description of a fault', () => {
  it('shortens a long value', () => {
    const line = describeFault({ field: 'tenant.name', value: 'x'.repeat(500), legal: 'less' });

    expect(line.length).toBeLessThan(160);
    expect(line).toContain('…: expected less');
  });

  it('stays on one line whatever the value is', () => {
    expect(describeFault({ field: 'f', value: 'a\nb', legal: 'c' })).toBe('f is "a\\nb": expected c');
  });
});

describe('the partition of a region', () => {
  it.each([
    ['eu-central-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('%s is %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });
});

function faultsOf(change: AnswersChange): readonly SettingFault[] {
  return errorOf(answers(change)).faults;
}

function faultsOfAnything(anything: unknown): readonly SettingFault[] {
  return errorOf(anything).faults;
}

function errorOf(anything: unknown): TenantSettingsError {
  try {
    parseTenantSettings(anything);
  } catch (error) {
    if (error instanceof TenantSettingsError) return error;
    throw error;
  }
  throw new Error('These settings were taken.');
}

/** Lays wrong values over right ones, one level deep. */
function merge(right: object, wrong: Readonly<Record<string, unknown>>): object {
  const merged = Object.entries(wrong).map(([key, value]) => {
    const group = (right as Record<string, unknown>)[key];
    return [key, typeof value === 'object' && typeof group === 'object' ? { ...group, ...value } : value] as const;
  });
  return { ...right, ...Object.fromEntries(merged) };
}
