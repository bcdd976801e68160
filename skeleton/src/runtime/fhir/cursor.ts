import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FHIR_ID_PATTERN } from './identifiers';
import { SearchValueError } from './search/value-error';

const DIGEST_BYTES = 16;
const CURSOR_CHARACTERS_MAX = 512;
const NOT_A_CURSOR = 'is no cursor of this search; legal is the one in the link "next" of the page before, unchanged';

/**
 * An instant in UTC with so many decimals, in a position. Like the two below it takes only what the database can read: whoever forges a cursor
 * is refused, and no fault of ours.
 */
export function positionInstant(decimals: number) {
  return z.iso.datetime({ precision: decimals }).refine((text) => !text.startsWith('0000'));
}

/** A resource's id or type, in a position. */
export const positionId = z.string().regex(FHIR_ID_PATTERN);

/** Any text that the database can hold, in a position. */
export const positionText = z.string().refine((text) => !text.includes('\0'));

/**
 * Cursors of a keyset-paged search: base64url of a digest and the position in JSON.
 *
 * The digest covers the position and the search it belongs to, so that a cursor that was cut, altered or brought along from
 * another search is refused instead of showing a page that is not the next. It is no secret: whoever forges one sees no more
 * than the search itself shows, since patient, codes and dates are never taken from a cursor.
 */
export class CursorCodec<Position> {
  /** @param schema of a position that JSON carries unchanged: strings, numbers, arrays and plain objects. */
  constructor(private readonly schema: z.ZodType<Position>) {}

  /** @param search the search in canonical form: equal for all its pages, different for every other search. */
  encode(position: Position, search: string): string {
    // By the schema, so that nothing travels in a cursor that has no place there.
    const json = JSON.stringify(this.schema.parse(position));
    return Buffer.concat([digest(json, search), Buffer.from(json, 'utf8')]).toString('base64url');
  }

  /** @throws SearchValueError when the cursor was not made by `encode` for this search. */
  decode(cursor: string, search: string): Position {
    if (cursor.length > CURSOR_CHARACTERS_MAX) throw new SearchValueError(NOT_A_CURSOR);
    const bytes = Buffer.from(cursor, 'base64url');
    const json = bytes.subarray(DIGEST_BYTES).toString('utf8');
    // Node's decoder skips what is no base64url, so only a cursor that encodes back to itself is one.
    const isIntact =
      bytes.toString('base64url') === cursor && digest(json, search).equals(bytes.subarray(0, DIGEST_BYTES));
    const position = isIntact ? this.schema.safeParse(parseJson(json)) : undefined;
    if (position?.success !== true) throw new SearchValueError(NOT_A_CURSOR);
    return position.data;
  }
}

function digest(json: string, search: string): Buffer {
  const lengthPrefixed = `${search.length}:${search}${json}`;
  return createHash('sha256').update(lengthPrefixed).digest().subarray(0, DIGEST_BYTES);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
