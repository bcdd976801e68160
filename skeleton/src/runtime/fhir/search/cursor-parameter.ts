import { SearchValueError } from './value-error';
import type { CursorCodec } from '../cursor';
import { FhirRequestError } from '../request-error';

/**
 * Where a page begins, by the value of `_cursor`; `undefined` when it is the first.
 *
 * @param search in canonical form: see `CursorCodec`.
 * @throws FhirRequestError 400
 */
export function readCursor<Position>(
  cursors: CursorCodec<Position>,
  cursor: string | undefined,
  search: string,
): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    return cursors.decode(cursor, search);
  } catch (error) {
    if (!(error instanceof SearchValueError)) throw error;
    throw new FhirRequestError(400, [
      { code: 'value', diagnostics: `_cursor: ${error.message}`, parameter: '_cursor' },
    ]);
  }
}
