import { collectGarbage } from '../pixels/collect-garbage';

/** Above this, garbage is collected before V8 would: the decoder of a large frame still fits in what a worker may take. */
const COLLECTED_ABOVE_BYTES = 145e6;
/** A collection takes some thirty milliseconds, and what lives may be as much. */
const PAUSE_MS = 1_000;

/** Keeps the worker small between scans: V8 lets its heap grow as long as the machine has memory, which others need as well. */
export class MemoryKeeper {
  private collectedAtMs = -Infinity;

  async keep(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.collectedAtMs < PAUSE_MS || process.memoryUsage.rss() <= COLLECTED_ABOVE_BYTES) return;
    this.collectedAtMs = nowMs;
    await collectGarbage();
  }
}
