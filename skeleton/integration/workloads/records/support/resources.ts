import type { Encounter, Observation, Patient } from 'fhir/r4';

/** A legal Patient, with anything else as given. */
export function patient(id: string, changes: Partial<Patient> = {}): Patient {
  return {
    resourceType: 'Patient',
    id,
    active: true,
    identifier: [{ system: 'urn:test:record-number', value: id }],
    name: [{ family: 'Testperson', given: ['Ada'] }],
    birthDate: '1950-02-28',
    ...changes,
  };
}

/** A legal Encounter of a patient. */
export function encounter(id: string, patientId: string, changes: Partial<Encounter> = {}): Encounter {
  return {
    resourceType: 'Encounter',
    id,
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: `Patient/${patientId}` },
    period: { start: '2026-11-20T08:00:00Z' },
    ...changes,
  };
}

/** A legal body weight of a patient. */
export function weight(id: string, patientId: string, changes: Partial<Observation> = {}): Observation {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: '2026-11-20T08:30:00Z',
    valueQuantity: { value: 71.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    ...changes,
  };
}
