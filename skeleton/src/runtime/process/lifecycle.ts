import { StartError } from './start';
import { Log } from '../log/log';

/** ECS kills a task 30 seconds after it asked it to end; this leaves it time to say how it went. */
const STOP_DEADLINE_MS = 25_000;

/** The outside of a process, for tests to stand in. */
export interface ProcessHost {
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Runs a process's work until it ends, or until SIGTERM or SIGINT asks it to. Exits with 0 when the work ended in order,
 * with 1 when it failed or did not end within 25 s of being asked.
 */
export async function runUntilSignalled(
  log: Log,
  work: (signal: AbortSignal) => Promise<void>,
  { host = process, stopDeadlineMs = STOP_DEADLINE_MS }: { host?: ProcessHost; stopDeadlineMs?: number } = {},
): Promise<void> {
  const stopping = new AbortController();
  let stoppedAtMs = Date.now();
  const stop = (signal: string) => {
    if (stopping.signal.aborted) return;
    stoppedAtMs = Date.now();
    log.event('process.stopping', { signal });
    stopping.abort();
    setTimeout(() => {
      log.event('process.stopped', { graceful: false, durationMs: Date.now() - stoppedAtMs });
      host.exit(1);
    }, stopDeadlineMs).unref();
  };
  host.once('SIGTERM', () => stop('SIGTERM'));
  host.once('SIGINT', () => stop('SIGINT'));
  try {
    await work(stopping.signal);
  } catch (error) {
    if (error instanceof StartError) log.event('process.start_failed', { phase: error.phase, error: error.cause });
    else log.event('process.crashed', { error });
    host.exit(1);
    return;
  }
  log.event('process.stopped', { graceful: true, durationMs: Date.now() - stoppedAtMs });
  host.exit(0);
}
