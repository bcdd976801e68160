/** A program that is started again when it dies: a `SupervisedProcess`. */
export interface Victim {
  /** `undefined` while it does not run. */
  readonly pid: number | undefined;
  signal(signal: 'SIGKILL'): void;
}

/** Kills programs in turns, as an out-of-memory killer would: without a word, with all that they hold. */
export class ProcessKiller {
  private kills = 0;
  private nextAtMs: number;

  /** @param pauseMs asked for the time from one kill to the next, and from `startAtMs` to the first. */
  constructor(
    private readonly victims: readonly Victim[],
    private readonly pauseMs: () => number,
    startAtMs: number,
  ) {
    this.nextAtMs = startAtMs + pauseMs();
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
    this.nextAtMs += this.pauseMs();
  }
}
