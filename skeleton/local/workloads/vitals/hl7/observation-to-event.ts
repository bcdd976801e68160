import type { CodeableConcept, Observation, Quantity } from 'fhir/r4';
import type { SimulatedMeasurement } from '../simulator/patient-monitor';

/** What an Observation says, as far as an event can carry it. */
export interface ExampleReading {
  /** Identity of the subject among the examples, such as `example` of `Patient/example`. */
  readonly patient: string;
  /** Identity of the device where the example names one. */
  readonly device: string | undefined;
  /** Time of the example, as it stands there: often a day alone, and years ago. */
  readonly effective: string;
  readonly measurements: readonly SimulatedMeasurement[];
  /** Components left out, each with its reason. */
  readonly leftOut: readonly string[];
}

/** Either a reading or the reason why there is none. */
export type Converted =
  | { readonly reading: ExampleReading; readonly skipped?: undefined }
  | { readonly reading?: undefined; readonly skipped: string };

/** Whether an event may carry this LOINC code with this UCUM unit. */
export type IsLegal = (code: string, unit: string) => boolean;

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

/** A reading that a person has released (FHIR R4, value set ObservationStatus). */
const RELEASED = ['final', 'amended', 'corrected'];

/** Turns one Observation into a reading: its own value, or those of its components. */
export function toReading(observation: Observation, isLegal: IsLegal): Converted {
  if (!RELEASED.includes(observation.status)) return { skipped: `its status is ${observation.status}` };
  const patient = /^Patient\/([A-Za-z0-9\-.]+)$/.exec(observation.subject?.reference ?? '')?.[1];
  if (patient === undefined) return { skipped: 'its subject is no patient' };
  const effective = observation.effectiveDateTime ?? observation.effectivePeriod?.start;
  if (effective === undefined) return { skipped: 'it has no time' };

  const measurements: SimulatedMeasurement[] = [];
  const leftOut: string[] = [];
  for (const part of partsOf(observation)) {
    const result = toMeasurement(part, isLegal);
    if (typeof result === 'string') leftOut.push(result);
    else if (measurements.some(({ code }) => code === result.code)) leftOut.push(`${result.code} stands twice`);
    else measurements.push(result);
  }
  if (measurements.length === 0) return { skipped: leftOut.join('; ') || 'it has neither a value nor components' };
  return {
    reading: {
      patient,
      device: /\/([A-Za-z0-9\-.]+)$/.exec(observation.device?.reference ?? '')?.[1],
      effective,
      measurements,
      leftOut,
    },
  };
}

interface Part {
  readonly code: CodeableConcept;
  readonly valueQuantity?: Quantity;
}

/** The Observation itself where it has a value, and its components. */
function partsOf(observation: Observation): Part[] {
  const components = observation.component ?? [];
  // A panel has no value of its own; one without components either is reported as a part without a value.
  return hasValue(observation) || (components.length === 0 && observation.hasMember === undefined)
    ? [observation, ...components]
    : components;
}

function hasValue(observation: Observation): boolean {
  return Object.keys(observation).some((key) => key.startsWith('value'));
}

/** The measurement, or the reason why it cannot be one. */
function toMeasurement({ code, valueQuantity }: Part, isLegal: IsLegal): SimulatedMeasurement | string {
  const codes = (code.coding ?? []).flatMap((coding) =>
    coding.system === LOINC && coding.code !== undefined ? [coding.code] : [],
  );
  const name = codes.join(' or ') || code.text || 'a part without a LOINC code';
  if (valueQuantity?.value === undefined) return `${name} has no quantity`;
  const { value, system, code: unit } = valueQuantity;
  if (system !== UCUM || unit === undefined) return `${name} has no UCUM unit`;
  // Several codings say the same thing at different precision: one of them is enough, or the value would count twice.
  const legal = codes.find((candidate) => isLegal(candidate, unit));
  if (legal === undefined) return `${name} in ${unit} is no vital sign that events carry`;
  return { code: legal, value, unit };
}
