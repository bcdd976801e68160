import { adtMessage, type AdtMessage, AUTHORITY, type Person, type Visit } from './adt-message';
import { condition, documentReference, observation, reportBundle, type Subject } from './clinical-resources';
import { derivedResourceId } from '../../../../src/workloads/records/decode/identity';
import type { Random } from '../../../simulator/random';

/** What a system of the hospital sends at once. */
export interface Submission {
  /** Partition key: what a patient's record is made of stays in order. */
  readonly partitionKey: string;
  readonly atMs: number;
  readonly kind: 'adt' | 'merge' | 'observation' | 'condition' | 'document' | 'bundle';
  readonly text: string;
}

export interface PatientCourseSettings {
  readonly recordNumber: string;
  /** Time of the first admission, milliseconds since 1970. */
  readonly firstAtMs: number;
  /** Time between two submissions about this patient. */
  readonly intervalMs: number;
}

const FAMILIES = ['Testperson', 'Sample', 'Demo', 'Placeholder'] as const;
const GIVEN = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn'] as const;
const WARDS = ['AMU', 'CARDIO', 'SURGERY', 'ICU'] as const;
const BEDS = 24;
/** Submissions of one stay in hospital. */
const STAY = { minimum: 12, maximum: 40 } as const;
/** One stay in so many begins with a patient who is registered twice, which is mended by a merge. */
const STAYS_PER_DOUBLE = 10;

/** One patient who comes to the hospital, is moved, measured and written about, goes home, and comes again. */
export class PatientCourse {
  readonly patientId: string;
  private readonly person: Person;
  private visit: Visit | undefined;
  private visits = 0;
  private restOfStay = 0;
  private doubleNumber: string | undefined;
  private nextAtMs: number;

  constructor(
    private readonly settings: PatientCourseSettings,
    private readonly random: Random,
  ) {
    this.nextAtMs = settings.firstAtMs;
    this.person = {
      recordNumber: settings.recordNumber,
      family: random.pick(FAMILIES),
      given: random.pick(GIVEN),
      birthDate: `19${random.wholeBetween(30, 99)}0${random.wholeBetween(1, 9)}1${random.wholeBetween(0, 9)}`,
      sex: random.chance(0.5) ? 'F' : 'M',
    };
    // As the pipeline names whom a message is about, so that the laboratory can refer to them.
    this.patientId = derivedResourceId('Patient', { system: AUTHORITY, value: settings.recordNumber }, '');
  }

  /** When the next submission is due, milliseconds since 1970. */
  get dueAtMs(): number {
    return this.nextAtMs;
  }

  get isAdmitted(): boolean {
    return this.visit !== undefined;
  }

  /** What is sent next. */
  next(): Submission {
    const atMs = this.nextAtMs;
    this.nextAtMs += this.settings.intervalMs;
    if (this.doubleNumber !== undefined) return this.merge(this.doubleNumber, atMs);
    if (this.visit === undefined) return this.admit(atMs);
    this.restOfStay -= 1;
    return this.restOfStay <= 0 ? this.discharge(this.visit, atMs) : this.treat(this.visit, atMs);
  }

  private admit(atMs: number): Submission {
    this.visits += 1;
    this.restOfStay = this.random.wholeBetween(STAY.minimum, STAY.maximum);
    this.visit = { number: `${this.settings.recordNumber}-${this.visits}`, ...this.bed(), admittedAtMs: atMs };
    // Whoever is merged has to be known, so the first stay is without a double.
    if (this.visits === 1 || !this.random.chance(1 / STAYS_PER_DOUBLE)) {
      return this.adt('A01', atMs, { visit: this.visit });
    }
    this.doubleNumber = `${this.settings.recordNumber}-double-${this.visits}`;
    const visit = { ...this.visit, number: this.doubleNumber };
    return this.adt('A04', atMs, { person: { ...this.person, recordNumber: this.doubleNumber }, visit });
  }

  private merge(mergedRecordNumber: string, atMs: number): Submission {
    this.doubleNumber = undefined;
    return { ...this.adt('A40', atMs, { mergedRecordNumber }), kind: 'merge' };
  }

  private discharge(visit: Visit, atMs: number): Submission {
    this.visit = undefined;
    return this.adt('A03', atMs, { visit });
  }

  private treat(visit: Visit, atMs: number): Submission {
    const { patientId, random } = this;
    const encounterId = derivedResourceId('Encounter', { system: AUTHORITY, value: visit.number }, '');
    const subject: Subject = { patientId, encounterId, atMs };
    const kind = random.between(0, 100);
    if (kind < 55) return this.fhir('observation', observation(subject, random), atMs);
    if (kind < 75) return this.fhir('bundle', reportBundle(subject, random), atMs);
    if (kind < 85) return this.fhir('condition', condition(subject, random), atMs);
    if (kind < 90) return this.fhir('document', documentReference(subject, random), atMs);
    // A move to another bed.
    this.visit = { ...visit, ...this.bed() };
    return this.adt('A08', atMs, { visit: this.visit });
  }

  private bed(): Pick<Visit, 'ward' | 'bed'> {
    return { ward: this.random.pick(WARDS), bed: this.random.wholeBetween(1, BEDS) };
  }

  private adt(
    trigger: AdtMessage['trigger'],
    atMs: number,
    more: Partial<Pick<AdtMessage, 'person' | 'visit' | 'mergedRecordNumber'>>,
  ): Submission {
    const controlId = this.random.uuid().slice(0, 20);
    const text = adtMessage({ trigger, controlId, atMs, person: this.person, ...more });
    return { partitionKey: this.settings.recordNumber, atMs, kind: 'adt', text };
  }

  private fhir(kind: Submission['kind'], resource: object, atMs: number): Submission {
    return { partitionKey: this.settings.recordNumber, atMs, kind, text: JSON.stringify(resource) };
  }
}
