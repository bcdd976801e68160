import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A shell command that shares our terminal. */
export interface RunningCommand {
  /** Its exit code; for one that a signal ended 128 and the signal's number, as shells say it. */
  readonly exitCode: Promise<number>;
  /** Ends it with all that it started. */
  end(): void;
}

/** Runs a command in a shell, in a process group of its own, so that what it started can be ended with it. */
export function runCommand(command: string): RunningCommand {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  return {
    exitCode,
    end: () => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It ended by itself in the meantime.
      }
    },
  };
}
