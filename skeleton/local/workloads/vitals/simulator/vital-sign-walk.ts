import type { Random } from '../../../simulator/random';

/** How one vital sign moves. Values in the sign's own unit, times in seconds. */
export interface WalkSettings {
  /** Where the value returns to. */
  readonly baseline: number;
  /** Standard deviation around the baseline in the long run. */
  readonly deviation: number;
  /** Time in which a disturbance falls to a third. */
  readonly recoverySeconds: number;
  /** The value never leaves these bounds, in an episode neither. */
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * A vital sign over time: a random walk that returns to its baseline (an Ornstein-Uhlenbeck process), so that
 * neighbouring readings resemble each other, and readings an hour apart do not.
 */
export class VitalSignWalk {
  private disturbance: number;

  constructor(
    private readonly settings: WalkSettings,
    private readonly random: Random,
  ) {
    this.disturbance = random.normal(0, settings.deviation);
  }

  /**
   * Moves on by `elapsedSeconds` and reads.
   *
   * @param shift added to the baseline, while an episode lasts.
   */
  read(elapsedSeconds: number, shift = 0): number {
    const { baseline, deviation, recoverySeconds, minimum, maximum } = this.settings;
    // The exact solution for a step of any length: the result does not depend on how often the monitor is read.
    const kept = Math.exp(-elapsedSeconds / recoverySeconds);
    this.disturbance = this.random.normal(this.disturbance * kept, deviation * Math.sqrt(1 - kept * kept));
    return Math.min(maximum, Math.max(minimum, baseline + shift + this.disturbance));
  }
}
