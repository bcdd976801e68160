/**
 * Finds a patient in events that could not be read. Nobody knows their format, so the id is looked for in their bytes: as
 * ASCII, as UTF-16, and with JSON's `\u` escapes, standing by itself (`p-1` is not in `p-12`).
 */

const LINE_FEED = 0x0a;

/**
 * What a payload has to hold to be worth a look, as byte strings for SQL: the id in ASCII, in UTF-16 (the zero bytes between
 * its characters are the same in both byte orders), or any `\u` escape.
 */
export function candidateNeedles(patientId: string): Buffer[] {
  const utf16 = Buffer.from(patientId, 'utf16le');
  return [Buffer.from(patientId, 'latin1'), utf16.subarray(0, utf16.length - 1), Buffer.from('\\u', 'latin1')];
}

/** Whether some bytes, as a whole, mention the patient. */
export function mentionsPatient(data: Uint8Array, patientId: string): boolean {
  const standing = new RegExp(`(?<![A-Za-z0-9.-])${patientId.replaceAll('.', '\\.')}(?![A-Za-z0-9.-])`);
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  return [text, unescaped(text), text.replaceAll('\0', '')].some((reading) => standing.test(reading));
}

/** A payload parted into what mentions a patient and what does not. */
export interface PartedPayload {
  /** The lines that do, joined by line feeds; `undefined` when there are none. */
  readonly mentioning: Uint8Array | undefined;
  /** The rest, with empty lines in place of those taken out, so that each line keeps its number; `undefined` when that is nothing. */
  readonly others: Uint8Array | undefined;
}

/**
 * Parts a payload by its lines, since a record may hold events of several patients. One with zero bytes, as in UTF-16, has no
 * lines that we could tell, and is one piece.
 */
export function partPayload(payload: Uint8Array, patientId: string): PartedPayload {
  const pieces = payload.includes(0) ? [payload] : linesOf(payload);
  const isMentioning = pieces.map((piece) => mentionsPatient(piece, patientId));
  const mentioning = pieces.filter((_, index) => isMentioning[index]);
  const others = pieces.map((piece, index) => (isMentioning[index] ? new Uint8Array() : piece));
  const hasOthers = others.some((piece) => Buffer.from(piece).toString('latin1').trim() !== '');
  return {
    mentioning: mentioning.length > 0 ? joined(mentioning) : undefined,
    others: hasOthers ? joined(others) : undefined,
  };
}

function unescaped(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

function linesOf(data: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = data.indexOf(LINE_FEED); end >= 0; end = data.indexOf(LINE_FEED, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  lines.push(data.subarray(start));
  return lines;
}

function joined(lines: readonly Uint8Array[]): Uint8Array {
  const feed = Uint8Array.of(LINE_FEED);
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [feed, line])));
}
