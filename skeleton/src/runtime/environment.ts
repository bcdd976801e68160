import { z } from 'zod';

/** How to reach the database. User and password are in the secret, never in the environment. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** Complete ARN of the secret with `username` and `password`. */
  readonly secretArn: string;
  /** PEM file to trust instead of the RDS certificate authorities. */
  readonly caFile: string | undefined;
}

/** How to reach the cache. Its auth token is in the secret, never in the environment. */
export interface CacheSettings {
  /** Of the cluster's configuration endpoint, by which its nodes are found. */
  readonly host: string;
  readonly port: number;
  /** Complete ARN of the secret whose whole text is the auth token. */
  readonly authTokenSecretArn: string;
  /** PEM file to trust instead of the public certificate authorities. */
  readonly caFile: string | undefined;
}

export interface ProcessorEnvironment {
  readonly streamName: string;
  readonly region: string;
  readonly database: DatabaseSettings;
  /** Absent where the pipeline has no cache. */
  readonly cache: CacheSettings | undefined;
  /** Days that events stay in quarantine. */
  readonly quarantineRetentionDays: number;
  /** Days that accesses, and what was dropped from the quarantine, stay on record. */
  readonly auditRetentionDays: number;
  readonly environmentSuffix: string;
  /** Port of the health check on 127.0.0.1; 0 takes a free one. */
  readonly healthPort: number;
  readonly pollIntervalMs: number;
  readonly batchEventsMax: number;
  readonly leaseSeconds: number;
  /** Folder of the `.sql` files. Default: `migrations` beside the running script. */
  readonly migrationsDirectory: string | undefined;
}

/** The same where what is too old is refused. */
export interface ObservationProcessorEnvironment extends ProcessorEnvironment {
  readonly observationRetentionDays: number;
}

export interface ApiEnvironment {
  readonly region: string;
  /** The writer: audit records go there. */
  readonly database: DatabaseSettings;
  /** Where observations are read. Default: the writer's host. */
  readonly databaseReaderHost: string;
  /** Absent where the pipeline has no cache. */
  readonly cache: CacheSettings | undefined;
  readonly environmentSuffix: string;
}

/** Settings of what takes events in through the API. It reaches neither database nor secret. */
export interface IngestEnvironment {
  readonly streamName: string;
  readonly region: string;
  readonly environmentSuffix: string;
}

/** The same where what is too old is refused. */
export interface ObservationIngestEnvironment extends IngestEnvironment {
  readonly observationRetentionDays: number;
}

/** Settings of the operator's program. */
export interface OperatorEnvironment {
  readonly region: string;
  readonly database: DatabaseSettings;
  /** Absent where the pipeline has no cache. */
  readonly cache: CacheSettings | undefined;
  readonly environmentSuffix: string;
  /** The law that forbids to erase before its time; absent where there is none. */
  readonly legalRetention: { readonly days: number; readonly basis: string } | undefined;
  /** Days that backups of the database live; absent where there are none. */
  readonly backupRetentionDays: number | undefined;
  /** Bucket for patient data that somebody asked for; absent on a machine, where it goes to a file. */
  readonly exportBucket: string | undefined;
}

/** The same where what is too old is refused. */
export interface ObservationOperatorEnvironment extends OperatorEnvironment {
  readonly observationRetentionDays: number;
}

