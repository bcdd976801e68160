import type { Address, CodeableConcept, Coding, ContactPoint, HumanName, Identifier, Period } from 'fhir/r4';
import { element, present } from './element';
import {
  ADDRESS_TYPES,
  ADDRESS_USES,
  CODING_SYSTEMS,
  IDENTIFIER_TYPE_SYSTEM,
  NAME_USES,
  tableSystem,
  TELECOM_SYSTEMS,
  TELECOM_USES,
} from './tables';
import { readTime } from './time';
import type { Field } from '../../../runtime/hl7/field';

/*
 * Data types of HL7 v2 as FHIR has them, by the data type maps of the implementation guide "HL7 Version 2 to FHIR" (STU 1).
 * What a type may repeat is read repetition by repetition.
 */

/** The NHS number's assigning authority (NHS Digital, "OID registry"), which FHIR knows by a URI of its own. */
const KNOWN_AUTHORITIES: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.113883.2.1.4.1', 'https://fhir.nhs.uk/Id/nhs-number'],
]);

/**
 * An assigning authority (HD) as the system of an identifier: its OID, UUID or URI where it has one, else its name as it is.
 * Characters that no URI has are percent-encoded.
 */
export function authoritySystem(field: Field, component: number): string | undefined {
  const [name, id, type] = [1, 2, 3].map((part) => field.text(component, part));
  const known = KNOWN_AUTHORITIES.get(id ?? '');
  if (known !== undefined) return known;
  const uri = id === undefined ? name : universalId(id, type);
  return uri === undefined ? undefined : uri.replace(/[^!#$&'()*+,\-./0-9:;=?@A-Z_a-z~%[\]]/gu, percentEncoded);
}

function universalId(id: string, type: string | undefined): string {
  if (type === 'ISO') return `urn:oid:${id}`;
  return type === 'UUID' ? `urn:uuid:${id.toLowerCase()}` : id;
}

function percentEncoded(character: string): string {
  return encodeURIComponent(character);
}

/** CX: `undefined` without a value. */
export function identifierOf(field: Field, defaultType?: string): Identifier | undefined {
  const value = field.text(1);
  if (value === undefined) return undefined;
  const type = field.text(5) ?? defaultType;
  const authority = field.text(4, 1);
  return element<Identifier>({
    type: type === undefined ? undefined : { coding: [{ system: IDENTIFIER_TYPE_SYSTEM, code: codeOf(type) }] },
    system: authoritySystem(field, 4),
    value,
    period: periodOf(field, 7, 8),
    assigner: authority === undefined ? undefined : { display: authority },
  });
}

/** XPN. */
export function humanNameOf(field: Field): HumanName | undefined {
  const said = element<HumanName>({
    family: field.text(1),
    given: present([field.text(2), field.text(3)]),
    prefix: present([field.text(5)]),
    suffix: present([field.text(4), field.text(6), field.text(14)]),
  });
  if (said === undefined) return undefined;
  return element<HumanName>({ use: NAME_USES.get(field.text(7) ?? ''), ...said, period: periodOf(field, 12, 13) });
}

/** A name as people read it: of XPN, or of XCN, whose name begins one component later. */
export function displayName(field: Field, first: 1 | 2): string | undefined {
  const [family, given, further, suffix, prefix] = [0, 1, 2, 3, 4].map((index) => field.text(first + index));
  const words = present([prefix, given, further, family, suffix]);
  return words.length === 0 ? undefined : words.join(' ');
}

/** XAD. */
export function addressOf(field: Field): Address | undefined {
  const said = element<Address>({
    line: present([field.text(1), field.text(2)]),
    city: field.text(3),
    district: field.text(9),
    state: field.text(4),
    postalCode: field.text(5),
    country: field.text(6),
  });
  if (said === undefined) return undefined;
  const type = field.text(7) ?? '';
  return element<Address>({
    use: ADDRESS_USES.get(type),
    type: ADDRESS_TYPES.get(type),
    ...said,
    period: periodOf(field, 13, 14),
  });
}

/** XTN. Without a number in parts, the old one as a whole is taken (XTN.1, v2.3), or the unformatted one (XTN.12, v2.7). */
export function contactPointOf(field: Field, defaultUse?: 'home' | 'work'): ContactPoint | undefined {
  const [useCode, equipment = '', email] = [field.text(2), field.text(3), field.text(4)];
  const isEmail = ['INTERNET', 'X.400'].includes(equipment.toUpperCase()) || (equipment === '' && email !== undefined);
  const value = isEmail ? (email ?? field.text(1)) : numberOf(field);
  if (value === undefined) return undefined;
  const use = equipment === 'CP' ? 'mobile' : TELECOM_USES.get(useCode ?? '');
  return element<ContactPoint>({
    system: isEmail
      ? 'email'
      : (TELECOM_SYSTEMS.get(equipment.toUpperCase()) ?? (equipment === '' ? 'phone' : 'other')),
    value,
    use: use ?? (useCode === undefined ? defaultUse : undefined),
    period: periodOf(field, 13, 14),
  });
}

function numberOf(field: Field): string | undefined {
  const [country, area, local, extension] = [5, 6, 7, 8].map((part) => field.text(part));
  if (local === undefined) return field.text(12) ?? field.text(1);
  const parts = [country === undefined ? undefined : `+${country.replace(/^\+/, '')}`, area, local];
  return present([...parts, extension === undefined ? undefined : `X${extension}`]).join(' ');
}

/**
 * CWE, CE or IS: two codings at most, and the original text.
 *
 * @param table HL7's own table of the field, such as `0002`, from which a code is that names no system.
 */
export function codeableConceptOf(field: Field, table: string): CodeableConcept | undefined {
  const codings = present([codingOf(field, 1, table), codingOf(field, 4, undefined)]);
  // A text without a code stands in the second component.
  const text = field.text(9) ?? (codings.length === 0 ? (field.text(2) ?? field.text(5)) : undefined);
  return element<CodeableConcept>({ coding: codings, text });
}

function codingOf(field: Field, first: 1 | 4, table: string | undefined): Coding | undefined {
  const [code, display, name] = [0, 1, 2].map((index) => field.text(first + index));
  if (code === undefined) return undefined;
  return element<Coding>({ system: codingSystem(name, table), code: codeOf(code), display });
}

function codingSystem(name: string | undefined, table: string | undefined): string | undefined {
  if (name === undefined) return table === undefined ? undefined : tableSystem(table);
  const own = /^HL7(\d{4})$/.exec(name)?.[1];
  return own === undefined ? CODING_SYSTEMS.get(name.toUpperCase()) : tableSystem(own);
}

/** A code has no blanks but single ones within (FHIR R4, Data Types, "code"). */
export function codeOf(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** From one day to another, where they are days in this order: a validity that is wrong makes nothing else wrong. */
function periodOf(field: Field, start: number, end: number): Period | undefined {
  const [from, to] = [start, end].map((component) => readTime(field.text(component) ?? '')?.date);
  if (from !== undefined && to !== undefined && from > to) return undefined;
  return element<Period>({ start: from, end: to });
}
