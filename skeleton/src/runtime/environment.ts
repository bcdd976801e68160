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

export interface ProcessorEnvironment {
  readonly streamName: string;
  readonly region: string;
  readonly database: DatabaseSettings;
  readonly observationRetentionDays: number;
  readonly environmentSuffix: string;
  /** Port of the health check on 127.0.0.1; 0 takes a free one. */
  readonly healthPort: number;
  readonly pollIntervalMs: number;
  readonly batchEventsMax: number;
  readonly leaseSeconds: number;
  /** Folder of the `.sql` files. Default: `migrations` beside the running script. */
  readonly migrationsDirectory: string | undefined;
}

export interface ApiEnvironment {
  readonly region: string;
  /** The writer: audit records go there. */
  readonly database: DatabaseSettings;
  /** Where observations are read. Default: the writer's host. */
  readonly databaseReaderHost: string;
  readonly environmentSuffix: string;
}

/** Wrong environment variables: every fault at once, one a line. Values are not repeated. */
export class EnvironmentError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is wrong:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

const text = (legal: string) => z.string({ error: () => legal }).min(1, { error: () => legal });
const wholeNumber = (minimum: number, maximum: number, unit: string) => {
  const legal = `a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z
    .string({ error: () => legal })
    .regex(/^\d{1,9}$/, { error: () => legal })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, { error: () => legal });
};
const port = z.prefault(wholeNumber(1, 65_535, 'a TCP port'), '5432');

const databaseVariables = {
  AWS_REGION: text('an AWS region, such as eu-central-1'),
  DATABASE_HOST: text('the host name of the database'),
  DATABASE_PORT: port,
  DATABASE_NAME: text('the name of the database'),
  DATABASE_SECRET_ARN: text('the complete ARN of the secret with username and password'),
  DATABASE_CA_FILE: z.optional(text('the path of a PEM file')),
  ENVIRONMENT_SUFFIX: text('the suffix of this environment, such as prod'),
};

const processorVariables = z.object({
  ...databaseVariables,
  STREAM_NAME: text('the name of the Kinesis stream'),
  OBSERVATION_RETENTION_DAYS: wholeNumber(1, 3_653, 'days'),
  HEALTH_PORT: z.prefault(wholeNumber(0, 65_535, 'a TCP port'), '8080'),
  POLL_INTERVAL_MS: z.prefault(wholeNumber(10, 60_000, 'milliseconds'), '200'),
  BATCH_EVENTS_MAX: z.prefault(wholeNumber(1, 10_000, 'events'), '500'),
  LEASE_SECONDS: z.prefault(wholeNumber(1, 300, 'seconds'), '15'),
  MIGRATIONS_DIRECTORY: z.optional(text('the path of a folder with .sql files')),
});

const apiVariables = z.object({
  ...databaseVariables,
  DATABASE_READER_HOST: z.optional(text('the host name of the database for reading')),
});

/**
 * Reads the processor's settings from environment variables.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseProcessorEnvironment(variables: Variables): ProcessorEnvironment {
  const values = parse(processorVariables, variables);
  return {
    streamName: values.STREAM_NAME,
    region: values.AWS_REGION,
    database: databaseOf(values),
    observationRetentionDays: values.OBSERVATION_RETENTION_DAYS,
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
    healthPort: values.HEALTH_PORT,
    pollIntervalMs: values.POLL_INTERVAL_MS,
    batchEventsMax: values.BATCH_EVENTS_MAX,
    leaseSeconds: values.LEASE_SECONDS,
    migrationsDirectory: values.MIGRATIONS_DIRECTORY,
  };
}

/**
 * Reads the API's settings from environment variables.
 *
 * @throws EnvironmentError that names every variable that is missing or wrong, and what is legal.
 */
export function parseApiEnvironment(variables: Variables): ApiEnvironment {
  const values = parse(apiVariables, variables);
  return {
    region: values.AWS_REGION,
    database: databaseOf(values),
    databaseReaderHost: values.DATABASE_READER_HOST ?? values.DATABASE_HOST,
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
  };
}

function databaseOf(values: z.output<z.ZodObject<typeof databaseVariables>>): DatabaseSettings {
  return {
    host: values.DATABASE_HOST,
    port: values.DATABASE_PORT,
    name: values.DATABASE_NAME,
    secretArn: values.DATABASE_SECRET_ARN,
    caFile: values.DATABASE_CA_FILE,
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, variables: Variables): z.output<Schema> {
  const result = schema.safeParse(variables);
  if (result.success) return result.data;
  throw new EnvironmentError(
    result.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return `${name} is ${variables[name] === undefined ? 'missing' : 'wrong'}: expected ${issue.message}`;
    }),
  );
}
