import { type Episode, episodeBeginning, shiftOf } from './episode';
import { VitalSignWalk } from './vital-sign-walk';
import type { Random } from '../../../simulator/random';

/** One measured value, as an event carries it: LOINC code, value, UCUM unit. */
export interface SimulatedMeasurement {
  readonly code: string;
  readonly value: number;
  readonly unit: string;
}

/** What a monitor sends: an event of version 1.0 (`src/workloads/vitals/event.ts`). */
export interface SimulatedEvent {
  readonly version: '1.0';
  readonly id: string;
  readonly deviceId: string;
  readonly patientId: string;
  /** UTC, to the millisecond. */
  readonly observedAt: string;
  readonly measurements: readonly SimulatedMeasurement[];
}

export interface PatientMonitorSettings {
  readonly patientId: string;
  readonly deviceId: string;
  /** Time of the first reading, milliseconds since 1970. */
  readonly firstReadingAtMs: number;
  /** Time between readings. */
  readonly intervalMs: number;
}

/** Temperature is read each minute, blood pressure by a cuff that inflates every five. */
const TEMPERATURE_EVERY_MS = 60_000;
const CUFF_EVERY_MS = 300_000;

/**
 * One bedside monitor: heart rate, respiratory rate and oxygen saturation at each reading, temperature and blood
 * pressure at times, height and weight once, with the first. Resting values of adults; alarms come from episodes.
 */
export class PatientMonitor {
  private readonly heartRate: VitalSignWalk;
  private readonly respiratoryRate: VitalSignWalk;
  private readonly oxygenSaturation: VitalSignWalk;
  private readonly temperature: VitalSignWalk;
  private readonly systolic: VitalSignWalk;
  private readonly pulsePressure: VitalSignWalk;
  private episode: Episode | undefined;
  private admitted = false;
  private readAtMs: number;
  private nextAtMs: number;
  private temperatureAtMs: number;
  private cuffAtMs: number;

  constructor(
    private readonly settings: PatientMonitorSettings,
    private readonly random: Random,
  ) {
    const walk = (
      baseline: number,
      deviation: number,
      recoverySeconds: number,
      [minimum, maximum]: readonly [number, number],
    ): VitalSignWalk => new VitalSignWalk({ baseline, deviation, recoverySeconds, minimum, maximum }, random);
    this.heartRate = walk(random.normal(76, 9), 5, 60, [25, 220]);
    this.respiratoryRate = walk(random.normal(16, 2), 1.5, 45, [4, 60]);
    this.oxygenSaturation = walk(random.normal(96.5, 1), 0.7, 40, [60, 100]);
    this.temperature = walk(random.normal(36.9, 0.25), 0.1, 1_800, [32, 42]);
    this.systolic = walk(random.normal(122, 12), 6, 600, [50, 240]);
    this.pulsePressure = walk(random.normal(44, 5), 3, 600, [20, 90]);
    this.readAtMs = settings.firstReadingAtMs;
    this.nextAtMs = settings.firstReadingAtMs;
    // Spread over the ward, as nurses admit patients at different times.
    this.temperatureAtMs = settings.firstReadingAtMs + random.between(0, TEMPERATURE_EVERY_MS);
    this.cuffAtMs = settings.firstReadingAtMs + random.between(0, CUFF_EVERY_MS);
  }

  /** When the next reading is due, milliseconds since 1970. */
  get dueAtMs(): number {
    return this.nextAtMs;
  }

  /** The name of the episode that the patient has at the moment, where there is one. */
  get alarm(): string | undefined {
    return this.episode?.name;
  }

  /** Takes the reading that is due. */
  read(): SimulatedEvent {
    const atMs = this.nextAtMs;
    const elapsedSeconds = (atMs - this.readAtMs) / 1_000;
    this.readAtMs = atMs;
    this.nextAtMs = atMs + this.settings.intervalMs;
    if (this.episode !== undefined && this.episode.endsAtMs <= atMs) this.episode = undefined;
    this.episode ??= episodeBeginning(this.random, elapsedSeconds, atMs);
    return {
      version: '1.0',
      id: this.random.uuid(),
      deviceId: this.settings.deviceId,
      patientId: this.settings.patientId,
      observedAt: new Date(atMs).toISOString(),
      measurements: this.measure(atMs, elapsedSeconds),
    };
  }

  private measure(atMs: number, elapsedSeconds: number): SimulatedMeasurement[] {
    const shift = shiftOf(this.episode);
    // Each walk moves at each reading, so that the sequence of random numbers does not depend on what is reported.
    const temperature = this.temperature.read(elapsedSeconds, shift.temperature);
    const systolic = Math.round(this.systolic.read(elapsedSeconds, shift.systolicPressure));
    const diastolic = systolic - Math.round(this.pulsePressure.read(elapsedSeconds));
    const measurements: SimulatedMeasurement[] = [
      { code: '8867-4', value: Math.round(this.heartRate.read(elapsedSeconds, shift.heartRate)), unit: '/min' },
      {
        code: '9279-1',
        value: Math.round(this.respiratoryRate.read(elapsedSeconds, shift.respiratoryRate)),
        unit: '/min',
      },
      {
        code: '59408-5',
        value: Math.round(this.oxygenSaturation.read(elapsedSeconds, shift.oxygenSaturation)),
        unit: '%',
      },
    ];
    if (atMs >= this.temperatureAtMs) {
      this.temperatureAtMs += TEMPERATURE_EVERY_MS;
      measurements.push({ code: '8310-5', value: Math.round(temperature * 10) / 10, unit: 'Cel' });
    }
    if (atMs >= this.cuffAtMs) {
      this.cuffAtMs += CUFF_EVERY_MS;
      measurements.push(
        { code: '8480-6', value: systolic, unit: 'mm[Hg]' },
        { code: '8462-4', value: diastolic, unit: 'mm[Hg]' },
        { code: '8478-0', value: Math.round((systolic + 2 * diastolic) / 3), unit: 'mm[Hg]' },
      );
    }
    if (!this.admitted) {
      this.admitted = true;
      measurements.push(...this.admission());
    }
    return measurements;
  }

  private admission(): SimulatedMeasurement[] {
    const heightCentimetres = Math.round(this.random.normal(170, 9));
    const weightKilograms = Math.round(this.random.normal(26, 3) * (heightCentimetres / 100) ** 2);
    return [
      { code: '8302-2', value: heightCentimetres, unit: 'cm' },
      { code: '29463-7', value: weightKilograms, unit: 'kg' },
      {
        code: '39156-5',
        value: Math.round((weightKilograms / (heightCentimetres / 100) ** 2) * 10) / 10,
        unit: 'kg/m2',
      },
    ];
  }
}
