import { setTimeout as sleep } from 'node:timers/promises';

/** Waits between attempts: each up to twice as long as the one before, at random, so that many do not come back at once. */
export class Backoff {
  private attempts = 0;

  /**
   * @param firstMs most that the first wait takes.
   * @param mostMs most that any wait takes.
   */
  constructor(
    private readonly firstMs: number,
    private readonly mostMs: number,
  ) {}

  /** Failures since the last success. */
  get attempt(): number {
    return this.attempts;
  }

  /** Counts a failure and says how long to wait, in milliseconds. */
  next(): number {
    const ceiling = Math.min(this.mostMs, this.firstMs * 2 ** Math.min(this.attempts, 30));
    this.attempts += 1;
    // From half to all of it: never so short that a crowd of retries is let through together.
    return Math.ceil(ceiling * (0.5 + Math.random() / 2));
  }

  succeeded(): void {
    this.attempts = 0;
  }
}

/** Waits; less when the signal comes. @returns false when it came. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return false;
  try {
    await sleep(Math.max(0, milliseconds), undefined, signal && { signal });
    return true;
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  }
}
