import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteSource } from './byte-source';
import { DicomFault } from './dicom-fault';

/** What is read at once: most headers in one go, and of a large value pieces that memory does not notice. */
const WINDOW_BYTES = 64 * 1024;
const PIECE_BYTES = 1024 * 1024;

const GZIP_TRAILER_BYTES = 8;

/** The most that a deflated data set may be inflated to: as much as a file may have. A small one could fill a disk otherwise. */
export const INFLATED_BYTES_MAX = 2 * 1024 * 1024 * 1024;

/** Reads a data set from its beginning to its end, in memory that does not grow with it. */
export interface ForwardReader {
  /** Bytes before the next one: of the file, or of what it is inflated to. */
  readonly position: number;
  /** Where the data set ends; `undefined` as long as nobody knows. */
  readonly end: number | undefined;
  /** Whether places are places in the file, so that a range can be copied from there. */
  readonly isPlain: boolean;
  atEnd(): Promise<boolean>;
  /** @throws DicomFault `truncated` where there are fewer. */
  read(lengthBytes: number): Promise<Buffer>;
  /** Goes on to a place that is not behind. @throws DicomFault `truncated` where the file ends before. */
  skipTo(position: number): Promise<void>;
  /** The bytes up to a place, in pieces. Where `isPlain`, they can be asked for again. */
  pieces(start: number, end: number): AsyncIterable<Buffer>;
}

/** Reads a file as it is, from a place on. */
export function plainReader(source: ByteSource, start: number): ForwardReader {
  let position = start;
  let window: { readonly start: number; readonly bytes: Buffer } = { start, bytes: Buffer.alloc(0) };
  const end = source.sizeBytes;

  return {
    get position() {
      return position;
    },
    end,
    isPlain: true,
    atEnd: async () => position >= end,
    read: async (lengthBytes) => {
      if (position + lengthBytes > end) throw truncated(end);
      const offset = position - window.start;
      if (offset < 0 || offset + lengthBytes > window.bytes.length) {
        window = { start: position, bytes: await source.read(position, Math.max(lengthBytes, WINDOW_BYTES)) };
      }
      const from = position - window.start;
      if (window.bytes.length - from < lengthBytes) throw truncated(window.start + window.bytes.length);
      position += lengthBytes;
      return window.bytes.subarray(from, from + lengthBytes);
    },
    skipTo: async (target) => {
      if (target > end) throw truncated(end);
      position = target;
    },
    async *pieces(from, to) {
      for (let at = from; at < to; at += PIECE_BYTES) {
        const piece = await source.read(at, Math.min(PIECE_BYTES, to - at));
        if (piece.length < Math.min(PIECE_BYTES, to - at)) throw truncated(at + piece.length);
        yield piece;
      }
    },
  };
}

/** Reads a deflated data set (DICOM PS3.5, A.5), which begins at a place of the file. What has been passed cannot be read again. */
export function inflatingReader(source: ByteSource, start: number): ForwardReader {
  const inflating = inflated(source, start);
  let waiting: Buffer = Buffer.alloc(0);
  let position = 0;
  let hasEnded = false;

  /** Makes sure that this many bytes wait; fewer only at the end. */
  const fill = async (lengthBytes: number): Promise<void> => {
    while (waiting.length < lengthBytes && !hasEnded) {
      const next = await inflating.next();
      if (next.done === true) hasEnded = true;
      else waiting = waiting.length === 0 ? next.value : Buffer.concat([waiting, next.value]);
      if (position + waiting.length > INFLATED_BYTES_MAX) {
        throw new DicomFault('deflate_invalid', 'it has more than 2 GiB');
      }
    }
  };
  const take = (lengthBytes: number): Buffer => {
    const taken = waiting.subarray(0, lengthBytes);
    waiting = waiting.subarray(taken.length);
    position += taken.length;
    return taken;
  };
  const next = async (atMost: number): Promise<Buffer> => {
    await fill(1);
    if (waiting.length === 0) throw truncated(position);
    return take(Math.min(atMost, waiting.length));
  };

  return {
    get position() {
      return position;
    },
    end: undefined,
    isPlain: false,
    atEnd: async () => {
      await fill(1);
      return waiting.length === 0;
    },
    read: async (lengthBytes) => {
      await fill(lengthBytes);
      if (waiting.length < lengthBytes) throw truncated(position + waiting.length);
      return take(lengthBytes);
    },
    skipTo: async (target) => {
      while (position < target) await next(target - position);
    },
    async *pieces(from, to) {
      if (from < position) throw new Error(`Byte ${from} of a deflated data set was passed already, at ${position}`);
      while (position < to) yield await next(Math.min(PIECE_BYTES, to - position));
    },
  };
}

async function* inflated(source: ByteSource, start: number): AsyncGenerator<Buffer, void> {
  const inflate = createInflateRaw({ chunkSize: WINDOW_BYTES });
  const compressed = Readable.from(plainReader(source, start).pieces(start, source.sizeBytes));
  compressed.on('error', (error) => inflate.destroy(error));
  try {
    const sum = { crc: 0, bytes: 0 };
    for await (const piece of compressed.pipe(inflate) as AsyncIterable<Buffer>) {
      sum.crc = crc32(piece, sum.crc);
      sum.bytes += piece.length;
      yield piece;
    }
    // What zlib took, which is nothing of what comes after the end of the deflated stream.
    await checkTrailer(source, start + inflate.bytesWritten, sum);
  } catch (error) {
    if (error instanceof DicomFault) throw error;
    const endsEarly = typeof error === 'object' && error !== null && 'code' in error && error.code === 'Z_BUF_ERROR';
    throw new DicomFault(endsEarly ? 'truncated' : 'deflate_invalid', '', { cause: error });
  } finally {
    compressed.destroy();
    inflate.destroy();
  }
}

/**
 * A deflated stream is padded to an even length by one zero byte (DICOM PS3.5, A.5). Known files end as gzip does, with checksum and
 * size of what was deflated (RFC 1952, 2.3.1).
 *
 * @throws DicomFault where anything else comes after it.
 */
async function checkTrailer(
  source: ByteSource,
  streamEnd: number,
  inflatedSum: { readonly crc: number; readonly bytes: number },
): Promise<void> {
  const leftBytes = source.sizeBytes - streamEnd;
  if (leftBytes === 0) return;
  const trailer = await source.read(streamEnd, GZIP_TRAILER_BYTES);
  const ofGzip = Buffer.alloc(GZIP_TRAILER_BYTES);
  ofGzip.writeUInt32LE(inflatedSum.crc, 0);
  ofGzip.writeUInt32LE(inflatedSum.bytes, 4);
  const isGzip = leftBytes === GZIP_TRAILER_BYTES && trailer.equals(ofGzip);
  const isPadding = leftBytes === 1 && trailer[0] === 0;
  if (!isGzip && !isPadding) throw new DicomFault('deflate_invalid', `something follows it, at byte ${streamEnd}`);
}

function truncated(position: number): DicomFault {
  return new DicomFault('truncated', `at byte ${position}`);
}
