import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildGuard } from '../../../local/child-guard';
import { type Bundle, bundle } from '../../../src/foundation/bundle';

/** A program that is measured, in a process of its own. */
export interface MeasuredProgram {
  /** Most memory that it had so far, in bytes; `undefined` where the system does not tell. */
  peakBytes(): number | undefined;
  stop(): Promise<void>;
}

export interface MeasuredProgramOptions {
  readonly bundle: Bundle;
  readonly environment: Readonly<Record<string, string>>;
  /** What it writes once it listens. */
  readonly untilWritten: RegExp;
  readonly guard: ChildGuard;
}

/** Starts a program. @returns it with what the pattern matched. @throws Error with what it wrote, when it ends before that. */
export async function startMeasured({
  bundle: bundled,
  environment,
  untilWritten,
  guard,
}: MeasuredProgramOptions): Promise<MeasuredProgram & { readonly written: RegExpExecArray }> {
  const child = spawn(process.execPath, [join(bundle(bundled), 'index.mjs')], {
    env: { ...environment, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${bundled.name} could not be started.`);
  guard.watch(pid);
  const ended = once(child, 'close').then(() => guard.forget(pid));
  const written = await Promise.race([output(child, untilWritten), ended.then(() => undefined)]);
  if (written === undefined) throw new Error(`${bundled.name} ended as it started.`);
  return {
    written,
    peakBytes: () => peakBytes(pid),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function output({ stdout, stderr }: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve) => {
    let text: string | undefined = '';
    // Read to its end, so that the program never waits for somebody to read.
    for (const stream of [stdout, stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        if (text === undefined) return;
        text += chunk.toString('utf8');
        const match = pattern.exec(text);
        if (match === null) return;
        text = undefined;
        resolve(match);
      });
    }
  });
}

/** `VmHWM`, the peak resident set size in kibibytes (proc(5)); Linux has it. */
function peakBytes(pid: number): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined;
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
}
