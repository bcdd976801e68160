import { collectGarbage } from './collect-garbage';

/** Above this, garbage is collected before V8 would: the decoder of a large frame still fits in what a worker may take. */
const COLLECTED_ABOVE_BYTES = 145e6;
/** A collection takes some thirty milliseconds, and what lives may be as much. */
const PAUSE_MS = 1_000;
/** What there has to be more than after the last one: where little has come, little goes. */
const GROWTH_BYTES = 8e6;

/** Keeps a program small: V8 lets its heap, and what buffers hold beside it, grow as long as the machine has memory, which others need as well. */
export class MemoryKeeper {
  private lookedAtMs = -Infinity;
  private leftBytes = 0;

  /** @param pauseMs least time between two looks, and so between two collections. Default 1 000. */
  constructor(private readonly pauseMs = PAUSE_MS) {}

  /** For when work has ended, of which little is needed any more. */
  async keep(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.lookedAtMs < this.pauseMs) return;
    this.lookedAtMs = nowMs;
    const bytes = process.memoryUsage.rss();
    if (bytes <= Math.max(COLLECTED_ABOVE_BYTES, this.leftBytes + GROWTH_BYTES)) return;
    await collectGarbage();
    this.leftBytes = process.memoryUsage.rss();
  }
}
