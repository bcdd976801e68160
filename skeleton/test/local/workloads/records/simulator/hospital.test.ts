import { Hospital } from '../../../../../local/workloads/records/simulator/hospital';
import { RECORD_RESOURCE_TYPES } from '../../../../../src/fhir-r4-types';
import { recordDecoder } from '../../../../../src/workloads/records/decode/decoder';
import { decodeHl7 } from '../../../../../src/workloads/records/hl7/decode-hl7';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const HOUR_MS = 3_600_000;
const hospital = (overrides: Partial<ConstructorParameters<typeof Hospital>[0]> = {}) =>
  new Hospital({ patients: 5, seed: 'night shift', startAtMs: START, ...overrides });

describe('the simulated hospital', () => {
  test('sends the same for the same seed and clock, however often it is asked, and other things for another seed', () => {
    const submissions = hospital().submissionsDue(START + 120_000);
    const often = hospital();
    const pieces = Array.from({ length: 120 }, (_, second) => often.submissionsDue(START + (second + 1) * 1_000));

    expect(pieces.flat()).toEqual(submissions);
    expect(hospital({ seed: 'day shift' }).submissionsDue(START + 120_000)).not.toEqual(submissions);
  });

  test('keeps what a smaller one sends when it grows', () => {
    const [first] = hospital({ patients: 50 }).submissionsDue(START);

    expect(first).toEqual(hospital().submissionsDue(START)[0]);
  });

  test('sends what the pipeline takes: admissions, moves, discharges, merges, resources and Bundles, about the patient who was admitted', () => {
    const { decodeRecord } = recordDecoder({ resourceTypes: RECORD_RESOURCE_TYPES, decodeHl7 });
    const simulated = hospital();
    const submissions = simulated.submissionsDue(START + HOUR_MS);
    const decoded = submissions.map(({ text }) => decodeRecord(Buffer.from(text), new Date(START + HOUR_MS)));

    expect(decoded.flatMap(({ rejected }) => rejected.map(({ reason }) => reason))).toEqual([]);
    expect(new Set(submissions.map(({ kind }) => kind))).toEqual(
      new Set(['adt', 'merge', 'observation', 'condition', 'document', 'bundle']),
    );
    const patients = new Set(Array.from({ length: 5 }, (_, index) => `Patient/${simulated.patientId(index)}`));
    const written = decoded.flatMap(({ accepted }) => accepted.flatMap(({ event }) => event.changes));
    const subjects = written.flatMap((change) =>
      change.kind === 'write' && change.resourceType === 'Observation'
        ? change.references.filter(({ parameter }) => parameter === 'patient')
        : [],
    );
    expect(subjects.length).toBeGreaterThan(100);
    expect(subjects.filter(({ targetType, targetId }) => !patients.has(`${targetType}/${targetId}`))).toEqual([]);
    const ids = decoded.flatMap(({ accepted }) => accepted.map(({ event }) => event.id));
    expect(new Set(ids).size).toBe(submissions.length);
  });

  test('refuses to have no patients, or no time between two submissions', () => {
    expect(() => hospital({ patients: 0 })).toThrow('A hospital has 1 patient or more, not 0.');
    expect(() => hospital({ intervalMs: 0 })).toThrow("A patient's interval is more than 0 ms, not 0.");
  });
});
