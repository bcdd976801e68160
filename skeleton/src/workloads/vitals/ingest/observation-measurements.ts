import type { CodeableConcept, Observation, ObservationComponent, Quantity } from 'fhir/r4';
import { LOINC_SYSTEM, UCUM_SYSTEM } from '../../../runtime/fhir/identifiers';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import type { Measurement } from '../event';
import { VITAL_SIGNS, type VitalSign, vitalSignByCode } from '../vital-signs';

/**
 * Panels whose values stand in components, with the codes that they may have (FHIR R4, Blood Pressure Profile: 85354-9 with
 * systolic and diastolic pressure; monitors add the mean).
 */
const PANELS: ReadonlyMap<string, readonly string[]> = new Map([['85354-9', ['8480-6', '8462-4', '8478-0']]]);

const ALL_CODES = VITAL_SIGNS.map(({ code }) => code);

export type MeasurementsResult =
  { readonly measurements: readonly Measurement[] } | { readonly issues: readonly Issue[] };

/**
 * The measurements of an Observation: its own value, and those of its components. All of them, or none: a value that cannot be
 * stored is an issue, so that nothing is lost without being said. A component without a value has nothing to lose.
 *
 * @param root place of the Observation, such as `Bundle.entry[3].resource`.
 */
export function readMeasurements(observation: Observation, root: string): MeasurementsResult {
  const issues: Issue[] = [];
  const measurements: Measurement[] = [];
  for (const part of partsOf(observation, root)) {
    const result = readPart(part);
    if ('code' in result.found) measurements.push(result.found);
    else issues.push(...result.found.issues);
  }
  const doubled = measurements.find(({ code }, index) => measurements.findIndex((one) => one.code === code) !== index);
  if (doubled !== undefined) {
    issues.push({ code: 'duplicate', diagnostics: `${doubled.code} has two values`, expression: `${root}.component` });
  }
  if (issues.length > 0) return { issues };
  if (measurements.length > 0) return { measurements };
  return {
    issues: [
      {
        code: 'required',
        diagnostics: 'There is no value: expected valueQuantity, or for a panel components with valueQuantity',
        expression: `${root}.value`,
      },
    ],
  };
}

interface Part {
  readonly holder: Observation | ObservationComponent;
  readonly place: string;
  readonly legalCodes: readonly string[];
}

function partsOf(observation: Observation, root: string): Part[] {
  const panel = loincCodes(observation.code).find((code) => PANELS.has(code));
  const components = (observation.component ?? []).map((holder, index) => ({
    holder,
    place: `${root}.component[${index}]`,
    legalCodes: PANELS.get(panel ?? '') ?? ALL_CODES,
  }));
  const withValue = components.filter(({ holder }) => valueElement(holder) !== undefined);
  const own: Part = { holder: observation, place: root, legalCodes: ALL_CODES };
  // A panel has no value of its own. What is neither a panel nor a vital sign is told by its code, value or not.
  return panel !== undefined && valueElement(observation) === undefined ? withValue : [own, ...withValue];
}

function readPart({ holder, place, legalCodes }: Part): { found: Measurement | { issues: Issue[] } } {
  const candidates = loincCodes(holder.code).filter((code) => legalCodes.includes(code));
  const [first] = candidates.map(vitalSignByCode).filter((sign) => sign !== undefined);
  if (first === undefined) {
    return refused(
      'code-invalid',
      `${place}.code`,
      `No LOINC code of a vital sign that is stored here; there are ${legalCodes.join(', ')} of ${LOINC_SYSTEM}`,
    );
  }
  const element = valueElement(holder);
  if (element !== 'valueQuantity' || holder.valueQuantity === undefined) {
    const legal = `${first.code} is stored as valueQuantity only`;
    return refused(element === undefined ? 'required' : 'value', `${place}.${element ?? 'value'}`, legal);
  }
  // Several codings say the same at different precision: one with a legal unit is enough, or the value would count twice.
  const unit = holder.valueQuantity.code;
  const fitting = candidates.map(vitalSignByCode).find((sign) => sign !== undefined && isLegalUnit(sign, unit));
  return readQuantity(holder.valueQuantity, fitting ?? first, `${place}.valueQuantity`);
}

function readQuantity(
  { value, comparator, system, code: unit }: Quantity,
  sign: VitalSign,
  place: string,
): { found: Measurement | { issues: Issue[] } } {
  const units = Object.keys(sign.units).join(', ');
  if (comparator !== undefined) {
    return refused('not-supported', `${place}.comparator`, 'A bound is no value: expected the value that was measured');
  }
  if (value === undefined) return refused('required', `${place}.value`, 'value is missing');
  if (system !== UCUM_SYSTEM) {
    return refused(system === undefined ? 'required' : 'value', `${place}.system`, `Legal is ${UCUM_SYSTEM}`);
  }
  const range = unit === undefined ? undefined : isLegalUnit(sign, unit) ? sign.units[unit] : undefined;
  if (unit === undefined || range === undefined) {
    return refused(
      unit === undefined ? 'required' : 'code-invalid',
      `${place}.code`,
      `Legal units of ${sign.code} are ${units}`,
    );
  }
  if (value < range.low || value > range.high) {
    return refused(
      'value',
      `${place}.value`,
      `${sign.code} in ${unit} cannot be so: possible is ${range.low} to ${range.high}`,
    );
  }
  return { found: { code: sign.code, value, unit } };
}

function refused(code: Issue['code'], expression: string, diagnostics: string): { found: { issues: Issue[] } } {
  return { found: { issues: [{ code, diagnostics, expression }] } };
}

function isLegalUnit(sign: VitalSign, unit: string | undefined): boolean {
  return unit !== undefined && Object.hasOwn(sign.units, unit);
}

function loincCodes(concept: CodeableConcept | undefined): string[] {
  return (concept?.coding ?? []).flatMap(({ system, code }) =>
    system === LOINC_SYSTEM && code !== undefined ? [code] : [],
  );
}

/** The name of the element that holds the value. */
function valueElement(holder: Observation | ObservationComponent): string | undefined {
  return Object.keys(holder).find((name) => /^value[A-Z]/.test(name));
}
