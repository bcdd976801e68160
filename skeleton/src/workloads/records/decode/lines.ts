/** The largest record that Kinesis takes, 10 MiB, holds fewer resources than this. */
export const LINES_MAX = 60_000;

const LINE_FEED = 0x0a;
const [OPEN_OBJECT, OPEN_ARRAY, COMMA] = [0x7b, 0x5b, 0x2c];
const [SPACE, TAB, RETURN] = [0x20, 0x09, 0x0d];

/**
 * Whether a record is lines of JSON, and not one document that was printed in several. It is when its first line is JSON by itself, or
 * when every line begins an object: a line inside of a document begins with a name, a bracket or a brace that closes.
 */
export function isLines(data: Uint8Array): boolean {
  if (data.indexOf(LINE_FEED) < 0) return false;
  const lines = linesOf(data).filter((line) => firstOf(line) !== undefined);
  const [first] = lines;
  if (first === undefined || lines.length < 2) return false;
  return isJson(first) || lines.every((line) => firstOf(line) === OPEN_OBJECT);
}

/** Lines of a record, the empty ones too: an event is known by its line. Behind `LINES_MAX` it stops to split. */
export function linesOf(data: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = data.indexOf(LINE_FEED); end >= 0 && lines.length <= LINES_MAX; end = data.indexOf(LINE_FEED, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  lines.push(data.subarray(start));
  return lines;
}

function firstOf(line: Uint8Array): number | undefined {
  for (const byte of line) {
    if (byte !== SPACE && byte !== TAB && byte !== RETURN) return byte;
  }
  return undefined;
}

function isJson(line: Uint8Array): boolean {
  // No JSON ends so, which is told quicker than by a parser's error.
  const last = line.findLast((byte) => byte !== SPACE && byte !== TAB && byte !== RETURN);
  if (last === OPEN_OBJECT || last === OPEN_ARRAY || last === COMMA) return false;
  try {
    JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
