import { PatientCourse, type Submission } from './patient-course';
import { Random } from '../../../simulator/random';

export interface HospitalSettings {
  readonly patients: number;
  /** Any text: the same seed and start give the same submissions. */
  readonly seed: string;
  /** When the first patient comes, milliseconds since 1970. */
  readonly startAtMs: number;
  /** Time between two submissions about one patient. Default five seconds. */
  readonly intervalMs?: number;
}

/** A hospital whose systems send what happens to its patients, evenly spread over the interval. */
export class Hospital {
  private readonly courses: readonly PatientCourse[];

  constructor({ patients, seed, startAtMs, intervalMs = 5_000 }: HospitalSettings) {
    if (!Number.isInteger(patients) || patients < 1) {
      throw new RangeError(`A hospital has 1 patient or more, not ${patients}.`);
    }
    if (!(intervalMs > 0)) throw new RangeError(`A patient's interval is more than 0 ms, not ${intervalMs}.`);
    this.courses = Array.from({ length: patients }, (_, index) => {
      const number = String(index + 1).padStart(4, '0');
      return new PatientCourse(
        {
          recordNumber: `demo-${number}`,
          firstAtMs: startAtMs + Math.floor((index * intervalMs) / patients),
          intervalMs,
        },
        // A sequence of its own for each patient: a larger hospital keeps what the smaller one sends.
        new Random(`${seed}/${number}`),
      );
    });
  }

  /** Id of the Patient that the pipeline makes of a patient, counted from 0. */
  patientId(index: number): string {
    return this.courses[index]?.patientId ?? '';
  }

  /** Patients who are in hospital at the moment. */
  get admittedCount(): number {
    return this.courses.filter(({ isAdmitted }) => isAdmitted).length;
  }

  /** All that is due by `nowMs` and was not sent yet, in the order of time. After a pause that is the whole backlog. */
  submissionsDue(nowMs: number): Submission[] {
    const submissions: Submission[] = [];
    for (const course of this.courses) {
      while (course.dueAtMs <= nowMs) submissions.push(course.next());
    }
    return submissions.sort((one, other) => one.atMs - other.atMs);
  }
}
