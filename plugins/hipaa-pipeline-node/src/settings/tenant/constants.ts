/** What is legal in settings: names, patterns, ranges and defaults. */

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
export const PEAK_EVENTS_PER_SECOND = [1, 20_000] as const;
export const SHARDS = [2, 500] as const;
export const SCANS_PER_DAY = [1, 100_000] as const;
export const SCAN_SIZE_MEGABYTES = [1, 20_000] as const;
export const DATABASE_READERS = [1, 15] as const;
export const RETENTION_DAYS = [1, 3_653] as const;
/** Laws have medical records kept for decades: 20 years in Brazil, 30 in Germany for radiation therapy, a life in other places. */
export const LEGAL_RETENTION_DAYS = [1, 36_525] as const;
/** What RDS takes for PostgreSQL on SSD storage (Amazon RDS User Guide, "Amazon RDS DB instance storage"). */
export const DATABASE_STORAGE_GIBIBYTES = [20, 65_536] as const;
/** Sizes of the database of records, the smallest first: AWS's Graviton2 instances with much memory, which every region here has. */
export const DATABASE_INSTANCE_CLASSES = [
  'r6g.large',
  'r6g.xlarge',
  'r6g.2xlarge',
  'r6g.4xlarge',
  'r6g.8xlarge',
] as const;

/** What a shard takes in a second (Amazon Kinesis Data Streams Developer Guide, "Quotas and limits"). */
export const SHARD_RECORDS_PER_SECOND = 1_000;
export const SHARD_BYTES_PER_SECOND = 1_000_000;

/**
 * Size planned for one event: of vitals a monitor's six or seven measurements with their codes and units, of records a resource
 * with its narrative, of imaging a step of a scan's life.
 */
export const PLANNED_EVENT_BYTES = { vitals: 900, records: 4_096, imaging: 900 } as const;

export const DATABASE_READERS_MIN_DEFAULT = 1;
export const DATABASE_READERS_MAX_DEFAULT = 3;
export const OBSERVATION_RETENTION_DAYS_DEFAULT = 90;
export const DATABASE_STORAGE_GIBIBYTES_DEFAULT = 100;
export const CACHE_NODE_GROUPS_DEFAULT = 2;

/** A DNS name of two labels or more, in lower case (RFC 1123, 2.1). */
export const DOMAIN_NAME_PATTERN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
export const DOMAIN_NAME_MAX_LENGTH = 253;

/** The ARN of a certificate of AWS Certificate Manager. */
export const CERTIFICATE_ARN_PATTERN =
  /^arn:(aws|aws-cn|aws-us-gov):acm:[a-z]{2}(-[a-z]+)+-\d:\d{12}:certificate\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A PEM file of certificate authorities in S3 (Amazon API Gateway Developer Guide, "Configuring your truststore"). Bucket names by the
 * Amazon S3 User Guide, "General purpose bucket naming rules", without dots, which TLS to the bucket would not bear.
 */
export const TRUSTSTORE_URI_PATTERN = /^s3:\/\/[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\/[A-Za-z0-9!_.*'()/-]{1,900}\.pem$/;
/** The version id of an object of S3. The word `null`, of objects without one, is none. */
export const TRUSTSTORE_VERSION_PATTERN = /^(?!null$)[A-Za-z0-9._-]{1,1024}$/;

/** The subject of a certificate as API Gateway shows it: a distinguished name (RFC 4514) on one line of printable ASCII. */
export const CERTIFICATE_SUBJECT_PATTERN = /^[A-Za-z][A-Za-z0-9.]*=[ -~]{1,1000}$/;

/**
 * What Brazil's law says by itself, for settings that do not: medical records are kept for twenty years after their last entry
 * (Lei nº 13.787/2018, art. 6º), and health data is processed for the protection of health, by professionals and services of health
 * (Lei nº 13.709/2018, LGPD, art. 11, II, f).
 */
export const LGPD_DEFAULTS = {
  legalRetentionDays: 7_305,
  legalRetentionBasis: 'Lei nº 13.787/2018, art. 6º',
  processingBasis: 'Lei nº 13.709/2018 (LGPD), art. 11, II, f',
} as const;

/** An address for alarm mails: one `@`, no white space. SNS itself checks that it can receive. */
export const EMAIL_PATTERN = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** A law as people cite it: one line, which is shown in answers and never executed. */
export const LEGAL_BASIS_PATTERN = /^[!-~\u00a1-\uffff][ -~\u00a0-\uffff]{0,199}$/;
export const LEGAL_BASIS = 'the law as people cite it, 200 characters at most, such as § 630f BGB';
