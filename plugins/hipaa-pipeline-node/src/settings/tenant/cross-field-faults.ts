import {
  ACCOUNT_ID_PATTERN,
  CERTIFICATE_ARN_PATTERN,
  DATABASE_READERS,
  DATABASE_READERS_MAX_DEFAULT,
  DATABASE_READERS_MIN_DEFAULT,
  DATABASE_STORAGE_GIBIBYTES,
  DATABASE_STORAGE_GIBIBYTES_DEFAULT,
  KMS_KEY_ARN_PATTERN,
  LEGAL_BASIS,
  LEGAL_RETENTION_DAYS,
  OBSERVATION_RETENTION_DAYS_DEFAULT,
  PEAK_EVENTS_PER_SECOND,
  PLANNED_EVENT_BYTES,
  REGIONS,
  RETENTION_DAYS,
  ROLE_ARN_PATTERN,
  SECRET_ARN_PATTERN,
  SHARD_BYTES_PER_SECOND,
  SHARD_RECORDS_PER_SECOND,
  SHARDS,
} from './constants';
import type { SettingFault } from './fault';
import { numberAt, textAt, valueAt } from './values';
import { workloadFaults } from './workload-settings';

/** Partition of a region's ARNs. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/**
 * Faults between fields. Looks only at values that are right by themselves, so that one mistake is told once; the portal's
 * form, which judges a value's shape itself, asks it alone while later answers are still missing.
 */
export function crossFieldFaults(answers: unknown): SettingFault[] {
  const faults: SettingFault[] = [];
  const accountId = textAt(answers, 'aws.accountId', ACCOUNT_ID_PATTERN);
  const region = textAt(answers, 'aws.region', new RegExp(`^(${REGIONS.join('|')})$`));
  const expected = {
    partition: region && partitionOf(region),
    region,
    accountId,
  };
  for (const [field, pattern] of [
    ['secrets.databaseArn', SECRET_ARN_PATTERN],
    ['secrets.databaseKeyArn', KMS_KEY_ARN_PATTERN],
    ['secrets.cacheAuthTokenArn', SECRET_ARN_PATTERN],
    ['secrets.cacheAuthTokenKeyArn', KMS_KEY_ARN_PATTERN],
    ['aws.deployRoleArn', ROLE_ARN_PATTERN],
    ['imaging.certificateArn', CERTIFICATE_ARN_PATTERN],
    ['imaging.ownershipVerificationCertificateArn', CERTIFICATE_ARN_PATTERN],
  ] as const) {
    const arn = textAt(answers, field, pattern);
    if (arn === undefined) continue;
    const [, arnPartition, , arnRegion, arnAccountId] = arn.split(':');
    if (expected.partition && arnPartition !== expected.partition) {
      faults.push({ field, value: arn, legal: `an ARN of the partition ${expected.partition}, that of ${region}` });
    }
    if (expected.region && arnRegion !== '' && arnRegion !== expected.region) {
      faults.push({ field, value: arn, legal: `an ARN in the tenant's region, ${expected.region} (aws.region)` });
    }
    if (expected.accountId && arnAccountId !== expected.accountId) {
      faults.push({
        field,
        value: arn,
        legal: `an ARN in the tenant's account, ${expected.accountId} (aws.accountId)`,
      });
    }
  }
  faults.push(
    ...workloadFaults(answers),
    ...secretFaults(answers),
    ...capacityFaults(answers),
    ...storageFaults(answers),
    ...retentionFaults(answers),
  );
  return faults;
}

function secretFaults(answers: unknown): SettingFault[] {
  const databaseArn = textAt(answers, 'secrets.databaseArn', SECRET_ARN_PATTERN);
  const cacheAuthTokenArn = valueAt(answers, ['secrets', 'cacheAuthTokenArn']);
  const cacheAuthTokenKeyArn = valueAt(answers, ['secrets', 'cacheAuthTokenKeyArn']);
  const faults: SettingFault[] = [];
  if (databaseArn !== undefined && cacheAuthTokenArn === databaseArn) {
    faults.push({
      field: 'secrets.cacheAuthTokenArn',
      value: cacheAuthTokenArn,
      legal: 'another secret than secrets.databaseArn: this one holds nothing but the auth token of Redis',
    });
  }
  if (cacheAuthTokenKeyArn !== undefined && cacheAuthTokenArn === undefined) {
    faults.push({
      field: 'secrets.cacheAuthTokenKeyArn',
      value: cacheAuthTokenKeyArn,
      legal: 'none without the secret that it encrypts, secrets.cacheAuthTokenArn',
    });
  }
  return faults;
}

