import { Problem } from '../../http/problem';

/** A part of a multipart body. What is not read of its body is passed over when the next one is asked for. */
export interface MultipartPart {
  /** Its `Content-Type`, if it has one. */
  readonly contentType: string | undefined;
  readonly body: AsyncIterable<Buffer>;
}

/** RFC 2046, 5.1.1: a boundary has 1 to 70 of these characters, and does not end with a space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;
const HEADERS_BYTES_MAX = 16 * 1024;
const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');
const DASHES = Buffer.from('--');
const [SPACE, TAB] = [0x20, 0x09];

/**
 * Reads a multipart body (RFC 2046, 5.1) part by part as it arrives. Memory holds a chunk of the source and no more, however large a
 * part is. What stands before the first boundary and after the last one is passed over.
 *
 * @throws Problem 400 for a body that is none, or that ends before its last boundary; what the source throws.
 */
export async function* readMultipart(
  source: AsyncIterable<Buffer>,
  boundary: string,
): AsyncGenerator<MultipartPart, void, undefined> {
  if (!BOUNDARY.test(boundary)) throw wrong('its boundary has characters, or a length, that RFC 2046 does not allow');
  const scanner = new Scanner(source, Buffer.from(`\r\n--${boundary}`));
  await scanner.skip();
  while (await scanner.hasPart()) {
    const contentType = contentTypeOf(await scanner.headers());
    yield { contentType, body: scanner.body() };
    await scanner.skip();
  }
}

/** Goes through a body with the delimiter (line break, two dashes, boundary) as its landmark. */
class Scanner {
  private readonly chunks: AsyncIterator<Buffer>;
  /** What was read and not passed on. A body may begin with its first boundary, without the line break that belongs to it. */
  private rest: Buffer = CRLF;
  /** Whether a delimiter comes next. */
  private isAtDelimiter = false;

  constructor(
    source: AsyncIterable<Buffer>,
    private readonly delimiter: Buffer,
  ) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Passes the delimiter, and says whether a part follows it or the end. */
  async hasPart(): Promise<boolean> {
    await this.need(this.delimiter.length + DASHES.length);
    this.rest = this.rest.subarray(this.delimiter.length);
    this.isAtDelimiter = false;
    if (this.rest.subarray(0, DASHES.length).equals(DASHES)) return false;
    // Transport padding (RFC 2046, 5.1.1) is blank.
    for (let padding = 0; ; padding += 1) {
      await this.need(padding + CRLF.length);
      const next = this.rest[padding];
      if (next === SPACE || next === TAB) {
        if (padding < HEADERS_BYTES_MAX) continue;
        throw wrong('a boundary is followed by too many blanks');
      }
      if (!this.rest.subarray(padding, padding + CRLF.length).equals(CRLF)) {
        throw wrong('a boundary is followed by other than a line break');
      }
      this.rest = this.rest.subarray(padding);
      return true;
    }
  }

  /** The header lines of a part: what is between the boundary's line break and the first empty line. */
  async headers(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(HEADERS_END);
      if (end >= 0) {
        const text = this.rest.subarray(0, end).toString('latin1');
        // The last line break may be that of the delimiter of a part without a body.
        this.rest = this.rest.subarray(end + CRLF.length);
        if (!this.startsWithDelimiter()) this.rest = this.rest.subarray(CRLF.length);
        return text;
      }
      if (this.rest.length > HEADERS_BYTES_MAX) throw wrong('a part has too many header lines');
      await this.need(this.rest.length + 1);
    }
  }

  async *body(): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.piece(); piece !== undefined; piece = await this.piece()) {
      if (piece.length > 0) yield piece;
    }
  }

  async skip(): Promise<void> {
    while ((await this.piece()) !== undefined);
  }

  /** The next bytes before the delimiter; `undefined` when it comes next. */
  private async piece(): Promise<Buffer | undefined> {
    if (this.isAtDelimiter) return undefined;
    const at = this.rest.indexOf(this.delimiter);
    if (at >= 0) {
      const last = this.rest.subarray(0, at);
      this.rest = this.rest.subarray(at);
      this.isAtDelimiter = true;
      return last;
    }
    // The end of what is here may be the beginning of a delimiter.
    const safe = Math.max(0, this.rest.length - this.delimiter.length + 1);
    const piece = this.rest.subarray(0, safe);
    this.rest = this.rest.subarray(safe);
    await this.need(this.rest.length + 1);
    return piece;
  }

  private startsWithDelimiter(): boolean {
    return this.rest.subarray(0, this.delimiter.length).equals(this.delimiter);
  }

  /** Reads until as many bytes are here. */
  private async need(bytes: number): Promise<void> {
    while (this.rest.length < bytes) {
      const { done, value } = await this.chunks.next();
      if (done === true) throw wrong('it ends before its last boundary');
      this.rest = this.rest.length === 0 ? value : Buffer.concat([this.rest, value]);
    }
  }
}

function contentTypeOf(headers: string): string | undefined {
  const line = headers.split('\r\n').find((header) => /^content-type[ \t]*:/i.test(header));
  return line?.slice(line.indexOf(':') + 1).trim();
}

function wrong(problem: string): Problem {
  return new Problem(400, 'multipart_invalid', `The body is no multipart body: ${problem}.`);
}
