/**
 * The settings of one tenant: schema, defaults and the errors a person gets for a wrong one.
 *
 * The same file serves the CDK app (at synth) and the platform's rendering library (in the portal's action),
 * so an answer is judged by the same words everywhere. It therefore imports nothing but zod.
 */
import { z } from 'zod';

/** Workloads that the product knows. A given skeleton may carry fewer: see `src/workloads/`. */
export const WORKLOADS = ['vitals', 'records', 'imaging'] as const;
export type Workload = (typeof WORKLOADS)[number];

/**
 * Regions a pipeline can be deployed to: each has three zones or more, Aurora PostgreSQL Serverless v2,
 * Fargate on ARM64 and Kinesis. Their zones are preset in `cdk.json`, so that synth needs no credentials.
 */
export const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
] as const;
export type Region = (typeof REGIONS)[number];

/** Legal frameworks. `hipaa` always applies; the others add their own duties. */
export const FRAMEWORKS = ['hipaa', 'gdpr', 'lgpd'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Days that CloudWatch Logs accepts as a retention, from a year up (CloudWatch Logs API, PutRetentionPolicy). */
export const LOG_RETENTION_DAYS = [365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653] as const;

/** `environmentSuffix`: ends every physical name, so it is short enough for AWS's shortest limit. */
export const ENVIRONMENT_SUFFIX_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const ENVIRONMENT_SUFFIX_MAX_LENGTH = 20;

/** A tenant's id: names its repository, catalog entry and tags. */
export const TENANT_ID_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const TENANT_ID_MAX_LENGTH = 40;

/** An AWS account id: twelve digits. */
export const ACCOUNT_ID_PATTERN = /^\d{12}$/;

/** A Backstage entity reference of a group or a user, such as `group:default/icu-platform`. */
export const OWNER_PATTERN = /^(group|user):[a-z0-9]+([-_.][a-z0-9]+)*\/[a-z0-9]+([-_.][a-z0-9]+)*$/;

/** A cost centre as it is written into the tag `CostCentre`. */
export const COST_CENTRE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9 _.:/=+@-]{0,63}$/;

/** A complete ARN of a Secrets Manager secret: with the hyphen and six characters that Secrets Manager appends. */
export const SECRET_ARN_PATTERN =
  /^arn:(aws|aws-cn|aws-us-gov):secretsmanager:[a-z]{2}(-[a-z]+)+-\d:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$/;

/** The ARN of a KMS key (not of an alias). */
export const KMS_KEY_ARN_PATTERN =
  /^arn:(aws|aws-cn|aws-us-gov):kms:[a-z]{2}(-[a-z]+)+-\d:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The ARN of an IAM role, with or without a path. */
export const ROLE_ARN_PATTERN = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** Legal ranges, both ends included. */
const PEAK_EVENTS_PER_SECOND = [1, 20_000] as const;
const SHARDS = [2, 500] as const;
const DATABASE_READERS = [1, 15] as const;
const RETENTION_DAYS = [1, 3_653] as const;

/** Records that a shard takes in a second (Amazon Kinesis Data Streams Developer Guide, "Quotas and limits"). */
const SHARD_RECORDS_PER_SECOND = 1_000;

const DATABASE_READERS_MIN_DEFAULT = 1;
const DATABASE_READERS_MAX_DEFAULT = 3;
const OBSERVATION_RETENTION_DAYS_DEFAULT = 90;

/** An address for alarm mails: one `@`, no white space. SNS itself checks that it can receive. */
export const EMAIL_PATTERN = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** A law as people cite it: one line, which is shown in answers and never executed. */
export const LEGAL_BASIS_PATTERN = /^[!-~\u00a1-\uffff][ -~\u00a0-\uffff]{0,199}$/;
const LEGAL_BASIS = 'the law as people cite it, 200 characters at most, such as § 630f BGB';

const text = (pattern: RegExp, maxLength: number, legal: string) =>
  z
    .string({ error: () => legal })
    .max(maxLength, { error: () => legal })
    .regex(pattern, { error: () => legal });

