import { FHIR_ID_PATTERN } from '../identifiers';
import { quoted, SearchValueError } from './value-error';

/**
 * The id of a referenced resource of one type, written as `id` or `Type/id` (FHIR R4, Search, "reference").
 * Absolute URLs are refused: this API keeps no resources of other servers, and must not guess which of them are its own.
 *
 * @throws SearchValueError
 */
export function parseReference(value: string, type: string): string {
  const prefix = `${type}/`;
  const id = value.startsWith(prefix) ? value.slice(prefix.length) : value;
  if (!FHIR_ID_PATTERN.test(id)) {
    throw new SearchValueError(
      `${quoted(value)} refers to no ${type}; legal is "id" or "${prefix}id" with an id of 1 to 64 letters, digits, "-" and "."`,
    );
  }
  return id;
}
