import { z } from 'zod';
import {
  ACCOUNT_ID_PATTERN,
  CACHE_NODE_GROUPS_DEFAULT,
  CERTIFICATE_ARN_PATTERN,
  CERTIFICATE_SUBJECT_PATTERN,
  COST_CENTRE_PATTERN,
  DATABASE_INSTANCE_CLASSES,
  DATABASE_READERS,
  DATABASE_READERS_MAX_DEFAULT,
  DATABASE_READERS_MIN_DEFAULT,
  DATABASE_STORAGE_GIBIBYTES,
  DATABASE_STORAGE_GIBIBYTES_DEFAULT,
  DOMAIN_NAME_MAX_LENGTH,
  DOMAIN_NAME_PATTERN,
  EMAIL_PATTERN,
  ENVIRONMENT_SUFFIX_MAX_LENGTH,
  ENVIRONMENT_SUFFIX_PATTERN,
  FRAMEWORKS,
  KMS_KEY_ARN_PATTERN,
  LEGAL_BASIS,
  LEGAL_BASIS_PATTERN,
  LEGAL_RETENTION_DAYS,
  LOG_RETENTION_DAYS,
  OBSERVATION_RETENTION_DAYS_DEFAULT,
  OWNER_PATTERN,
  PEAK_EVENTS_PER_SECOND,
  REGIONS,
  RETENTION_DAYS,
  ROLE_ARN_PATTERN,
  SCAN_SIZE_MEGABYTES,
  SCANS_PER_DAY,
  SECRET_ARN_PATTERN,
  SHARDS,
  TENANT_ID_MAX_LENGTH,
  TENANT_ID_PATTERN,
  TRUSTSTORE_URI_PATTERN,
  TRUSTSTORE_VERSION_PATTERN,
  WORKLOADS,
} from './constants';
import { R4_RESOURCE_TYPES, RECORD_RESOURCE_TYPES } from '../fhir-r4-types';

const ADDITIONAL_RESOURCE_TYPES = R4_RESOURCE_TYPES.filter(
  (type) => !RECORD_RESOURCE_TYPES.some((everyPipelines) => everyPipelines === type),
);
const ADDITIONAL_RESOURCE_TYPE_LEGAL = `a FHIR R4 resource type, such as Organization, beside ${RECORD_RESOURCE_TYPES.join(', ')}, which are always kept`;

const CERTIFICATE_ARN_LEGAL =
  'the ARN of a certificate of AWS Certificate Manager, such as arn:aws:acm:sa-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab';

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
      cacheNodeGroups: wholeNumber([2, 20], 'node groups').default(CACHE_NODE_GROUPS_DEFAULT),
      /** Size of the database's instances, for records. Default: as the peak needs. */
      databaseInstanceClass: oneOf(DATABASE_INSTANCE_CLASSES).optional(),
      /** Storage that the database of records begins with. Default 100. It grows by itself. */
      databaseStorageGibibytes: wholeNumber(DATABASE_STORAGE_GIBIBYTES, 'gibibytes').default(
        DATABASE_STORAGE_GIBIBYTES_DEFAULT,
      ),
      /** How far it may grow. Default: ten times what it begins with, 65536 at the most. */
      databaseStorageMaxGibibytes: wholeNumber(DATABASE_STORAGE_GIBIBYTES, 'gibibytes').optional(),
      /** Studies a day, for imaging. */
      scansPerDay: wholeNumber(SCANS_PER_DAY, 'scans a day').optional(),
      /** Mean size of a study, for imaging. */
      scanSizeMegabytes: wholeNumber(SCAN_SIZE_MEGABYTES, 'megabytes').optional(),
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
      /** Days that what could not be stored waits in quarantine. Default: as long as observations are kept; 90 for records. */
      quarantineRetentionDays: wholeNumber(RETENTION_DAYS, 'days').optional(),
      /**
       * Days for which a law obliges the hospital to keep what is stored here. A patient's data is not erased before they are over.
       * Default: none; monitors' raw data is then no part of the medical record that the law means. With `lgpd`, of records and images:
       * `LGPD_DEFAULTS`.
       */
      legalRetentionDays: wholeNumber(LEGAL_RETENTION_DAYS, 'days').optional(),
      /** That law, as people cite it. */
      legalRetentionBasis: text(LEGAL_BASIS_PATTERN, 200, LEGAL_BASIS).optional(),
      /** The law that allows to process the data, as people cite it. Default: none named; with `lgpd`, `LGPD_DEFAULTS`. */
      processingBasis: text(LEGAL_BASIS_PATTERN, 200, LEGAL_BASIS).optional(),
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
  records: z
    .strictObject({
      /** Types of FHIR R4 resource that are kept beside the ten that every records pipeline takes. Default: none. */
      additionalResourceTypes: z
        .array(z.enum(ADDITIONAL_RESOURCE_TYPES, { error: () => ADDITIONAL_RESOURCE_TYPE_LEGAL }), {
          error: () => 'a list of FHIR R4 resource types',
        })
        .refine((types) => new Set(types).size === types.length, {
          error: () => 'a list in which no type stands twice',
        })
        .default([]),
    })
    .prefault({}),
  imaging: z
    .strictObject({
      /** Where hospitals send their scans: the host name of the upload. Its DNS record is the tenant's. */
      domainName: text(
        DOMAIN_NAME_PATTERN,
        DOMAIN_NAME_MAX_LENGTH,
        'a DNS name in lower case, such as imagens.hospital.example',
      ).optional(),
      /** Existing certificate for that name, for the way in and for the load balancer behind it. */
      certificateArn: text(CERTIFICATE_ARN_PATTERN, 2048, CERTIFICATE_ARN_LEGAL).optional(),
      /**
       * Public certificate that proves that the name is the tenant's, where the other one was imported or is of a private authority.
       * Default: none, for a certificate that Certificate Manager issued itself.
       */
      ownershipVerificationCertificateArn: text(CERTIFICATE_ARN_PATTERN, 2048, CERTIFICATE_ARN_LEGAL).optional(),
      /** Existing file with the authorities whose certificates hospitals may show. */
      truststoreUri: text(
        TRUSTSTORE_URI_PATTERN,
        1024,
        'a PEM file in an S3 bucket, such as s3://hospital-truststore/hospitals.pem',
      ).optional(),
      /** Version of that file, so that whoever may write to the bucket does not decide by that who may send. */
      truststoreVersion: text(
        TRUSTSTORE_VERSION_PATTERN,
        1024,
        'the version id of that object, of a bucket that keeps versions, such as 3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
      ).optional(),
      /** Subjects of certificates that may read the scans of every hospital. Default: none; each reads its own. */
      readAllSubjects: z
        .array(
          text(
            CERTIFICATE_SUBJECT_PATTERN,
            1024,
            "a certificate's subject in printable ASCII, such as CN=laudos.hospital.example,O=Hospital,C=BR",
          ),
          { error: () => "a list of certificates' subjects" },
        )
        .refine((subjects) => new Set(subjects).size === subjects.length, {
          error: () => 'a list in which no subject stands twice',
        })
        .default([]),
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
