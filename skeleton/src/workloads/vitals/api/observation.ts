import type { Observation } from 'fhir/r4';
import {
  LOINC_SYSTEM,
  OBSERVATION_CATEGORY_SYSTEM,
  UCUM_SYSTEM,
  VITAL_SIGNS_PROFILE,
} from '../../../runtime/fhir/identifiers';
import { observationId } from '../observation-id';
import type { Reading } from '../reading';
import { vitalSignByCode } from '../vital-signs';

/**
 * A reading as an Observation of the profile "Vital Signs" (FHIR R4, StructureDefinition vitalsigns).
 * Blood pressure too is one Observation a code, as it is measured and stored.
 */
export function toObservation(patientId: string, reading: Reading): Observation & { readonly id: string } {
  const display = vitalSignByCode(reading.code)?.display ?? reading.code;
  return {
    resourceType: 'Observation',
    id: observationId({ patientId, ...reading }),
    meta: { profile: [VITAL_SIGNS_PROFILE] },
    status: 'final',
    category: [{ coding: [{ system: OBSERVATION_CATEGORY_SYSTEM, code: 'vital-signs', display: 'Vital Signs' }] }],
    code: { coding: [{ system: LOINC_SYSTEM, code: reading.code, display }], text: display },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: toEffectiveDateTime(reading.observedAt),
    valueQuantity: { value: reading.value, unit: reading.unit, system: UCUM_SYSTEM, code: reading.unit },
    device: { reference: `Device/${reading.deviceId}` },
  };
}

/** Milliseconds, which is what devices send, unless the database has more. */
function toEffectiveDateTime(observedAt: string): string {
  return observedAt.replace(/000Z$/, 'Z');
}
