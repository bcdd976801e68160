import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Command, OPTIONS, type SinkKind } from './command';
import { type OptionSpec, parseCommandLine, type ProgramSpec } from './command-line';
import { EXIT_CODES, OperationError } from './errors';
import { openFileSink } from './file-sink';
import { OperationAudit } from './operation-audit';
import { logReport, textReport, type Write } from './report';
import { openS3Sink } from './s3-sink';
import type { Sink } from './sink';
import { taskArn } from './task-identity';
import { EnvironmentError, type OperatorEnvironment, type Variables } from '../environment';
import { summarizeError } from '../log/error-summary';
import { createLog, type Log } from '../log/log';
import { EVENTS } from '../log/vocabulary';
import { databaseErrorKind } from '../postgres/errors';
import { DatabasePool } from '../postgres/pool';
import { DatabaseSecret } from '../postgres/secret';

const INTRO = `The operator's commands. Each is on record, with who asked, before it shows or changes anything.
Patient data goes to a file or a bucket, never to the screen or a log.

Exit codes: 0 done; 1 an outage or a fault: the same command again does what is left; 2 the command line or the
environment is wrong; 3 what it names is not there; 4 refused.`;

/** A step may read a patient's whole quarantine, or sort a long stay. */
const STATEMENT_TIMEOUT_MS = 900_000;
/** An erasure holds one beside those of its steps; partitions are made on another. */
const CONNECTIONS_MAX = 4;

/** A workload, and what it has open. */
export interface HostedOperations<Workload> {
  readonly workload: Workload;
  close(): Promise<void>;
}

/** What a workload brings to the operator's program. */
export interface OperatorProgram<Environment extends OperatorEnvironment, Workload> {
  /** @throws EnvironmentError */
  readonly parseEnvironment: (variables: Variables) => Environment;
  readonly host: (pool: DatabasePool, environment: Environment, log: Log) => HostedOperations<Workload>;
  /** All that it offers, in the order of the help. */
  readonly commands: ReadonlyArray<Command<Workload>>;
  /** Options of the workload's own, or with another meaning of its own than usual. Default: none. */
  readonly options?: Readonly<Record<string, OptionSpec>>;
}

export interface OperatorOptions<Environment extends OperatorEnvironment, Workload>
  extends OperatorProgram<Environment, Workload>, Streams {
  readonly words: readonly string[];
  readonly variables: Variables;
  /** Aborted to end between two steps. */
  readonly signal: AbortSignal;
}

/** Where the program writes to. */
interface Streams {
  /** Standard output and standard error. */
  readonly write: Write;
  readonly writeError: Write;
  /** Default: the SDK's own. */
  readonly s3?: S3Client;
}

/**
 * Does what a command line asks for.
 *
 * In an ECS task it speaks by the log's vocabulary, elsewhere in plain lines; what a person has to mend is told on standard
 * error in both.
 *
 * @returns the exit code. Never throws.
 */
export async function operate<Environment extends OperatorEnvironment, Workload>(
  options: OperatorOptions<Environment, Workload>,
): Promise<number> {
  try {
    const line = parseCommandLine(specOf(options), options.words);
    if (line.mode === 'help') {
      options.write(`${line.text}\n`);
      return EXIT_CODES.done;
    }
    const environment = options.parseEnvironment(options.variables);
    return await runCommand(options, environment, line);
  } catch (error) {
    return explain(error, options.writeError);
  }
}

type Running<Workload> = Extract<ReturnType<typeof parseCommandLine<Command<Workload>>>, { mode: 'run' }>;

function specOf<Environment extends OperatorEnvironment, Workload>({
  commands,
  options,
}: OperatorProgram<Environment, Workload>): ProgramSpec<Command<Workload>> {
  return { intro: INTRO, options: { ...OPTIONS, ...options }, commands };
}

