/** A piece of a derivative: bytes of its own, or those of its original from `start` up to, and not including, `end`. */
export type Segment =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'copy'; readonly start: number; readonly end: number };

/** Small pieces are put together, so that whoever stores them has few to handle. */
const BYTES_MIN = 64 * 1024;

/** The same derivative in fewer pieces: bytes that follow bytes, and ranges that follow each other in the original, become one. */
export async function* joined(segments: AsyncIterable<Segment>): AsyncGenerator<Segment> {
  let bytes: Buffer[] = [];
  let lengthBytes = 0;
  let copy: { readonly start: number; readonly end: number } | undefined;
  function* flushed(): Generator<Segment> {
    if (copy !== undefined) yield { kind: 'copy', ...copy };
    if (lengthBytes > 0) yield { kind: 'bytes', bytes: Buffer.concat(bytes) };
    [bytes, lengthBytes, copy] = [[], 0, undefined];
  }
  for await (const segment of segments) {
    if (segment.kind === 'copy') {
      if (copy !== undefined && lengthBytes === 0 && copy.end === segment.start) {
        copy = { start: copy.start, end: segment.end };
      } else {
        yield* flushed();
        copy = { start: segment.start, end: segment.end };
      }
    } else if (segment.bytes.length > 0) {
      bytes.push(segment.bytes);
      lengthBytes += segment.bytes.length;
      if (lengthBytes >= BYTES_MIN) yield* flushed();
    }
  }
  yield* flushed();
}
