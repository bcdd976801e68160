import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './test-consumer';
import { TestDatabase } from './test-database';
import { freePort } from '../../local/free-port';
import { bundle } from '../../src/foundation/bundle';

/** A workload's processor as it runs in its container: one bundled file, in a process of its own. */
export interface ProcessorProcess {
  readonly pid: number;
  /** Everything it wrote to standard output and standard error so far. */
  output(): string;
  /** Its log lines with a given event. */
  logged(event: string): Array<Record<string, unknown>>;
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
  /** Waits for its end. @returns the exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
  /** Exit code of the container's own health check. */
  healthCheck(): number | null;
}

export interface ProcessorProcessOptions {
  /** Whose processor, by its folder under `src/workloads`. */
  readonly workload: string;
  readonly database: TestDatabase;
  readonly kinesisEndpoint: string;
  readonly streamName: string;
  /** Added to, or put in place of, the variables of the test. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default `true`: waits until it is healthy. */
  readonly untilHealthy?: boolean;
}

const bundled = new Map<string, string>();

/** Builds the bundle once a test file. @returns the path of its script. */
function processorScript(workload: string): string {
  const folder =
    bundled.get(workload) ??
    bundle({
      name: `test-${workload}-processor`,
      entry: `src/workloads/${workload}/processor.ts`,
      migrationFolders: ['src/runtime/migrations', `src/workloads/${workload}/migrations`],
    });
  bundled.set(workload, folder);
  return join(folder, 'index.mjs');
}

const running = new Set<ChildProcess>();

export async function startProcessor(options: ProcessorProcessOptions): Promise<ProcessorProcess> {
  const healthPort = await freePort();
  const environment = {
    ...options.database.environment(),
    AWS_ENDPOINT_URL_KINESIS: options.kinesisEndpoint,
    STREAM_NAME: options.streamName,
    HEALTH_PORT: String(healthPort),
    QUARANTINE_RETENTION_DAYS: '90',
    POLL_INTERVAL_MS: '50',
    LEASE_SECONDS: '2',
    NODE_NO_WARNINGS: '1',
    ...options.environment,
  };
  const script = processorScript(options.workload);
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
  const processor: ProcessorProcess = {
    pid: child.pid ?? 0,
    output,
    logged: (event) =>
      output()
        .split('\n')
        .filter((line) => line.includes(`"event":"${event}"`))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    signal: (signal) => child.kill(signal),
    ended: async () => ended,
    healthCheck: () => spawnSync(process.execPath, [script, '--health'], { env: environment }).status,
  };
  if (options.untilHealthy ?? true) {
    await eventually(
      async () => child.exitCode !== null || (await isHealthy(healthPort)),
      (done) => done,
    );
    if (child.exitCode !== null) throw new Error(`The processor ended while it started:\n${output()}`);
  }
  return processor;
}

/** Kills what is still running: for `afterEach`, so that a failed test leaves nothing behind. */
export async function killProcessors(): Promise<void> {
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