/** Wrong environment variables: every fault at once, one a line. Values are not repeated. */
export class EnvironmentError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is wrong:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Text that is there. @param legal what is expected, in words. */
export const text = (legal: string) => z.string({ error: () => legal }).min(1, { error: () => legal });
/** A whole number within limits. @param unit what it counts, in words. */
export const wholeNumber = (minimum: number, maximum: number, unit: string) => {
  const legal = `a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z
    .string({ error: () => legal })
    .regex(/^\d{1,9}$/, { error: () => legal })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, { error: () => legal });
};
const port = z.prefault(wholeNumber(1, 65_535, 'a TCP port'), '5432');

const ENDPOINT_PATTERN = /^[A-Za-z0-9.-]{1,253}:[1-9]\d{0,4}$/;

/** Host and port of a server. @param legal what is expected, in words. */
export const endpoint = (legal: string) =>
  z
    .string({ error: () => legal })
    .regex(ENDPOINT_PATTERN, { error: () => legal })
    .refine((value) => Number(value.split(':')[1]) <= 65_535, { error: () => legal });

/** How to reach the database, and what all programs have beside it. */
export const databaseVariables = {
  AWS_REGION: text('an AWS region, such as eu-central-1'),
  DATABASE_HOST: text('the host name of the database'),
  DATABASE_PORT: port,
  DATABASE_NAME: text('the name of the database'),
  DATABASE_SECRET_ARN: text('the complete ARN of the secret with username and password'),
  DATABASE_CA_FILE: z.optional(text('the path of a PEM file')),
  ENVIRONMENT_SUFFIX: text('the suffix of this environment, such as prod'),
};

/** All of them or none: see `cacheFaults`. */
const cacheVariables = {
  CACHE_ENDPOINT: z.optional(
    endpoint('host and port of the cache, such as clustercfg.cache-prod.abc123.euc1.cache.amazonaws.com:6379'),
  ),
  CACHE_AUTH_TOKEN_SECRET_ARN: z.optional(text('the complete ARN of the secret with the auth token')),
  CACHE_CA_FILE: z.optional(text('the path of a PEM file')),
};

const processorVariables = z.object({
  ...databaseVariables,
  ...cacheVariables,
  STREAM_NAME: text('the name of the Kinesis stream'),
  QUARANTINE_RETENTION_DAYS: wholeNumber(1, 3_653, 'days'),
  // Six years, by 45 CFR 164.316(b)(2)(i), is the least.
  AUDIT_RETENTION_DAYS: z.prefault(wholeNumber(2_192, 36_525, 'days'), '2192'),
  HEALTH_PORT: z.prefault(wholeNumber(0, 65_535, 'a TCP port'), '8080'),
  POLL_INTERVAL_MS: z.prefault(wholeNumber(10, 60_000, 'milliseconds'), '200'),
  BATCH_EVENTS_MAX: z.prefault(wholeNumber(1, 10_000, 'events'), '500'),
  LEASE_SECONDS: z.prefault(wholeNumber(1, 300, 'seconds'), '15'),
  MIGRATIONS_DIRECTORY: z.optional(text('the path of a folder with .sql files')),
});

const observationProcessorVariables = processorVariables.extend({
  OBSERVATION_RETENTION_DAYS: wholeNumber(1, 3_653, 'days'),
});

const ingestVariables = z.object({
  AWS_REGION: text('an AWS region, such as eu-central-1'),
  ENVIRONMENT_SUFFIX: text('the suffix of this environment, such as prod'),
  STREAM_NAME: text('the name of the Kinesis stream'),
});

const observationIngestVariables = ingestVariables.extend({
  OBSERVATION_RETENTION_DAYS: wholeNumber(1, 3_653, 'days'),
});

const apiVariables = z.object({
  ...databaseVariables,
  ...cacheVariables,
  DATABASE_READER_HOST: z.optional(text('the host name of the database for reading')),
});

const operatorVariables = z.object({
  ...databaseVariables,
  ...cacheVariables,
  LEGAL_RETENTION_DAYS: z.optional(wholeNumber(1, 36_525, 'days')),
  LEGAL_RETENTION_BASIS: z.optional(text('the law that has data kept, for people')),
  BACKUP_RETENTION_DAYS: z.optional(wholeNumber(1, 35, 'days')),
  EXPORT_BUCKET: z.optional(text('the name of an S3 bucket')),
});

const observationOperatorVariables = operatorVariables.extend({
  OBSERVATION_RETENTION_DAYS: wholeNumber(1, 3_653, 'days'),
});

/**
 * Reads the processor's settings from environment variables.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseProcessorEnvironment(variables: Variables): ProcessorEnvironment {
  return processorOf(parseVariables(processorVariables, variables));
}

/**
 * The same with the retention of observations.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseObservationProcessorEnvironment(variables: Variables): ObservationProcessorEnvironment {
  const values = parseVariables(observationProcessorVariables, variables);
  return { ...processorOf(values), observationRetentionDays: values.OBSERVATION_RETENTION_DAYS };
}

/**
 * Reads the API's settings from environment variables.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseApiEnvironment(variables: Variables): ApiEnvironment {
  const values = parseVariables(apiVariables, variables);
  return {
    region: values.AWS_REGION,
    database: databaseOf(values),
    cache: cacheOf(values),
    databaseReaderHost: values.DATABASE_READER_HOST ?? values.DATABASE_HOST,
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
  };
}

/**
 * Reads the operator's settings from environment variables.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseOperatorEnvironment(variables: Variables): OperatorEnvironment {
  return operatorOf(parseVariables(operatorVariables, variables));
}

/**
 * The same with the retention of observations.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseObservationOperatorEnvironment(variables: Variables): ObservationOperatorEnvironment {
  const values = parseVariables(observationOperatorVariables, variables);
  return { ...operatorOf(values), observationRetentionDays: values.OBSERVATION_RETENTION_DAYS };
}

/**
 * Reads the settings of ingest from environment variables.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseIngestEnvironment(variables: Variables): IngestEnvironment {
  return ingestOf(parseVariables(ingestVariables, variables));
}

/**
 * The same with the retention of observations.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseObservationIngestEnvironment(variables: Variables): ObservationIngestEnvironment {
  const values = parseVariables(observationIngestVariables, variables);
  return { ...ingestOf(values), observationRetentionDays: values.OBSERVATION_RETENTION_DAYS };
}

/**
 * Reads two parts of an environment.
 *
 * @throws EnvironmentError with the faults of both.
 */
export function parseTogether<First extends object, Second extends object>(
  variables: Variables,
  first: (variables: Variables) => First,
  second: (variables: Variables) => Second,
): First & Second {
  const faults: string[] = [];
  const read = <Part>(parsePart: (variables: Variables) => Part): Part | undefined => {
    try {
      return parsePart(variables);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const one = read(first);
  const other = read(second);
  if (one === undefined || other === undefined) throw new EnvironmentError(faults);
  return { ...one, ...other };
}

function processorOf(values: z.output<typeof processorVariables>): ProcessorEnvironment {
  return {
    streamName: values.STREAM_NAME,
    region: values.AWS_REGION,
    database: databaseOf(values),
    cache: cacheOf(values),
    quarantineRetentionDays: values.QUARANTINE_RETENTION_DAYS,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
    healthPort: values.HEALTH_PORT,
    pollIntervalMs: values.POLL_INTERVAL_MS,
    batchEventsMax: values.BATCH_EVENTS_MAX,
    leaseSeconds: values.LEASE_SECONDS,
    migrationsDirectory: values.MIGRATIONS_DIRECTORY,
  };
}

/** @throws EnvironmentError where a law is named without its days, or days without the law. */
function operatorOf(values: z.output<typeof operatorVariables>): OperatorEnvironment {
  const { LEGAL_RETENTION_DAYS: days, LEGAL_RETENTION_BASIS: basis } = values;
  if ((days === undefined) !== (basis === undefined)) {
    const missing = days === undefined ? 'LEGAL_RETENTION_DAYS' : 'LEGAL_RETENTION_BASIS';
    throw new EnvironmentError([`${missing} is missing: expected it beside the other of the two, or neither`]);
  }
  return {
    region: values.AWS_REGION,
    database: databaseOf(values),
    cache: cacheOf(values),
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
    legalRetention: days === undefined || basis === undefined ? undefined : { days, basis },
    backupRetentionDays: values.BACKUP_RETENTION_DAYS,
    exportBucket: values.EXPORT_BUCKET,
  };
}

function ingestOf(values: z.output<typeof ingestVariables>): IngestEnvironment {
  return {
    streamName: values.STREAM_NAME,
    region: values.AWS_REGION,
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
  };
}

/** The database of what `databaseVariables` gave. */
export function databaseOf(values: z.output<z.ZodObject<typeof databaseVariables>>): DatabaseSettings {
  return {
    host: values.DATABASE_HOST,
    port: values.DATABASE_PORT,
    name: values.DATABASE_NAME,
    secretArn: values.DATABASE_SECRET_ARN,
    caFile: values.DATABASE_CA_FILE,
  };
}

function cacheOf(values: z.output<z.ZodObject<typeof cacheVariables>>): CacheSettings | undefined {
  const { CACHE_ENDPOINT: place, CACHE_AUTH_TOKEN_SECRET_ARN: authTokenSecretArn, CACHE_CA_FILE: caFile } = values;
  if (place === undefined || authTokenSecretArn === undefined) return undefined;
  return { ...hostAndPort(place), authTokenSecretArn, caFile };
}

/** The parts of what `endpoint` took. */
export function hostAndPort(place: string): { readonly host: string; readonly port: number } {
  const [host = '', portNumber] = place.split(':');
  return { host, port: Number(portNumber) };
}

/** A cache that is half described is a mistake: passed over in silence, it would be missed only by its load on the database. */
function cacheFaults(variables: Variables): string[] {
  const given = Object.keys(cacheVariables).filter((name) => variables[name] !== undefined);
  return (['CACHE_ENDPOINT', 'CACHE_AUTH_TOKEN_SECRET_ARN'] as const)
    .filter((name) => given.length > 0 && !given.includes(name))
    .map((name) => `${name} is missing: expected it beside ${given.join(' and ')}, or none of them for no cache`);
}

/**
 * Reads variables by a schema whose faults are told in words of what is legal.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseVariables<Schema extends z.ZodType>(schema: Schema, variables: Variables): z.output<Schema> {
  const result = schema.safeParse(variables);
  const issues = result.success ? [] : result.error.issues;
  const faults = issues.map((issue) => {
    const name = issue.path.join('.');
    return `${name} is ${variables[name] === undefined ? 'missing' : 'wrong'}: expected ${issue.message}`;
  });
  faults.push(...cacheFaults(variables));
  if (!result.success || faults.length > 0) throw new EnvironmentError(faults);
  return result.data;
}
