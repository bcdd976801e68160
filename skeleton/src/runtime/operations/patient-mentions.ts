/** How a workload finds a patient in quarantined payloads. */
export interface PatientMentions {
  /** Byte strings of which a payload has to hold one at the least to be worth a look: for SQL. */
  readonly needles: readonly Buffer[];
  /** Parts of a payload that are judged each by itself, in order; joined by line feeds they are the payload. */
  piecesOf(payload: Uint8Array): readonly Uint8Array[];
  /** Whether a piece speaks of the patient. */
  isAbout(piece: Uint8Array): boolean;
}

/** A payload parted into what mentions a patient and what does not. */
export interface PartedPayload {
  /** The pieces that do, joined by line feeds; `undefined` when there are none. */
  readonly mentioning: Uint8Array | undefined;
  /** The rest, with empty lines in place of those taken out, so that each line keeps its number; `undefined` when that is nothing. */
  readonly others: Uint8Array | undefined;
}

const LINE_FEED = 0x0a;

/** Parts a payload, since a record may hold events of several patients. */
export function partPayload(payload: Uint8Array, { piecesOf, isAbout }: PatientMentions): PartedPayload {
  const pieces = piecesOf(payload);
  const isMentioning = pieces.map((piece) => isAbout(piece));
  const mentioning = pieces.filter((_, index) => isMentioning[index]);
  const others = pieces.map((piece, index) => (isMentioning[index] ? new Uint8Array() : piece));
  const hasOthers = others.some((piece) => Buffer.from(piece).toString('latin1').trim() !== '');
  return {
    mentioning: mentioning.length > 0 ? joined(mentioning) : undefined,
    others: hasOthers ? joined(others) : undefined,
  };
}

/**
 * Finds a patient's id in events whose format nobody knows: in their bytes, as ASCII, as UTF-16, and with JSON's `\u` escapes,
 * standing by itself (`p-1` is not in `p-12`). The pieces are lines; a payload with zero bytes, as in UTF-16, has no lines that
 * we could tell, and is one piece.
 */
export function mentionsById(patientId: string): PatientMentions {
  const standing = new RegExp(`(?<![A-Za-z0-9.-])${patientId.replaceAll('.', '\\.')}(?![A-Za-z0-9.-])`);
  return {
    needles: [...needlesOf(patientId), ESCAPE_NEEDLE],
    piecesOf: (payload) => (payload.includes(0) ? [payload] : linesOf(payload)),
    isAbout: (piece) => readingsOf(piece).some((reading) => standing.test(reading)),
  };
}

/** Any `\u` escape of JSON. */
export const ESCAPE_NEEDLE = Buffer.from('\\u', 'latin1');

/** A text in UTF-8, and in UTF-16: the zero bytes between ASCII characters are the same in both byte orders. */
export function needlesOf(text: string): Buffer[] {
  const utf16 = Buffer.from(text, 'utf16le');
  return [Buffer.from(text, 'utf8'), utf16.subarray(0, utf16.length - 1)];
}

/** What some bytes may say: as they are, without escapes, and without the zero bytes of UTF-16. */
export function readingsOf(data: Uint8Array): string[] {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  return [text, unescaped(text), text.replaceAll('\0', '')];
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
