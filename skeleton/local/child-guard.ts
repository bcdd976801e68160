import { type ChildProcess, spawn } from 'node:child_process';

const SCRIPT = `
pids=
while read -r word pid; do
  kept=
  for known in $pids; do [ "$known" = "$pid" ] || kept="$kept $known"; done
  pids=$kept
  [ "$word" = watch ] && pids="$pids $pid"
done
for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
tries=0
while [ "$tries" -lt 50 ]; do
  alive=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive="$alive $pid"; done
  [ -z "$alive" ] && break
  sleep 0.1
  tries=$((tries + 1))
done
for pid in $alive; do kill -KILL "$pid" 2>/dev/null; done
rm -rf "$@"
`;

/** Ends children and removes paths when this process is gone without having done so, even by SIGKILL. */
export interface ChildGuard {
  watch(pid: number): void;
  /** The child has ended: its id may soon be another process's. */
  forget(pid: number): void;
  /** Lets the guard go. It removes the paths and ends the children that are left. */
  dismiss(): Promise<void>;
}

/**
 * Starts a guard: a small shell that reads from a pipe of this process, and acts when the pipe closes. It stands in a
 * process group of its own, so that Ctrl-C in a terminal does not take it before those it looks after.
 *
 * @param paths files and folders to remove in the end.
 */
export function startChildGuard(paths: readonly string[]): ChildGuard {
  const guard: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT, 'child-guard', ...paths], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    guard.once('exit', () => resolve());
    guard.once('error', () => resolve());
  });
  // A guard that is gone cannot be told anything; the children are then ended by their owner alone.
  guard.stdin?.on('error', () => undefined);
  return {
    watch: (pid) => void guard.stdin?.write(`watch ${pid}\n`),
    forget: (pid) => void guard.stdin?.write(`forget ${pid}\n`),
    dismiss: async () => {
      guard.stdin?.end();
      await ended;
    },
  };
}
