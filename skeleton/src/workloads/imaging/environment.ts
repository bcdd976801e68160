import { z } from 'zod';
import {
  databaseOf,
  type DatabaseSettings,
  databaseVariables,
  endpoint,
  hostAndPort,
  parseVariables,
  text,
  type Variables,
  wholeNumber,
} from '../../runtime/environment';

/** How to reach the queue's Redis. Its auth token is in the secret, never in the environment. */
export interface QueueSettings {
  /** Of the replication group's primary endpoint. */
  readonly host: string;
  readonly port: number;
  /** Complete ARN of the secret whose whole text is the auth token. */
  readonly authTokenSecretArn: string;
  /** PEM file to trust instead of the public certificate authorities. */
  readonly caFile: string | undefined;
}

/** What every program of imaging has. */
interface CommonEnvironment {
  readonly region: string;
  readonly environmentSuffix: string;
  readonly database: DatabaseSettings;
}

/** What a program that listens has. */
interface ListeningEnvironment {
  /** Port of HTTPS. */
  readonly port: number;
  /** Address to listen on. Default: all. */
  readonly listenAddress: string;
  /** How senders reach the service, such as `https://imaging.example.org`, without a slash at the end. */
  readonly publicUrl: string;
  /** PEM files; without them the program makes a certificate of its own. */
  readonly tlsCertificateFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
}

/** Settings of what receives files. It tells nothing to the stream: the worker does, out of the database. */
export interface UploadEnvironment extends CommonEnvironment, ListeningEnvironment {
  /** Folder of the files that are received and worked on, on EFS. */
  readonly scanFolder: string;
  readonly queue: QueueSettings;
}

/** Settings of what answers queries. */
export interface QueryEnvironment extends CommonEnvironment, ListeningEnvironment {
  /** Where is read. Default: the writer's host. */
  readonly databaseReaderHost: string;
  readonly scanBucket: string;
  /** Subjects of client certificates that may read the files of all hospitals. */
  readonly readAllSubjects: readonly string[];
}

/** Settings of what works on files. */
export interface WorkerEnvironment extends CommonEnvironment {
  readonly streamName: string;
  readonly scanFolder: string;
  readonly queue: QueueSettings;
  readonly scanBucket: string;
  /** Complete ARN of the key that objects are encrypted by. */
  readonly dataKeyArn: string;
  /** Complete ARN of the HMAC key that de-identification derives its secrets from. */
  readonly deidentificationKeyArn: string;
  /** Days that accesses stay on record. */
  readonly auditRetentionDays: number;
  /** Port of the health check on 127.0.0.1; 0 takes a free one. */
  readonly healthPort: number;
  /** Files that are worked on at once. */
  readonly concurrency: number;
  /** Time between two rounds of what looks for forgotten work. */
  readonly sweepSeconds: number;
  /** Time after which another worker takes up a file whose worker is not heard of any more. */
  readonly jobLockSeconds: number;
  /** Folder of the `.sql` files. Default: `migrations` beside the running script. */
  readonly migrationsDirectory: string | undefined;
}

const PUBLIC_URL_LEGAL = 'an https URL without a path, such as https://imaging.example.org';
const SUBJECTS_LEGAL = 'a JSON array of texts, such as ["CN=archive"]';

const listeningVariables = {
  PORT: z.prefault(wholeNumber(0, 65_535, 'a TCP port'), '8443'),
  LISTEN_ADDRESS: z.prefault(text('an IP address to listen on'), '0.0.0.0'),
  PUBLIC_URL: z
    .string({ error: () => PUBLIC_URL_LEGAL })
    .regex(/^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, { error: () => PUBLIC_URL_LEGAL }),
  TLS_CERTIFICATE_FILE: z.optional(text('the path of a PEM file')),
  TLS_KEY_FILE: z.optional(text('the path of a PEM file')),
};

const queueVariables = {
  QUEUE_ENDPOINT: endpoint(
    'host and port of the queue, such as master.queue-prod.abc123.sae1.cache.amazonaws.com:6379',
  ),
  QUEUE_AUTH_TOKEN_SECRET_ARN: text('the complete ARN of the secret with the auth token'),
  QUEUE_CA_FILE: z.optional(text('the path of a PEM file')),
};

const SCAN_FOLDER = text('the path of the folder of scans');
const SCAN_BUCKET = text('the name of an S3 bucket');

const uploadVariables = z.object({ ...databaseVariables, ...listeningVariables, ...queueVariables, SCAN_FOLDER });