const wholeNumber = ([minimum, maximum]: readonly [number, number], unit: string) => {
  const legal = `a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z
    .int({ error: () => legal })
    .min(minimum, { error: () => legal })
    .max(maximum, { error: () => legal });
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: () => `one of ${values.join(', ')}` });

export const tenantSettingsSchema = z.strictObject({
  /** Version of this file's shape. Raised when a field changes its meaning; migrations go from one to the next. */
  schemaVersion: z.literal(1, { error: () => '1' }).default(1),
  tenant: z.strictObject({
    id: text(
      TENANT_ID_PATTERN,
      TENANT_ID_MAX_LENGTH,
      `lower-case letters, digits and single hyphens, beginning with a letter, ${TENANT_ID_MAX_LENGTH} characters at most, such as meditech-eu-central-1`,
    ),
    /** The hospital's name as people write it. Any characters: it is shown, never executed. */
    name: z
      .string({ error: () => 'a name of 1 to 120 characters' })
      .min(1, { error: () => 'a name of 1 to 120 characters' })
      .max(120, { error: () => 'a name of 1 to 120 characters' }),
    owner: text(OWNER_PATTERN, 128, 'a group or user of the catalog, such as group:default/icu-platform'),
    costCentre: text(
      COST_CENTRE_PATTERN,
      64,
      'letters, digits, spaces and _ . : / = + @ -, 64 characters at most, such as CC-4711',
    ).default('unassigned'),
  }),
  workload: oneOf(WORKLOADS),
  aws: z.strictObject({
    accountId: text(ACCOUNT_ID_PATTERN, 12, 'the twelve digits of an AWS account, in quotes'),
    region: oneOf(REGIONS),
    environmentSuffix: text(
      ENVIRONMENT_SUFFIX_PATTERN,
      ENVIRONMENT_SUFFIX_MAX_LENGTH,
      `lower-case letters, digits and single hyphens, beginning with a letter, ${ENVIRONMENT_SUFFIX_MAX_LENGTH} characters at most, such as prod or icu-test`,
    ),
    /** Role that the repository's CI assumes through OpenID Connect to deploy. */
    deployRoleArn: text(
      ROLE_ARN_PATTERN,
      2048,
      "the ARN of an IAM role in the tenant's account, such as arn:aws:iam::123456789012:role/pipeline-deploy",
    ),
    /** How tasks reach AWS. Default `endpoints`: no route out of the network; `nat` adds NAT gateways. */
    egress: oneOf(['endpoints', 'nat']).default('endpoints'),
    /** Default `stack`: the stack makes its own CloudTrail. `organization`: the account already has one that covers it. */
    trail: oneOf(['stack', 'organization']).default('stack'),
  }),
  secrets: z.strictObject({
    /** Existing secret with `username` and `password` of the database's master user. */
    databaseArn: text(
      SECRET_ARN_PATTERN,
      2048,
      'the complete ARN of a Secrets Manager secret, with its six-character suffix, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:vitals/database-a1B2c3',
    ),
    /** Key that encrypts that secret. Default: none, for the account's `aws/secretsmanager` key. */
    databaseKeyArn: text(
      KMS_KEY_ARN_PATTERN,
      2048,
      'the ARN of a KMS key (not of an alias), such as arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    ).optional(),
    /**
     * Existing secret whose whole text is the auth token of Redis: 16 to 128 printable characters (Amazon ElastiCache User Guide,
     * "Authenticating with the Valkey and Redis OSS AUTH command"). Default: none, and then the pipeline has no cache.
     */
    cacheAuthTokenArn: text(
      SECRET_ARN_PATTERN,
      2048,
      'the complete ARN of a Secrets Manager secret, with its six-character suffix, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:vitals/cache-a1B2c3',
    ).optional(),
    /** Key that encrypts that secret. Default: none, for the account's `aws/secretsmanager` key. */
    cacheAuthTokenKeyArn: text(
      KMS_KEY_ARN_PATTERN,
      2048,
      'the ARN of a KMS key (not of an alias), such as arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    ).optional(),
    /** Who changes the database's password. Default `pipeline`: a schedule of the stack; `managedElsewhere`: the secret's owner. */
    rotation: oneOf(['pipeline', 'managedElsewhere']).default('pipeline'),
    /** Days between two rotations of the schedule. Default 30. */
    rotationDays: wholeNumber([1, 365], 'days').default(30),
  }),
  capacity: z
    .strictObject({
      /** Events a second at the peak, for vitals and records. Shards, tasks and database follow from it. */
      peakEventsPerSecond: wholeNumber(PEAK_EVENTS_PER_SECOND, 'events a second').optional(),
      /** Default `provisioned`: shards as set here; `onDemand`: Kinesis adds shards by itself, for a price per gigabyte. */
      streamMode: oneOf(['provisioned', 'onDemand']).default('provisioned'),
      /** Shards of the stream. Default: twice what the peak needs, four at least. */
      shards: wholeNumber(SHARDS, 'shards').optional(),
      /** Readers of the database that always run. Default 1. */
      databaseReadersMin: wholeNumber(DATABASE_READERS, 'readers').default(DATABASE_READERS_MIN_DEFAULT),
      /** Readers of the database when queries need them. Default 3. */
      databaseReadersMax: wholeNumber(DATABASE_READERS, 'readers').default(DATABASE_READERS_MAX_DEFAULT),
      /** Node groups of the cache, each with a replica in another zone. Default 2. */
      cacheNodeGroups: wholeNumber([2, 20], 'node groups').default(2),
      /** Studies a day, for imaging. */
      scansPerDay: wholeNumber([1, 100_000], 'scans a day').optional(),
      /** Mean size of a study, for imaging. */
      scanSizeMegabytes: wholeNumber([1, 20_000], 'megabytes').optional(),
    })
    .prefault({}),
  compliance: z
    .strictObject({
      /** Default: `hipaa` alone. */
      frameworks: z
        .array(oneOf(FRAMEWORKS))
        .refine((frameworks) => frameworks.includes('hipaa'), { error: () => 'a list that contains hipaa' })
        .refine((frameworks) => new Set(frameworks).size === frameworks.length, {
          error: () => 'a list in which no framework stands twice',
        })
        .default(['hipaa']),
      /** Days that observations stay queryable before their partition is dropped. Default 90. */
      observationRetentionDays: wholeNumber(RETENTION_DAYS, 'days').default(OBSERVATION_RETENTION_DAYS_DEFAULT),
      /**
       * Days for which a law obliges the hospital to keep what is stored here. A patient's data is not erased before they are over.
       * Default: none; monitors' raw data is then no part of the medical record that the law means.
       */
      legalRetentionDays: wholeNumber(RETENTION_DAYS, 'days').optional(),
      /** That law, as people cite it. */
      legalRetentionBasis: text(LEGAL_BASIS_PATTERN, 200, LEGAL_BASIS).optional(),
      /** Days that logs are kept. Default 2192, the six years of 45 CFR 164.316(b)(2)(i). */
      logRetentionDays: z
        .union(
          LOG_RETENTION_DAYS.map((days) => z.literal(days)),
          {
            error: () => `one of ${LOG_RETENTION_DAYS.join(', ')} days`,
          },
        )
        .default(2192),
      /** Days of automated database backups. Default 35, the most that RDS keeps. */
      backupRetentionDays: wholeNumber([1, 35], 'days').default(35),
    })
    .prefault({}),
  observability: z
    .strictObject({
      /** Where alarms are mailed. Default: nowhere; subscribe to the topic by other means. */
      alarmEmail: text(EMAIL_PATTERN, 254, 'a mail address, such as oncall@hospital.example').optional(),
    })
    .prefault({}),
});

/** The settings as the app uses them: every default filled in. */
export type TenantSettings = z.output<typeof tenantSettingsSchema>;
/** The settings as a person writes them: defaults may be left out. */
export type TenantAnswers = z.input<typeof tenantSettingsSchema>;

/** One thing wrong with one field. `field` is the path in the settings, such as `aws.region`. */
export interface SettingFault {
  readonly field: string;
  /** The value as given, for the person to recognize; `undefined` where it is missing. */
  readonly value: unknown;
  /** What would be right, as a phrase that fits after "expected". */
  readonly legal: string;
}

/** Wrong settings: every fault at once, one a line. */
export class TenantSettingsError extends Error {
  constructor(readonly faults: readonly SettingFault[]) {
    super(`The tenant's settings are wrong:\n${faults.map((fault) => `- ${describeFault(fault)}`).join('\n')}`);
    this.name = 'TenantSettingsError';
  }
}

