/** A processor that is started again when it dies: a `SupervisedProcess`. */
export interface Victim {
  /** `undefined` while it does not run. */
  readonly pid: number | undefined;
  signal(signal: 'SIGKILL'): void;
}

/** Kills the processors in turns, as an out-of-memory killer would: without a word, with their leases held. */
export class ProcessorKiller {
  private kills = 0;
  private nextAtMs: number;

  /** @param everyMs from one kill to the next, and from `startAtMs` to the first. */
  constructor(
    private readonly victims: readonly Victim[],
    private readonly everyMs: number,
    startAtMs: number,
  ) {
    this.nextAtMs = startAtMs + everyMs;
  }

  get killsCount(): number {
    return this.kills;
  }

  /** Kills when it is time to; called again and again. A victim that does not run is waited for, so that each kill is one. */
  killIfDue(nowMs: number): void {
    if (nowMs < this.nextAtMs) return;
    const victim = this.victims[this.kills % this.victims.length];
    if (victim?.pid === undefined) return;
    victim.signal('SIGKILL');
    this.kills += 1;
    this.nextAtMs += this.everyMs;
  }
}
