import type { ImageObjects } from './image-objects';
import type { ByteSource } from '../../dicom/byte-source';
import { Problem } from '../../http/problem';

/** Small reads are served from what was read before: heads of elements lie close together. */
const BLOCK_BYTES = 256 * 1024;

/** What one request may read of an object before it is told to retrieve the instance instead: some seconds' worth. */
export interface ReadingLimits {
  /** Default 400. */
  readonly readsMax?: number;
  /** Default 256 MiB. */
  readonly bytesMax?: number;
}

/**
 * An object in the bucket as a source of bytes, read by ranges. At most 256 KiB of it are kept, and what is asked for at once.
 *
 * @throws Problem (when read) 503 where S3 does not give it, 422 where finding what is asked for takes too many reads, as in a file
 * with thousands of fragments and no table that says where frames begin.
 */
export function objectSource(
  objects: ImageObjects,
  { key, sizeBytes }: { readonly key: string; readonly sizeBytes: number },
  { readsMax = 400, bytesMax = 256 * 1024 * 1024 }: ReadingLimits = {},
): ByteSource {
  let block: { readonly start: number; readonly bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  let reads = 0;
  let readBytes = 0;

  const fetch = async (start: number, lengthBytes: number): Promise<Buffer> => {
    reads += 1;
    readBytes += lengthBytes;
    if (reads > readsMax || readBytes > bytesMax) throw tooFarToSeek();
    const buffer = Buffer.allocUnsafe(lengthBytes);
    let filled = 0;
    const { content } = await objects.open(key, { first: start, last: start + lengthBytes - 1 });
    for await (const piece of content) {
      buffer.set(piece.subarray(0, lengthBytes - filled), filled);
      filled += Math.min(piece.length, lengthBytes - filled);
    }
    return buffer.subarray(0, filled);
  };

  return {
    sizeBytes,
    read: async (position, lengthBytes) => {
      const length = Math.max(0, Math.min(lengthBytes, sizeBytes - position));
      if (length === 0) return Buffer.alloc(0);
      if (length > BLOCK_BYTES) return fetch(position, length);
      const isKnown = position >= block.start && position + length <= block.start + block.bytes.length;
      if (!isKnown) {
        block = { start: position, bytes: await fetch(position, Math.min(BLOCK_BYTES, sizeBytes - position)) };
      }
      // A block is never written to again, so that parts of it can be given away.
      return block.bytes.subarray(position - block.start, position - block.start + length);
    },
  };
}

function tooFarToSeek(): Problem {
  return new Problem(
    422,
    'frame_unavailable',
    'Finding or reading the frame takes more than one request may: the file does not say where its frames begin, or they are too large. Retrieve the instance, which is stored whole.',
  );
}
