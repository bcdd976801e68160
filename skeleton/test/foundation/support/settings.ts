import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseTenantSettings } from '../../../src/tenant';
import type { TenantAnswers, TenantSettings } from '../../../src/tenant';

type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;
export type AnswersChange = DeepPartial<TenantAnswers>;

const ACCOUNT_ID = '111122223333';

/** Whether this repository carries a workload: a tenant's has its own only. */
export function carries(workload: TenantAnswers['workload']): boolean {
  return existsSync(join(__dirname, '..', '..', '..', 'src', 'workloads', workload, `${workload}.service.ts`));
}

/** The workload of answers that name none: vitals where it is there. */
const WORKLOAD = (['vitals', 'records', 'imaging'] as const).find(carries) ?? 'vitals';

/** Answers of a made-up hospital. Tests never read `tenant.json`, which is another tenant's in each repository. */
export function answers(change: AnswersChange = {}): TenantAnswers {
  const region = change.aws?.region ?? 'eu-central-1';
  const workload = change.workload ?? WORKLOAD;
  const needed: Needed = workload === 'imaging' ? neededByImaging(region) : { capacity: { peakEventsPerSecond: 1000 } };
  return {
    schemaVersion: 1,
    workload,
    ...change,
    tenant: { id: 'st-luke', name: 'St. Luke', owner: 'group:default/st-luke', costCentre: 'ICU', ...change.tenant },
    aws: {
      accountId: ACCOUNT_ID,
      region,
      environmentSuffix: 'prod',
      deployRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/pipeline-deploy`,
      ...change.aws,
    },
    secrets: {
      databaseArn: `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:st-luke/database-a1B2c3`,
      ...needed.secrets,
      ...change.secrets,
    },
    capacity: { ...needed.capacity, ...change.capacity },
    compliance: { frameworks: ['hipaa', 'gdpr'], ...change.compliance },
    ...(needed.imaging && { imaging: { ...needed.imaging, ...change.imaging } }),
    observability: { alarmEmail: 'oncall@st-luke.example', ...change.observability },
  };
}

/** What a workload has no default for. */
type Needed = Pick<AnswersChange, 'secrets'> & Pick<TenantAnswers, 'capacity' | 'imaging'>;

function neededByImaging(region: string): Needed {
  return {
    capacity: { scansPerDay: 1000, scanSizeMegabytes: 100 },
    secrets: { cacheAuthTokenArn: `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:st-luke/queue-d4E5f6` },
    imaging: {
      domainName: 'scans.st-luke.example',
      certificateArn: `arn:aws:acm:${region}:${ACCOUNT_ID}:certificate/1234abcd-12ab-34cd-56ef-1234567890ab`,
      truststoreUri: 's3://st-luke-truststore/hospitals.pem',
      truststoreVersion: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
    },
  };
}

export function settings(change: AnswersChange = {}): TenantSettings {
  return parseTenantSettings(answers(change));
}

/** A cache, a rotation, and keys of the tenant's own for both secrets: what the smallest tenant goes without. */
export const EVERYTHING: AnswersChange = {
  workload: 'vitals',
  aws: { region: 'us-east-1' },
  secrets: {
    databaseKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    cacheAuthTokenArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:st-luke/cache-d4E5f6',
    cacheAuthTokenKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab',
  },
};

/** Every choice that the settings offer vitals, made the other way than by default, and the longest names there can be. */
export const OTHER_CHOICES: AnswersChange = {
  workload: 'vitals',
  tenant: { id: 'a'.repeat(40) },
  aws: { region: 'ca-central-1', environmentSuffix: 'a2345678901234567890', egress: 'nat', trail: 'organization' },
  secrets: {
    databaseKeyArn: 'arn:aws:kms:ca-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    cacheAuthTokenArn: 'arn:aws:secretsmanager:ca-central-1:111122223333:secret:st-luke/cache-d4E5f6',
    cacheAuthTokenKeyArn: 'arn:aws:kms:ca-central-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab',
    rotation: 'managedElsewhere',
  },
  capacity: {
    peakEventsPerSecond: 20_000,
    streamMode: 'onDemand',
    databaseReadersMin: 2,
    databaseReadersMax: 15,
    cacheNodeGroups: 20,
  },
  compliance: {
    frameworks: ['hipaa'],
    logRetentionDays: 365,
    backupRetentionDays: 7,
    observationRetentionDays: 30,
    legalRetentionDays: 30,
    legalRetentionBasis: 'Public Hospitals Act, R.S.O. 1990, c. P.40',
  },
  observability: { alarmEmail: undefined },
};

/** Records as their reference tenant has them. */
export const RECORDS: AnswersChange = { workload: 'records', aws: { region: 'eu-west-2' } };

/** The same for records: every choice made the other way, with the longest names and the largest database. */
export const RECORDS_OTHER_CHOICES: AnswersChange = {
  workload: 'records',
  tenant: { id: 'a'.repeat(40) },
  aws: { region: 'eu-west-2', environmentSuffix: 'a2345678901234567890', egress: 'nat', trail: 'organization' },
  secrets: {
    databaseKeyArn: 'arn:aws:kms:eu-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    rotation: 'managedElsewhere',
  },
  capacity: {
    peakEventsPerSecond: 20_000,
    streamMode: 'onDemand',
    databaseInstanceClass: 'r6g.4xlarge',
    databaseStorageGibibytes: 500,
    databaseStorageMaxGibibytes: 65_536,
  },
  compliance: {
    frameworks: ['hipaa'],
    logRetentionDays: 365,
    backupRetentionDays: 7,
    quarantineRetentionDays: 30,
    legalRetentionDays: 3653,
    legalRetentionBasis: 'NHS Records Management Code of Practice',
  },
  records: { additionalResourceTypes: ['CarePlan', 'Device'] },
  observability: { alarmEmail: undefined },
};

/** Imaging as its reference tenant has it. */
export const IMAGING: AnswersChange = {
  workload: 'imaging',
  aws: { region: 'sa-east-1' },
  capacity: { scansPerDay: 5000, scanSizeMegabytes: 250 },
  compliance: { frameworks: ['hipaa', 'lgpd'] },
};

/** The same for imaging: every choice made the other way, with the longest names and the most and largest scans. */
export const IMAGING_OTHER_CHOICES: AnswersChange = {
  workload: 'imaging',
  tenant: { id: 'a'.repeat(40) },
  aws: { region: 'sa-east-1', environmentSuffix: 'a2345678901234567890', egress: 'nat', trail: 'organization' },
  secrets: {
    databaseKeyArn: 'arn:aws:kms:sa-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    cacheAuthTokenKeyArn: 'arn:aws:kms:sa-east-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab',
    rotation: 'managedElsewhere',
  },
  capacity: {
    scansPerDay: 100_000,
    scanSizeMegabytes: 20_000,
    streamMode: 'onDemand',
    databaseReadersMin: 2,
    databaseReadersMax: 15,
  },
  compliance: {
    frameworks: ['hipaa'],
    logRetentionDays: 365,
    backupRetentionDays: 7,
    legalRetentionDays: 3653,
    legalRetentionBasis: 'Lei nº 13.787/2018, art. 6º',
  },
  imaging: {
    ownershipVerificationCertificateArn:
      'arn:aws:acm:sa-east-1:111122223333:certificate/5678abcd-12ab-34cd-56ef-1234567890ab',
    readAllSubjects: ['CN=reports.st-luke.example,O=St. Luke,C=BR'],
  },
  observability: { alarmEmail: undefined },
};

const OTHERWISE_BY_WORKLOAD = {
  vitals: OTHER_CHOICES,
  records: RECORDS_OTHER_CHOICES,
  imaging: IMAGING_OTHER_CHOICES,
} as const;

/** Every choice made the other way, for the workload of answers that name none. */
export const OTHERWISE: AnswersChange = OTHERWISE_BY_WORKLOAD[WORKLOAD];

const OF_WORKLOADS: ReadonlyArray<[name: string, change: AnswersChange]> = [
  ['of vitals by default', { workload: 'vitals' }],
  ['of vitals with a cache, a rotation and keys of the tenant’s own', EVERYTHING],
  ['of vitals with every choice made the other way', OTHER_CHOICES],
  ['of records', RECORDS],
  ['of records with every choice made the other way', RECORDS_OTHER_CHOICES],
  ['of imaging', IMAGING],
  ['of imaging with every choice made the other way', IMAGING_OTHER_CHOICES],
];

/** The environments over which the invariants run: those of the workloads that this repository carries. */
export const ENVIRONMENTS: ReadonlyArray<[name: string, change: AnswersChange]> = OF_WORKLOADS.filter(
  ([, { workload }]) => workload !== undefined && carries(workload),
);
