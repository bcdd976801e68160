import { Backoff, pause } from '../backoff';
import { OperationError } from './errors';
import type { Log } from '../log/log';
import { databaseErrorKind } from '../postgres/errors';

const BACKOFF_FIRST_MS = 200;
const BACKOFF_MOST_MS = 5_000;
/** Longer than a failover of Aurora, which takes half a minute as a rule. */
const PATIENCE_MS = 60_000;

export interface Patience {
  readonly log: Log;
  /** Aborted when the person, or ECS, asks the program to end. */
  readonly signal: AbortSignal;
  /** How long an outage is waited for. Default 60 000. */
  readonly patienceMs?: number;
}

/** @throws OperationError when the program was asked to end: between two steps is the place for it. */
export function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new OperationError('failed', 'Stopped, as asked: the same command again does what is left.');
}

/**
 * Does one step that may be done twice, again while the database is away for a reason that passes.
 *
 * @throws OperationError when asked to end; else what the step throws when its cause does not pass in time.
 */
export async function patiently<Result>(patience: Patience, step: () => Promise<Result>): Promise<Result> {
  const { log, signal, patienceMs = PATIENCE_MS } = patience;
  const backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
  const deadline = Date.now() + patienceMs;
  for (;;) {
    throwIfStopped(signal);
    try {
      return await step();
    } catch (error) {
      const retryInMs = backoff.next();
      if (databaseErrorKind(error) !== 'transient' || Date.now() + retryInMs > deadline) throw error;
      log.event('operation.delayed', { attempt: backoff.attempt, retryInMs, error });
      await pause(retryInMs, signal);
    }
  }
}
