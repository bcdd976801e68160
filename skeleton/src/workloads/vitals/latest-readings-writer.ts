import type { VitalSignsEvent } from './event';
import { COMPLETE_SECONDS, type LatestReadings } from './latest-readings';
import { LatestByCode, readingsOf } from './reading';

export interface LatestReadingsWriterOptions {
  readonly latestReadings: Pick<LatestReadings, 'update' | 'distrust'>;
  /** Patients whose readings wait to be written. Above that, only their ids are kept. Default 10 000. */
  readonly pendingMax?: number;
  /** Patients of whom an update was lost. Default 100 000. */
  readonly distrustedMax?: number;
  /** Between attempts to tell the cache of lost updates. Default 1 000. */
  readonly retryMs?: number;
}

/** Patients that are written at the same time. */
const PARALLEL = 64;
/** By then the cache has ended its trust by itself; the margin is for what was under way. */
const FORGET_LOSS_MS = (COMPLETE_SECONDS + 30) * 1_000;
const CLOSE_PATIENCE_MS = 1_000;

/**
 * Brings committed events into the cache, behind the back of the commits: nobody waits for it, its memory is bounded, and
 * what it cannot write it makes the cache distrust, as soon as Redis listens again.
 */
export class LatestReadingsWriter {
  private readonly pending = new Map<string, LatestByCode>();
  /** Patients of whom an update was lost, and when. */
  private readonly distrusted = new Map<string, number>();
  private readonly pendingMax: number;
  private readonly distrustedMax: number;
  private readonly retryMs: number;
  private draining: Promise<void> | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: LatestReadingsWriterOptions) {
    this.pendingMax = options.pendingMax ?? 10_000;
    this.distrustedMax = options.distrustedMax ?? 100_000;
    this.retryMs = options.retryMs ?? 1_000;
  }

  /** Patients whose readings wait to be written. */
  get pendingCount(): number {
    return this.pending.size;
  }

  /** Patients of whom an update was lost, and of whom the cache could not be told yet. */
  get distrustedCount(): number {
    return this.distrusted.size;
  }

  /** Takes note of events that are stored, and returns. */
  committed(events: readonly VitalSignsEvent[]): void {
    if (this.isClosed) return;
    for (const event of events) {
      const latest = this.pendingOf(event.patientId);
      if (latest === undefined) this.distrust(event.patientId);
      else for (const reading of readingsOf(event)) latest.add(reading);
    }
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined;
    });
  }

  /** Writes what waits, for a second at the most. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retryTimer);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_PATIENCE_MS);
    });
    await Promise.race([this.draining, patience]);
    clearTimeout(timer);
    this.pending.clear();
  }

  private pendingOf(patientId: string): LatestByCode | undefined {
    const known = this.pending.get(patientId);
    if (known !== undefined || this.pending.size >= this.pendingMax) return known;
    const latest = new LatestByCode();
    this.pending.set(patientId, latest);
    return latest;
  }

  private async drain(): Promise<void> {
    while (this.pending.size > 0) {
      const some = [...this.pending].slice(0, PARALLEL);
      for (const [patientId] of some) this.pending.delete(patientId);
      await Promise.all(some.map(async ([patientId, latest]) => this.write(patientId, latest)));
    }
  }

  private async write(patientId: string, latest: LatestByCode): Promise<void> {
    try {
      await this.options.latestReadings.update(patientId, latest);
    } catch {
      // Logged and counted by the client already.
      this.distrust(patientId);
    }
  }

  private distrust(patientId: string): void {
    // One more than fits is left to the end of the cache's trust, a minute later.
    if (this.distrusted.size >= this.distrustedMax && !this.distrusted.has(patientId)) return;
    this.distrusted.set(patientId, performance.now());
    this.scheduleRetry();
  }

  private scheduleRetry(): void {
    if (this.isClosed || this.retryTimer !== undefined || this.distrusted.size === 0) return;
    this.retryTimer = setTimeout(() => {
      void this.tellLosses().finally(() => {
        this.retryTimer = undefined;
        this.scheduleRetry();
      });
    }, this.retryMs);
    this.retryTimer.unref();
  }

  private async tellLosses(): Promise<void> {
    const forgetBefore = performance.now() - FORGET_LOSS_MS;
    for (const [patientId, lostAtMs] of this.distrusted) {
      if (lostAtMs < forgetBefore) this.distrusted.delete(patientId);
    }
    const losses = [...this.distrusted];
    for (let start = 0; start < losses.length && !this.isClosed; start += PARALLEL) {
      const told = await Promise.all(losses.slice(start, start + PARALLEL).map(async (loss) => this.tell(...loss)));
      // As long as Redis is away, the next ones would fare no better.
      if (!told.includes(true)) return;
    }
  }

  private async tell(patientId: string, lostAtMs: number): Promise<boolean> {
    try {
      await this.options.latestReadings.distrust(patientId);
    } catch {
      return false;
    }
    // Unless another update was lost meanwhile.
    if (this.distrusted.get(patientId) === lostAtMs) this.distrusted.delete(patientId);
    return true;
  }
}
