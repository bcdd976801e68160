import { setTimeout as sleep } from 'node:timers/promises';
import type { StopSignal } from '../../local/stop-signal';

export interface Drain {
  readonly stop: Pick<StopSignal, 'isAsked' | 'asked'>;
  /** How much is still to be done. */
  readonly leftCount: () => Promise<number>;
  /** Time in which nothing was done after which nothing will be. Default: a minute. */
  readonly standstillMs?: number;
  readonly pollMs?: number;
}

/** A killed program's lease or job is given to another within 15 s, so a minute in which nothing is done means that nothing will be. */
const STANDSTILL_MS = 60_000;
const POLL_MS = 100;

/** Waits until nothing is left to do, or nothing more is done, or a stop is asked for. */
export async function drain({ stop, leftCount, standstillMs = STANDSTILL_MS, pollMs = POLL_MS }: Drain): Promise<void> {
  let least = await leftCount();
  let movedAtMs = Date.now();
  while (least > 0 && !stop.isAsked && Date.now() - movedAtMs < standstillMs) {
    await Promise.race([sleep(pollMs), stop.asked]);
    const left = await leftCount();
    if (left < least) {
      least = left;
      movedAtMs = Date.now();
    }
  }
}
