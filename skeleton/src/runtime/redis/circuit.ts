import { Backoff } from '../backoff';

/** Leave to try: `trial` is the one try that tells whether a failure has passed. */
export type Admission = 'usual' | 'trial';

export interface CircuitOptions {
  /** Most that the first pause takes. Default 1 000. */
  readonly pauseFirstMs?: number;
  /** Most that any pause takes. Default 10 000. */
  readonly pauseMostMs?: number;
  /** Milliseconds that only grow. Default: those of the process. */
  readonly now?: () => number;
}

/**
 * Keeps callers from waiting for a service that is away: after a failure there is a pause in which nobody tries, then one
 * trial; when that fails as well, a longer pause.
 */
export class Circuit {
  private readonly pauses: Backoff;
  private readonly now: () => number;
  private pausedUntilMs: number | undefined;
  private brokenSinceMs = 0;
  private isTried = false;

  constructor({ pauseFirstMs = 1_000, pauseMostMs = 10_000, now = () => performance.now() }: CircuitOptions = {}) {
    this.pauses = new Backoff(pauseFirstMs, pauseMostMs);
    this.now = now;
  }

  /** Asks for leave. @returns `undefined` during a pause, and while another caller's trial is under way. */
  enter(): Admission | undefined {
    if (this.pausedUntilMs === undefined) return 'usual';
    if (this.isTried || this.now() < this.pausedUntilMs) return undefined;
    this.isTried = true;
    return 'trial';
  }

  /** @returns how long it was broken, in milliseconds, when this ends it. */
  succeeded(admission: Admission): number | undefined {
    if (admission === 'usual') return undefined;
    this.isTried = false;
    this.pausedUntilMs = undefined;
    this.pauses.succeeded();
    return this.now() - this.brokenSinceMs;
  }

  /** @returns the pause that begins, with the count of failures; `undefined` for a straggler of a failure that is known. */
  failed(admission: Admission): { readonly attempt: number; readonly retryInMs: number } | undefined {
    if (admission === 'trial') this.isTried = false;
    else if (this.pausedUntilMs !== undefined) return undefined;
    else this.brokenSinceMs = this.now();
    const retryInMs = this.pauses.next();
    this.pausedUntilMs = this.now() + retryInMs;
    return { attempt: this.pauses.attempt, retryInMs };
  }
}
