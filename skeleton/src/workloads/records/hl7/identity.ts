import type { Identifier } from 'fhir/r4';
import { identifierOf } from './data-types';
import { present } from './element';
import { fieldsOf } from '../../../runtime/hl7/field';
import type { Segment } from '../../../runtime/hl7/message';
import { derivedResourceId } from '../decode/identity';

/** What a message calls somebody or something, and the id that follows from it. */
export interface Identity {
  readonly id: string;
  /** The one that makes the id first. */
  readonly identifiers: readonly [Identifier, ...Identifier[]];
}

/** The medical record number (HL7 table 0203). */
const RECORD_NUMBER = 'MR';

/**
 * The patient that a list of identifiers names (PID-3, MRG-1): by the medical record number, else by the first of them.
 *
 * The id follows from assigning authority and number, so that every message of one patient finds the same Patient, and a FHIR
 * resource without an id, which has the same identifier first, as well.
 * @returns `undefined` when the list is empty.
 */
export function patientIdentity(segment: Segment, field: number): Identity | undefined {
  const identifiers = present(fieldsOf(segment, field).map((one) => identifierOf(one)));
  const index = identifiers.findIndex(({ type }) => type?.coding?.[0]?.code === RECORD_NUMBER);
  return identityOf('Patient', identifiers, Math.max(0, index));
}

/** The visit that a message is about: by its number (PV1-19), else by the alternate one (PV1-50). */
export function visitIdentity(pv1: Segment): Identity | undefined {
  const identifiers = [
    ...fieldsOf(pv1, 19).map((one) => identifierOf(one, 'VN')),
    ...fieldsOf(pv1, 50).map((one) => identifierOf(one)),
  ];
  return identityOf('Encounter', present(identifiers), 0);
}

function identityOf(resourceType: string, identifiers: readonly Identifier[], index: number): Identity | undefined {
  const chosen = identifiers[index];
  if (chosen === undefined) return undefined;
  const others = identifiers.filter((one) => one !== chosen);
  return { id: derivedResourceId(resourceType, chosen, ''), identifiers: [chosen, ...others] };
}
