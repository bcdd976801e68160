import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { bundle } from '../../../src/foundation/bundle';

/** The operator's program as its task runs it: one bundled file, in a process of its own. */
export interface OperatorProcess {
  /** Waits for its end: the exit code, or the signal that ended it, and all that it wrote. */
  readonly ended: Promise<{ readonly end: number | string; readonly output: string }>;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** Where each workload's program was bundled. */
const bundled = new Map<string, string>();
const running = new Set<ChildProcess>();

export interface StartedOperator {
  readonly workload: string;
  readonly variables: Readonly<Record<string, string>>;
}

export function startOperator({ workload, variables }: StartedOperator, ...words: string[]): OperatorProcess {
  const folder =
    bundled.get(workload) ??
    bundle({ name: `test-${workload}-operator`, entry: `src/workloads/${workload}/operator.ts` });
  bundled.set(workload, folder);
  const child = spawn(process.execPath, [join(folder, 'index.mjs'), ...words], {
    env: { NODE_NO_WARNINGS: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  return {
    signal: (signal) => void child.kill(signal),
    ended: new Promise((resolve) => {
      child.once('close', (code, signal) => {
        running.delete(child);
        resolve({ end: code ?? signal ?? 'unknown', output });
      });
    }),
  };
}

/** Kills what is still running: for `afterEach`, so that a failed test leaves nothing behind. */
export async function killOperators(): Promise<void> {
  const ends = [...running].map(async (child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
}