const queryVariables = z.object({
  ...databaseVariables,
  ...listeningVariables,
  DATABASE_READER_HOST: z.optional(text('the host name of the database for reading')),
  SCAN_BUCKET,
  READ_ALL_SUBJECTS: z.prefault(
    z.string().transform((value, context): string[] => {
      const subjects = subjectsOf(value);
      if (subjects === undefined) context.addIssue(SUBJECTS_LEGAL);
      return subjects ?? [];
    }),
    '[]',
  ),
});

const workerVariables = z.object({
  ...databaseVariables,
  ...queueVariables,
  STREAM_NAME: text('the name of the Kinesis stream'),
  SCAN_FOLDER,
  SCAN_BUCKET,
  DATA_KEY_ARN: text('the complete ARN of a KMS key'),
  DEIDENTIFICATION_KEY_ARN: text('the complete ARN of a KMS key for HMAC'),
  // Six years, by 45 CFR 164.316(b)(2)(i), is the least.
  AUDIT_RETENTION_DAYS: z.prefault(wholeNumber(2_192, 36_525, 'days'), '2192'),
  HEALTH_PORT: z.prefault(wholeNumber(0, 65_535, 'a TCP port'), '8080'),
  WORKER_CONCURRENCY: z.prefault(wholeNumber(1, 16, 'files'), '2'),
  SWEEP_SECONDS: z.prefault(wholeNumber(1, 3_600, 'seconds'), '60'),
  JOB_LOCK_SECONDS: z.prefault(wholeNumber(1, 300, 'seconds'), '30'),
  MIGRATIONS_DIRECTORY: z.optional(text('the path of a folder with .sql files')),
});

/** @throws EnvironmentError that names every variable that is missing or wrong, and what is legal. */
export function parseUploadEnvironment(variables: Variables): UploadEnvironment {
  const values = parseVariables(uploadVariables, variables);
  return {
    ...commonOf(values),
    ...listeningOf(values),
    scanFolder: values.SCAN_FOLDER,
    queue: queueOf(values),
  };
}

/** @throws EnvironmentError that names every variable that is missing or wrong, and what is legal. */
export function parseQueryEnvironment(variables: Variables): QueryEnvironment {
  const values = parseVariables(queryVariables, variables);
  return {
    ...commonOf(values),
    ...listeningOf(values),
    databaseReaderHost: values.DATABASE_READER_HOST ?? values.DATABASE_HOST,
    scanBucket: values.SCAN_BUCKET,
    readAllSubjects: values.READ_ALL_SUBJECTS,
  };
}

/** @throws EnvironmentError that names every variable that is missing or wrong, and what is legal. */
export function parseWorkerEnvironment(variables: Variables): WorkerEnvironment {
  const values = parseVariables(workerVariables, variables);
  return {
    ...commonOf(values),
    streamName: values.STREAM_NAME,
    scanFolder: values.SCAN_FOLDER,
    queue: queueOf(values),
    scanBucket: values.SCAN_BUCKET,
    dataKeyArn: values.DATA_KEY_ARN,
    deidentificationKeyArn: values.DEIDENTIFICATION_KEY_ARN,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    healthPort: values.HEALTH_PORT,
    concurrency: values.WORKER_CONCURRENCY,
    sweepSeconds: values.SWEEP_SECONDS,
    jobLockSeconds: values.JOB_LOCK_SECONDS,
    migrationsDirectory: values.MIGRATIONS_DIRECTORY,
  };
}

function commonOf(values: z.output<z.ZodObject<typeof databaseVariables>>): CommonEnvironment {
  return {
    region: values.AWS_REGION,
    environmentSuffix: values.ENVIRONMENT_SUFFIX,
    database: databaseOf(values),
  };
}

function listeningOf(values: z.output<z.ZodObject<typeof listeningVariables>>): ListeningEnvironment {
  return {
    port: values.PORT,
    listenAddress: values.LISTEN_ADDRESS,
    publicUrl: values.PUBLIC_URL,
    tlsCertificateFile: values.TLS_CERTIFICATE_FILE,
    tlsKeyFile: values.TLS_KEY_FILE,
  };
}

function queueOf(values: z.output<z.ZodObject<typeof queueVariables>>): QueueSettings {
  return {
    ...hostAndPort(values.QUEUE_ENDPOINT),
    authTokenSecretArn: values.QUEUE_AUTH_TOKEN_SECRET_ARN,
    caFile: values.QUEUE_CA_FILE,
  };
}

function subjectsOf(value: string): string[] | undefined {
  try {
    return z.array(z.string().min(1)).parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}
