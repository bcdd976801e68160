import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../../../local/free-port';
import { bundle } from '../../../../src/foundation/bundle';
import { eventually } from '../../../support/test-consumer';

/** The upload program as it runs in its container: one bundled file, in a process of its own. */
export interface UploadProcess {
  readonly baseUrl: string;
  /** Everything it wrote so far. */
  output(): string;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Waits for its end. @returns the exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
  /** Exit code of the container's own health check. */
  healthCheck(): number | null;
}

export interface UploadProcessOptions {
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** Default `true`: waits until it listens. */
  readonly untilReady?: boolean;
}

let script: string | undefined;
const running = new Set<ChildProcess>();

export async function startUploadProcess({
  environment: environmentOf,
  untilReady = true,
}: UploadProcessOptions): Promise<UploadProcess> {
  script ??= join(bundle({ name: 'test-imaging-upload', entry: 'src/workloads/imaging/upload/main.ts' }), 'index.mjs');
  const [port, file] = [await freePort(), script];
  const environment = { ...environmentOf(port), NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, [file], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
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
  if (untilReady) {
    await eventually(
      () => child.exitCode !== null || output().includes('"event":"api.listening"'),
      (done) => done,
    );
    if (child.exitCode !== null) throw new Error(`The program ended while it started:\n${output()}`);
  }
  return {
    baseUrl: `https://localhost:${port}`,
    output,
    signal: (signal) => child.kill(signal),
    ended: async () => ended,
    healthCheck: () => spawnSync(process.execPath, [file, '--health'], { env: environment }).status,
  };
}

/** Kills what still runs, so that a failed test leaves nothing behind. */
export async function killUploadProcesses(): Promise<void> {
  const ends = [...running].map(async (child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
}
