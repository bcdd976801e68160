import { Backoff, pause } from '../backoff';
import { Log } from '../log/log';
import { databaseErrorKind } from '../postgres/errors';

/** A step of the start failed for good. `cause` is why. */
export class StartError extends Error {
  constructor(
    readonly phase: string,
    cause: unknown,
  ) {
    super(`The process could not start: ${phase} failed.`, { cause });
    this.name = 'StartError';
  }
}

/** Thrown by a step that waits for somebody else's work, such as the migration of another process: it may pass. */
export class NotYetError extends Error {
  constructor(awaited: string, cause: unknown) {
    super(`Not there yet: ${awaited}.`, { cause });
    this.name = 'NotYetError';
  }
}

export interface StartStepOptions {
  /** Name of the step in the log, such as `migration`. */
  readonly phase: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** How long a cause that may pass is waited for. Default 300 000. */
  readonly patienceMs?: number;
}

const BACKOFF_FIRST_MS = 250;
const BACKOFF_MOST_MS = 5_000;

/**
 * Does one step of a process's start, again and again while what hinders it may pass by itself, such as a database that is
 * still coming up. What does not pass, such as a certificate that is not trusted, fails at once, so that a deployment that
 * cannot work is rolled back.
 *
 * @returns the step's result; `undefined` when the signal came first.
 * @throws StartError with the step's error as its cause.
 */
export async function startStep<Result>(
  { phase, log, signal, patienceMs = 300_000 }: StartStepOptions,
  step: () => Promise<Result>,
): Promise<Result | undefined> {
  const deadline = Date.now() + patienceMs;
  const backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
  while (!signal.aborted) {
    try {
      return await step();
    } catch (error) {
      const retryInMs = backoff.next();
      if (!mayPass(error) || Date.now() + retryInMs > deadline) throw new StartError(phase, error);
      log.event('process.start_delayed', { phase, attempt: backoff.attempt, retryInMs, error });
      await pause(retryInMs, signal);
    }
  }
  return undefined;
}

/** Outages of the database, and of an AWS service: no answer, an answer of 500 or above, or too many calls. */
export function mayPass(error: unknown): boolean {
  if (error instanceof NotYetError || databaseErrorKind(error) === 'transient') return true;
  if (typeof error !== 'object' || error === null) return false;
  const name: unknown = Reflect.get(error, 'name');
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return (
    name === 'TimeoutError' ||
    name === 'ThrottlingException' ||
    (typeof status === 'number' && (status >= 500 || status === 429))
  );
}
