import { FHIR_ID_PATTERN } from '../identifiers';
import { SearchValueError } from './value-error';

/**
 * The id of a referenced resource of one type, written as `id` or `Type/id` (FHIR R4, Search, "reference").
 * Absolute URLs are refused: this API keeps no resources of other servers, and must not guess which of them are its own.
 *
 * @throws SearchValueError that does not repeat the value: it may name a patient.
 */
export function parseReference(value: string, type: string): string {
  const prefix = `${type}/`;
  const id = value.startsWith(prefix) ? value.slice(prefix.length) : value;
  if (!FHIR_ID_PATTERN.test(id)) {
    throw new SearchValueError(
      `the value refers to no ${type}; legal is "id" or "${prefix}id" with an id of 1 to 64 letters, digits, "-" and "."`,
    );
  }
  return id;
}

/** A resource that is referred to. */
export interface Reference {
  readonly type: string;
  readonly id: string;
}

/**
 * A reference to whatever type of resource, written as `Type/id`.
 *
 * @throws SearchValueError
 */
export function parseAnyReference(value: string): Reference {
  const [type = '', id = '', ...more] = value.split('/');
  if (more.length > 0 || !/^[A-Z][A-Za-z]{1,63}$/.test(type) || !FHIR_ID_PATTERN.test(id)) {
    throw new SearchValueError('the value is no reference; legal is "Type/id", such as "Encounter/1"');
  }
  return { type, id };
}
