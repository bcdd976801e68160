import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { BUCKET, DATA_KEY_ARN, HMAC_KEY_ARN, type WorkerFixture } from './worker-fixture';
import { freePort } from '../../../../local/free-port';
import { bundle } from '../../../../src/foundation/bundle';
import { WASM_FILES } from '../../../../src/workloads/imaging/pixels/wasm-files';
import { eventually } from '../../../support/test-consumer';
import type { QueueRedis } from '../support/queue-redis';

/** The worker as it runs in its container: one bundled file, in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Everything it wrote so far. */
  output(): string;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Waits for its end. @returns the exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

export interface WorkerProcessOptions {
  readonly fixture: WorkerFixture;
  readonly redis: QueueRedis;
  readonly stream: { readonly endpoint: string; readonly streamName: string };
  readonly environment?: Readonly<Record<string, string>>;
  /** Default `true`: waits until it is healthy. */
  readonly untilHealthy?: boolean;
}

/** Of the secret with the queue's auth token. */
export const QUEUE_SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:test/queue-a1B2c3';

let script: string | undefined;
const running = new Set<ChildProcess>();

/** Variables by which any program finds the queue; its token is put into the database's Secrets Manager. */
export function queueVariables(
  { database }: WorkerFixture,
  { port, password, caFile }: QueueRedis,
): Record<string, string> {
  database.secretsManager.put(QUEUE_SECRET_ARN, password);
  return {
    QUEUE_ENDPOINT: `127.0.0.1:${port}`,
    QUEUE_AUTH_TOKEN_SECRET_ARN: QUEUE_SECRET_ARN,
    QUEUE_CA_FILE: caFile,
  };
}

/** Environment of a worker. */
export function workerVariables(
  { fixture, redis, stream }: Pick<WorkerProcessOptions, 'fixture' | 'redis' | 'stream'>,
  healthPort: number,
): Record<string, string> {
  return {
    ...fixture.endpoints,
    ...queueVariables(fixture, redis),
    AWS_ENDPOINT_URL_KINESIS: stream.endpoint,
    STREAM_NAME: stream.streamName,
    SCAN_FOLDER: fixture.folder,
    SCAN_BUCKET: BUCKET,
    DATA_KEY_ARN,
    DEIDENTIFICATION_KEY_ARN: HMAC_KEY_ARN,
    HEALTH_PORT: String(healthPort),
    SWEEP_SECONDS: '1',
    JOB_LOCK_SECONDS: '2',
  };
}

export async function startWorker(options: WorkerProcessOptions): Promise<WorkerProcess> {
  script ??= join(
    bundle({
      name: 'test-imaging-worker',
      entry: 'src/workloads/imaging/worker/main.ts',
      migrationFolders: ['src/runtime/migrations', 'src/workloads/imaging/migrations'],
      files: [...WASM_FILES],
    }),
    'index.mjs',
  );
  const healthPort = await freePort();
  const environment = { ...workerVariables(options, healthPort), NODE_NO_WARNINGS: '1', ...options.environment };
  const child = spawn(process.execPath, [script], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  const output = () => Buffer.concat(chunks).toString('utf8');
  if (options.untilHealthy ?? true) {
    await eventually(
      async () => child.exitCode !== null || (await isHealthy(healthPort)),
      (done) => done,
    );
    if (child.exitCode !== null) throw new Error(`The worker ended while it started:\n${output()}`);
  }
  return {
    pid: child.pid ?? 0,
    output,
    signal: (signal) => child.kill(signal),
    ended: async () => ended,
  };
}

/** Kills what is still running: for `afterEach`, so that a failed test leaves nothing behind. */
export async function killWorkers(): Promise<void> {
  const ends = [...running].map(async (child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch {
    return false;
  }
}