async function runCommand<Environment extends OperatorEnvironment, Workload>(
  program: OperatorOptions<Environment, Workload>,
  environment: Environment,
  { command, options }: Running<Workload>,
): Promise<number> {
  const { signal, variables, write, writeError } = program;
  const metadataUri = variables.ECS_CONTAINER_METADATA_URI_V4;
  const log = logTo(metadataUri === undefined ? 'person' : 'service', environment.environmentSuffix, program);
  const report = metadataUri === undefined ? textReport(write) : logReport(log, writeError);
  const operationId = randomUUID();
  const told = { operationId, command: command.name };
  const startedAtMs = Date.now();
  log.event('operation.started', told);

  const { region, database } = environment;
  const secretsManager = new SecretsManagerClient({ region });
  const pool = new DatabasePool({
    database,
    secret: new DatabaseSecret(secretsManager, database.secretArn),
    role: 'pipeline_operator',
    log,
    connectionsMax: CONNECTIONS_MAX,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const hosted = program.host(pool, environment, log);
  let exitCode: number = EXIT_CODES.done;
  try {
    const task = await taskArn(metadataUri);
    await command.run({
      options,
      pool,
      workload: hosted.workload,
      audit: new OperationAudit(pool),
      report,
      log,
      signal,
      operationId,
      principal: `${options.required('operator')} (${task ?? 'local'})`,
      observer: `pipeline ${environment.environmentSuffix}`,
      legalRetention: environment.legalRetention,
      backupRetentionDays: environment.backupRetentionDays,
      openSink: async (kind) => openSink(program, environment, { kind, operationId, path: options.one('output') }),
    });
  } catch (error) {
    exitCode = explain(error, writeError);
    // What a person has just been told needs no second line.
    if (metadataUri !== undefined || !(error instanceof OperationError)) {
      log.event('operation.failed', { ...told, exitCode, error });
    }
  } finally {
    await hosted.close();
    await pool.end();
    secretsManager.destroy();
  }
  log.event('operation.finished', { ...told, exitCode, durationMs: Date.now() - startedAtMs });
  return exitCode;
}

interface SinkRequest {
  readonly kind: SinkKind;
  readonly operationId: string;
  readonly path: string | undefined;
}

async function openSink(
  { s3 }: Streams,
  { exportBucket, region }: OperatorEnvironment,
  { kind, operationId, path }: SinkRequest,
): Promise<Sink> {
  if (path !== undefined) return openFileSink(kind.part === undefined ? path : await partPath(path, kind.part));
  if (exportBucket === undefined) {
    throw new OperationError('usage', 'Patient data goes to a file: name a new one by --output FILE.');
  }
  return openS3Sink({
    client: s3 ?? new S3Client({ region }),
    bucket: exportBucket,
    key: `${kind.folder}/${operationId}${kind.part === undefined ? kind.suffix : `/${kind.part}`}`,
    contentType: kind.contentType,
  });
}

/** A place in a folder beside the first file, which only its owner can read either. */
async function partPath(path: string, part: string): Promise<string> {
  const folder = `${path}.parts`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, part);
}

/** All of the log for a service; for a person, on standard error, what is a warning or worse. */
function logTo(reader: 'person' | 'service', environment: string, { write, writeError }: Streams): Log {
  const destination = { write: reader === 'service' ? write : writeError };
  const log = createLog({ service: 'operator', environment, destination });
  if (reader === 'service') return log;
  return { event: (event, fields) => EVENTS[event].level !== 'info' && log.event(event, fields) };
}

/** Tells a person what is wrong, without what an error may hold of patients. @returns the exit code. */
function explain(error: unknown, writeError: Write): number {
  if (error instanceof OperationError || error instanceof EnvironmentError) {
    writeError(`${error.message}\n`);
    return error instanceof OperationError ? error.exitCode : EXIT_CODES.usage;
  }
  const { name, code, sqlState, httpStatus } = summarizeError(error);
  const fault = [name, code, sqlState, httpStatus].filter((part) => part !== undefined).join(' ');
  writeError(
    databaseErrorKind(error) === 'transient'
      ? `The database cannot be reached, or does not answer (${fault}). What was done is done: try again later.\n`
      : `It failed by ${fault}. What was done is done, and the log tells where it failed.\n`,
  );
  return EXIT_CODES.failed;
}
