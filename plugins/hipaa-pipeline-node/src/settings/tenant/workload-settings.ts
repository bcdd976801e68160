import {
  CACHE_NODE_GROUPS_DEFAULT,
  DATABASE_READERS_MAX_DEFAULT,
  DATABASE_READERS_MIN_DEFAULT,
  DATABASE_STORAGE_GIBIBYTES_DEFAULT,
  OBSERVATION_RETENTION_DAYS_DEFAULT,
  type Workload,
  WORKLOADS,
} from './constants';
import type { SettingFault } from './fault';
import type { TenantSettings } from './schema';
import { valueAt } from './values';

/** A setting that not every workload has. */
interface WorkloadSetting {
  /** Its path, such as `capacity.shards`. */
  readonly field: string;
  readonly workloads: readonly Workload[];
  /** What it is when nobody sets it: no fault then, whatever the workload. A form sends it as well. */
  readonly byDefault?: unknown;
}

const WORKLOAD_SETTINGS: readonly WorkloadSetting[] = [
  { field: 'secrets.cacheAuthTokenArn', workloads: ['vitals', 'imaging'] },
  { field: 'secrets.cacheAuthTokenKeyArn', workloads: ['vitals', 'imaging'] },
  { field: 'capacity.peakEventsPerSecond', workloads: ['vitals', 'records'] },
  { field: 'capacity.databaseReadersMin', workloads: ['vitals', 'imaging'], byDefault: DATABASE_READERS_MIN_DEFAULT },
  { field: 'capacity.databaseReadersMax', workloads: ['vitals', 'imaging'], byDefault: DATABASE_READERS_MAX_DEFAULT },
  { field: 'capacity.cacheNodeGroups', workloads: ['vitals'], byDefault: CACHE_NODE_GROUPS_DEFAULT },
  { field: 'capacity.databaseInstanceClass', workloads: ['records'] },
  {
    field: 'capacity.databaseStorageGibibytes',
    workloads: ['records'],
    byDefault: DATABASE_STORAGE_GIBIBYTES_DEFAULT,
  },
  { field: 'capacity.databaseStorageMaxGibibytes', workloads: ['records'] },
  { field: 'capacity.scansPerDay', workloads: ['imaging'] },
  { field: 'capacity.scanSizeMegabytes', workloads: ['imaging'] },
  {
    field: 'compliance.observationRetentionDays',
    workloads: ['vitals'],
    byDefault: OBSERVATION_RETENTION_DAYS_DEFAULT,
  },
  { field: 'records.additionalResourceTypes', workloads: ['records'], byDefault: [] },
  { field: 'imaging.domainName', workloads: ['imaging'] },
  { field: 'imaging.certificateArn', workloads: ['imaging'] },
  { field: 'imaging.ownershipVerificationCertificateArn', workloads: ['imaging'] },
  { field: 'imaging.truststoreUri', workloads: ['imaging'] },
  { field: 'imaging.truststoreVersion', workloads: ['imaging'] },
  { field: 'imaging.readAllSubjects', workloads: ['imaging'], byDefault: [] },
];

/** Settings that a workload must be told, with what is legal: none has a default that would fit every hospital. */
const REQUIRED_SETTINGS: Readonly<Record<Workload, Readonly<Record<string, string>>>> = {
  vitals: { 'capacity.peakEventsPerSecond': 'a whole number of events a second from 1 to 20000' },
  records: { 'capacity.peakEventsPerSecond': 'a whole number of events a second from 1 to 20000' },
  imaging: {
    'capacity.scansPerDay': 'a whole number of scans a day from 1 to 100000',
    'capacity.scanSizeMegabytes': 'a whole number of megabytes from 1 to 20000',
    'secrets.cacheAuthTokenArn':
      'the complete ARN of an existing secret whose whole text is the auth token of the queue, 16 to 128 printable characters',
    'imaging.domainName': 'the DNS name that hospitals send their scans to',
    'imaging.certificateArn': 'the ARN of the certificate of that name in AWS Certificate Manager',
    'imaging.truststoreUri':
      'the PEM file in S3 with the authorities of the hospitals, such as s3://bucket/hospitals.pem',
    'imaging.truststoreVersion': 'the version id of that file in S3',
  },
};

/** Settings that the workload needs and has not, or has and does not know. */
export function workloadFaults(answers: unknown): SettingFault[] {
  const workload = valueAt(answers, ['workload']);
  if (!isWorkload(workload)) return [];
  const missing = Object.entries(REQUIRED_SETTINGS[workload])
    .filter(([field]) => valueAt(answers, field.split('.')) === undefined)
    .map(([field, legal]) => ({ field, value: undefined, legal }));
  const foreign = settingsOfOthers(workload).flatMap(({ field, workloads, byDefault }) => {
    const value = valueAt(answers, field.split('.'));
    if (value === undefined || JSON.stringify(value) === JSON.stringify(byDefault)) return [];
    return [{ field, value, legal: `none for ${workload}: it is a setting of ${workloads.join(' and ')}` }];
  });
  return [...missing, ...foreign];
}

/** The settings without those that belong to other workloads: what a tenant's team reads in `tenant.json`. */
export function settingsOfWorkload(settings: TenantSettings): object {
  const foreign = new Set(settingsOfOthers(settings.workload).map(({ field }) => field));
  return Object.fromEntries(
    Object.entries(settings).flatMap(([group, values]: [string, unknown]) => {
      if (typeof values !== 'object' || values === null) return [[group, values]];
      const own = Object.entries(values).filter(([key]) => !foreign.has(`${group}.${key}`));
      return own.length === 0 && Object.keys(values).length > 0 ? [] : [[group, Object.fromEntries(own)]];
    }),
  );
}

function settingsOfOthers(workload: Workload): readonly WorkloadSetting[] {
  return WORKLOAD_SETTINGS.filter(({ workloads }) => !workloads.includes(workload));
}

function isWorkload(value: unknown): value is Workload {
  return WORKLOADS.some((workload) => workload === value);
}
