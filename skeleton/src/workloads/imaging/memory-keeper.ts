import { collectGarbage } from './collect-garbage';

/** Above this, garbage is collected before V8 would: the decoder of a large frame still fits in what a worker may take. */
const COLLECTED_ABOVE_BYTES = 145e6;
/** A collection takes some thirty milliseconds, and what lives may be as much. */
const PAUSE_MS = 1_000;

/** Keeps a program small: V8 lets its heap, and what buffers hold beside it, grow as long as the machine has memory, which others need as well. */
export class MemoryKeeper {
  private collectedAtMs = -Infinity;

  /** @param pauseMs least time between two collections. Default 1 000. */
  constructor(private readonly pauseMs = PAUSE_MS) {}

  /** For when work has ended, of which little is needed any more. */
  async keep(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.collectedAtMs < this.pauseMs || process.memoryUsage.rss() <= COLLECTED_ABOVE_BYTES) return;
    this.collectedAtMs = nowMs;
    await collectGarbage();
  }
}