const SHOWN_VALUE_MAX_LENGTH = 120;

/** One line for a person: field, value, what is legal. */
export function describeFault({ field, value, legal }: SettingFault): string {
  if (value === undefined) return `${field} is missing: expected ${legal}`;
  const json = JSON.stringify(value) ?? String(value);
  const shown = json.length > SHOWN_VALUE_MAX_LENGTH ? `${json.slice(0, SHOWN_VALUE_MAX_LENGTH)}…` : json;
  return `${field} is ${shown}: expected ${legal}`;
}

/** Partition of a region's ARNs. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Capacity that each workload needs to be told. */
const REQUIRED_CAPACITY: Record<
  Workload,
  ReadonlyArray<'peakEventsPerSecond' | 'scansPerDay' | 'scanSizeMegabytes'>
> = {
  vitals: ['peakEventsPerSecond'],
  records: ['peakEventsPerSecond'],
  imaging: ['scansPerDay', 'scanSizeMegabytes'],
};

const CAPACITY_LEGAL = {
  peakEventsPerSecond: 'a whole number of events a second from 1 to 20000',
  scansPerDay: 'a whole number of scans a day from 1 to 100000',
  scanSizeMegabytes: 'a whole number of megabytes from 1 to 20000',
} as const;

/**
 * Reads settings and fills in the defaults.
 *
 * @throws TenantSettingsError with every fault, those between fields included.
 */
