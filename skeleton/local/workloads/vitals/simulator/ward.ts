import { PatientMonitor, type SimulatedEvent } from './patient-monitor';
import { Random } from '../../../simulator/random';

export interface WardSettings {
  /** Patients, each with one monitor. */
  readonly patients: number;
  /** Any text: the same seed and start give the same events. */
  readonly seed: string;
  /** When the ward opens, milliseconds since 1970. */
  readonly startAtMs: number;
  /** Time between two readings of one monitor. Default one second, so the rate is one event a second and patient. */
  readonly intervalMs?: number;
  /** Begins each patient's and device's id. Default `ward`. */
  readonly idPrefix?: string;
}

/** A ward of monitors that read on their own, evenly spread over the interval. */
export class Ward {
  private readonly monitors: readonly PatientMonitor[];
  private readonly idPrefix: string;

  constructor({ patients, seed, startAtMs, intervalMs = 1_000, idPrefix = 'ward' }: WardSettings) {
    if (!Number.isInteger(patients) || patients < 1) {
      throw new RangeError(`A ward has 1 patient or more, not ${patients}.`);
    }
    if (!(intervalMs > 0)) throw new RangeError(`A monitor's interval is more than 0 ms, not ${intervalMs}.`);
    this.idPrefix = idPrefix;
    this.monitors = Array.from({ length: patients }, (_, index) => {
      const number = numberOf(index);
      return new PatientMonitor(
        {
          patientId: this.patientId(index),
          deviceId: `${idPrefix}-monitor-${number}`,
          firstReadingAtMs: startAtMs + Math.floor((index * intervalMs) / patients),
          intervalMs,
        },
        // A sequence of its own for each patient: a larger ward keeps the readings of the smaller one.
        new Random(`${seed}/${number}`),
      );
    });
  }

  /** Id of a patient, counted from 0. */
  patientId(index: number): string {
    return `${this.idPrefix}-patient-${numberOf(index)}`;
  }

  /** Patients who have an episode at the moment. */
  get alarmCount(): number {
    return this.monitors.filter((monitor) => monitor.alarm !== undefined).length;
  }

  /**
   * All readings that are due by `nowMs` and were not taken yet, in the order of their times. After a pause that is
   * the whole backlog, as with monitors that were cut off from the network.
   */
  readingsDue(nowMs: number): SimulatedEvent[] {
    const events: SimulatedEvent[] = [];
    for (const monitor of this.monitors) {
      while (monitor.dueAtMs <= nowMs) events.push(monitor.read());
    }
    return events.sort((one, other) => compareText(one.observedAt, other.observedAt));
  }
}

function numberOf(index: number): string {
  return String(index + 1).padStart(4, '0');
}

/** ISO times in UTC with equal precision order as texts. */
function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