function plannedEventBytes(answers: unknown): number {
  const workload = valueAt(answers, ['workload']);
  return workload === 'records' || workload === 'imaging' ? PLANNED_EVENT_BYTES[workload] : PLANNED_EVENT_BYTES.vitals;
}

function capacityFaults(answers: unknown): SettingFault[] {
  const faults: SettingFault[] = [];
  const shards = numberAt(answers, 'capacity.shards', SHARDS);
  const peak = numberAt(answers, 'capacity.peakEventsPerSecond', PEAK_EVENTS_PER_SECOND) ?? 0;
  const bytes = plannedEventBytes(answers);
  const shardsNeeded = Math.max(
    Math.ceil(peak / SHARD_RECORDS_PER_SECOND),
    Math.ceil((peak * bytes) / SHARD_BYTES_PER_SECOND),
  );
  if (shards !== undefined && valueAt(answers, ['capacity', 'streamMode']) === 'onDemand') {
    faults.push({
      field: 'capacity.shards',
      value: shards,
      legal: 'none when capacity.streamMode is onDemand: Kinesis sets them by itself',
    });
  } else if (shards !== undefined && shards < shardsNeeded) {
    faults.push({
      field: 'capacity.shards',
      value: shards,
      legal: `${shardsNeeded} shards at least for ${peak} events a second of ${bytes} bytes (capacity.peakEventsPerSecond), twice as many to catch up after an outage`,
    });
  }
  const readersMin = numberAt(answers, 'capacity.databaseReadersMin', DATABASE_READERS);
  const readersMax = numberAt(answers, 'capacity.databaseReadersMax', DATABASE_READERS);
  if ((readersMin ?? DATABASE_READERS_MIN_DEFAULT) > (readersMax ?? DATABASE_READERS_MAX_DEFAULT)) {
    faults.push({
      field: 'capacity.databaseReadersMax',
      value: readersMax,
      legal: `${readersMin ?? DATABASE_READERS_MIN_DEFAULT} readers at least, as many as always run (capacity.databaseReadersMin)`,
    });
  }
  return faults;
}

function storageFaults(answers: unknown): SettingFault[] {
  const most = numberAt(answers, 'capacity.databaseStorageMaxGibibytes', DATABASE_STORAGE_GIBIBYTES);
  const first =
    numberAt(answers, 'capacity.databaseStorageGibibytes', DATABASE_STORAGE_GIBIBYTES) ??
    DATABASE_STORAGE_GIBIBYTES_DEFAULT;
  if (most === undefined || most >= first) return [];
  return [
    {
      field: 'capacity.databaseStorageMaxGibibytes',
      value: most,
      legal: `${first} gibibytes at least, which the database begins with (capacity.databaseStorageGibibytes)`,
    },
  ];
}

function retentionFaults(answers: unknown): SettingFault[] {
  const faults: SettingFault[] = [];
  const legalDays = numberAt(answers, 'compliance.legalRetentionDays', LEGAL_RETENTION_DAYS);
  const basis = valueAt(answers, ['compliance', 'legalRetentionBasis']);
  if (legalDays !== undefined && basis === undefined) {
    faults.push({ field: 'compliance.legalRetentionBasis', value: undefined, legal: LEGAL_BASIS });
  }
  if (basis !== undefined && valueAt(answers, ['compliance', 'legalRetentionDays']) === undefined) {
    faults.push({
      field: 'compliance.legalRetentionDays',
      value: undefined,
      legal: 'the days for which that law (compliance.legalRetentionBasis) wants data kept, from 1 to 36525',
    });
  }
  if (valueAt(answers, ['workload']) !== 'vitals') return faults;
  const kept = numberAt(answers, 'compliance.observationRetentionDays', RETENTION_DAYS);
  if (legalDays !== undefined && legalDays > (kept ?? OBSERVATION_RETENTION_DAYS_DEFAULT)) {
    faults.push({
      field: 'compliance.observationRetentionDays',
      value: kept,
      legal: `${legalDays} days at least, for which the law wants data kept (compliance.legalRetentionDays)`,
    });
  }
  return faults;
}