export function parseTenantSettings(answers: unknown): TenantSettings {
  const result = tenantSettingsSchema.safeParse(answers);
  const faults = [...(result.success ? [] : schemaFaults(result.error, answers)), ...crossFieldFaults(answers)];
  if (!result.success || faults.length > 0) throw new TenantSettingsError(unique(faults));
  return result.data;
}

function schemaFaults(error: z.ZodError, answers: unknown): SettingFault[] {
  return error.issues.flatMap((issue): SettingFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join('.'),
        value: valueAt(answers, [...issue.path, key]),
        legal: 'no such setting: remove it or mend its name',
      }));
    }
    const legal = issue.code === 'invalid_type' && issue.expected === 'object' ? 'a group of settings' : issue.message;
    return [{ field: issue.path.join('.') || '(settings)', value: valueAt(answers, issue.path), legal }];
  });
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
  const workload = valueAt(answers, ['workload']);
  if (isWorkload(workload)) {
    for (const key of REQUIRED_CAPACITY[workload]) {
      if (valueAt(answers, ['capacity', key]) === undefined) {
        faults.push({ field: `capacity.${key}`, value: undefined, legal: CAPACITY_LEGAL[key] });
      }
    }
  }
  faults.push(...secretFaults(answers), ...capacityFaults(answers), ...retentionFaults(answers));
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

function capacityFaults(answers: unknown): SettingFault[] {
  const faults: SettingFault[] = [];
  const shards = numberAt(answers, 'capacity.shards', SHARDS);
  const peak = numberAt(answers, 'capacity.peakEventsPerSecond', PEAK_EVENTS_PER_SECOND) ?? 0;
  const shardsNeeded = Math.ceil(peak / SHARD_RECORDS_PER_SECOND);
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
      legal: `${shardsNeeded} shards at least for ${peak} events a second (capacity.peakEventsPerSecond), twice as many to catch up after an outage`,
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

function retentionFaults(answers: unknown): SettingFault[] {
  const faults: SettingFault[] = [];
  const legalDays = numberAt(answers, 'compliance.legalRetentionDays', RETENTION_DAYS);
  const basis = valueAt(answers, ['compliance', 'legalRetentionBasis']);
  if (legalDays !== undefined && basis === undefined) {
    faults.push({ field: 'compliance.legalRetentionBasis', value: undefined, legal: LEGAL_BASIS });
  }
  if (basis !== undefined && valueAt(answers, ['compliance', 'legalRetentionDays']) === undefined) {
    faults.push({
      field: 'compliance.legalRetentionDays',
      value: undefined,
      legal: 'the days for which that law (compliance.legalRetentionBasis) wants data kept, from 1 to 3653',
    });
  }
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

function numberAt(answers: unknown, field: string, [minimum, maximum]: readonly [number, number]): number | undefined {
  const value = valueAt(answers, field.split('.'));
  return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
    ? value
    : undefined;
}

function isWorkload(value: unknown): value is Workload {
  return WORKLOADS.some((workload) => workload === value);
}

function textAt(answers: unknown, field: string, pattern: RegExp): string | undefined {
  const value = valueAt(answers, field.split('.'));
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function valueAt(answers: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    answers,
  );
}

function unique(faults: readonly SettingFault[]): SettingFault[] {
  const seen = new Map(faults.map((fault) => [`${fault.field}\n${fault.legal}`, fault]));
  return [...seen.values()];
}
