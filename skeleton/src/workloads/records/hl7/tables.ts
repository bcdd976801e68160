import type { Address, ContactPoint, Encounter, HumanName, Patient } from 'fhir/r4';

/*
 * What codes of HL7 v2's tables are in FHIR, by the concept maps of the implementation guide "HL7 Version 2 to FHIR" (STU 1).
 * A code that a map has no target for is not in it.
 */

/** Code systems of HL7's terminology (terminology.hl7.org). */
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
export const IDENTIFIER_TYPE_SYSTEM = `${TERMINOLOGY}/v2-0203`;
export const ACT_CODE_SYSTEM = `${TERMINOLOGY}/v3-ActCode`;
export const PARTICIPATION_TYPE_SYSTEM = `${TERMINOLOGY}/v3-ParticipationType`;
const MARITAL_STATUS_SYSTEM = `${TERMINOLOGY}/v3-MaritalStatus`;
const NULL_FLAVOR_SYSTEM = `${TERMINOLOGY}/v3-NullFlavor`;

/** The code system of one of HL7's own tables, such as `0002`. */
export function tableSystem(table: string): string {
  return `${TERMINOLOGY}/v2-${table}`;
}

/** Table 0001, administrative sex. */
export const GENDERS: ReadonlyMap<string, NonNullable<Patient['gender']>> = new Map([
  ['F', 'female'],
  ['M', 'male'],
  ['O', 'other'],
  ['U', 'unknown'],
  ['A', 'other'],
  ['N', 'other'],
]);

/** Table 0002, marital status. */
export const MARITAL_STATUSES: ReadonlyMap<string, { readonly system: string; readonly code: string }> = new Map(
  (
    [
      ['A', MARITAL_STATUS_SYSTEM, 'L'],
      ['D', MARITAL_STATUS_SYSTEM, 'D'],
      ['M', MARITAL_STATUS_SYSTEM, 'M'],
      ['S', MARITAL_STATUS_SYSTEM, 'S'],
      ['W', MARITAL_STATUS_SYSTEM, 'W'],
      ['C', MARITAL_STATUS_SYSTEM, 'C'],
      ['G', MARITAL_STATUS_SYSTEM, 'T'],
      ['P', MARITAL_STATUS_SYSTEM, 'T'],
      ['R', MARITAL_STATUS_SYSTEM, 'T'],
      ['E', MARITAL_STATUS_SYSTEM, 'L'],
      ['N', MARITAL_STATUS_SYSTEM, 'A'],
      ['I', MARITAL_STATUS_SYSTEM, 'I'],
      ['B', MARITAL_STATUS_SYSTEM, 'U'],
      ['U', NULL_FLAVOR_SYSTEM, 'UNK'],
      ['O', NULL_FLAVOR_SYSTEM, 'OTH'],
      ['T', NULL_FLAVOR_SYSTEM, 'NAVU'],
    ] as const
  ).map(([from, system, code]) => [from, { system, code }]),
);

/** Table 0004, patient class: as an encounter's class. */
export const ENCOUNTER_CLASSES: ReadonlyMap<string, Encounter['class']> = new Map([
  ['E', { system: ACT_CODE_SYSTEM, code: 'EMER', display: 'emergency' }],
  ['I', { system: ACT_CODE_SYSTEM, code: 'IMP', display: 'inpatient encounter' }],
  ['O', { system: ACT_CODE_SYSTEM, code: 'AMB', display: 'ambulatory' }],
  ['P', { system: ACT_CODE_SYSTEM, code: 'PRENC', display: 'pre-admission' }],
  ['R', { system: tableSystem('0004'), code: 'R', display: 'Recurring patient' }],
  ['B', { system: tableSystem('0004'), code: 'B', display: 'Obstetrics' }],
  ['C', { system: tableSystem('0004'), code: 'C', display: 'Commercial Account' }],
  ['N', { system: tableSystem('0004'), code: 'N', display: 'Not Applicable' }],
  ['U', { system: tableSystem('0004'), code: 'U', display: 'Unknown' }],
]);

/** Table 0190, address type: as an address's use. */
export const ADDRESS_USES: ReadonlyMap<string, NonNullable<Address['use']>> = new Map([
  ['BA', 'old'],
  ['BI', 'billing'],
  ['C', 'temp'],
  ['B', 'work'],
  ['H', 'home'],
  ['O', 'work'],
]);

/** Table 0190, address type: as an address's type. */
export const ADDRESS_TYPES: ReadonlyMap<string, NonNullable<Address['type']>> = new Map([
  ['M', 'postal'],
  ['SH', 'postal'],
]);

/** Table 0200, name type. */
export const NAME_USES: ReadonlyMap<string, NonNullable<HumanName['use']>> = new Map([
  ['BAD', 'old'],
  ['D', 'usual'],
  ['L', 'official'],
  ['M', 'maiden'],
  ['MSK', 'anonymous'],
  ['N', 'nickname'],
  ['NAV', 'temp'],
  ['R', 'official'],
  ['TEMP', 'temp'],
]);

/** Table 0201, telecommunication use code. */
export const TELECOM_USES: ReadonlyMap<string, NonNullable<ContactPoint['use']>> = new Map([
  ['PRN', 'home'],
  ['WPN', 'work'],
  ['PRS', 'mobile'],
]);

/** Table 0202, telecommunication equipment type. A mobile telephone is a use in FHIR, and a telephone still. */
export const TELECOM_SYSTEMS: ReadonlyMap<string, NonNullable<ContactPoint['system']>> = new Map([
  ['PH', 'phone'],
  ['CP', 'phone'],
  ['FX', 'fax'],
  ['BP', 'pager'],
  ['INTERNET', 'email'],
  ['X.400', 'email'],
  ['MD', 'other'],
  ['SAT', 'other'],
  ['TDD', 'other'],
  ['TTY', 'other'],
]);

/** Table 0396, coding systems, as far as others than HL7's own tables have a URI in FHIR (FHIR R4, "Code Systems"). */
export const CODING_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['LN', 'http://loinc.org'],
  ['SCT', 'http://snomed.info/sct'],
  ['SNM3', 'http://snomed.info/sct'],
  ['I10', 'http://hl7.org/fhir/sid/icd-10'],
  ['ICD10', 'http://hl7.org/fhir/sid/icd-10'],
  ['I9C', 'http://hl7.org/fhir/sid/icd-9-cm'],
  ['UCUM', 'http://unitsofmeasure.org'],
  ['ISO3166_1', 'urn:iso:std:iso:3166'],
]);
