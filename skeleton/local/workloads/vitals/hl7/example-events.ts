import { type ExampleReading, type IsLegal, toReading } from './observation-to-event';
import { readExampleObservations } from '../../../hl7/read-examples';
import { Random } from '../../../simulator/random';
import type { SimulatedEvent } from '../simulator/patient-monitor';

export interface ExampleEventsSettings {
  readonly isLegal: IsLegal;
  /** The last event's time, milliseconds since 1970; each earlier one is a second before the next. */
  readonly lastObservedAtMs: number;
  /** Begins each patient's id, so that no run meets another's patients, nor a real one. */
  readonly idPrefix: string;
  /** Seed of the events' ids. */
  readonly seed: string;
}

/** An event and the example that it was made of. */
export interface ExampleEvent {
  readonly file: string;
  readonly event: SimulatedEvent;
  /** Components left out, each with its reason. */
  readonly leftOut: readonly string[];
}

export interface ExampleEvents {
  /** In the order of the examples' own times; those of equal time by file name. */
  readonly events: readonly ExampleEvent[];
  /** Examples that give no event, each with its reason. */
  readonly skipped: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
}

/** The vital signs among HL7's examples as events, dated to now with their order kept. */
export function exampleEvents({ isLegal, lastObservedAtMs, idPrefix, seed }: ExampleEventsSettings): ExampleEvents {
  const readings: { file: string; reading: ExampleReading }[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const { file, observation } of readExampleObservations()) {
    const { reading, skipped: reason } = toReading(observation, isLegal);
    if (reading === undefined) skipped.push({ file, reason });
    else readings.push({ file, reading });
  }
  readings.sort((one, other) => Date.parse(one.reading.effective) - Date.parse(other.reading.effective));

  const random = new Random(seed);
  const events = readings.map(({ file, reading }, index) => ({
    file,
    leftOut: reading.leftOut,
    event: {
      version: '1.0' as const,
      id: random.uuid(),
      deviceId: `${idPrefix}-device-${reading.device ?? 'unnamed'}`,
      patientId: `${idPrefix}-${reading.patient}`,
      observedAt: new Date(lastObservedAtMs - (readings.length - 1 - index) * 1_000).toISOString(),
      measurements: reading.measurements,
    },
  }));
  return { events, skipped };
}
