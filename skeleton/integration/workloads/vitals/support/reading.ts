import type { Observation } from 'fhir/r4';

/** What a test compares of an Observation: the same fields that an event has. */
export interface ObservedReading {
  readonly patientId: string | undefined;
  readonly deviceId: string | undefined;
  readonly code: string | undefined;
  readonly value: number | undefined;
  readonly unit: string | undefined;
  /** Milliseconds since 1970, since one moment can be written in several ways. */
  readonly observedAtMs: number;
}

/** Takes the Observation apart. */
export function readingOf(observation: Observation): ObservedReading {
  return {
    patientId: observation.subject?.reference?.replace(/^Patient\//, ''),
    deviceId: observation.device?.reference?.replace(/^Device\//, ''),
    code: observation.code.coding?.find((coding) => coding.system === 'http://loinc.org')?.code,
    value: observation.valueQuantity?.value,
    unit: observation.valueQuantity?.code,
    observedAtMs: Date.parse(observation.effectiveDateTime ?? ''),
  };
}
