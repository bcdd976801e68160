import type { FrameLayout } from './frame-layout';
import { PixelFault } from './skip-reason';
import { topEvents } from './top-events';
import type { ByteSource } from '../dicom/byte-source';
import type { ValueElement } from '../dicom/data-set';
import type { PixelPlace } from '../dicom/pixel-description';

/** The bytes of pixel data. They are asked for from front to back. */
export interface PixelBytes {
  /** @throws PixelFault `pixels_unreadable` where there are fewer. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}

const PIXEL_DATA = 0x7fe00010;

export function bytesInMemory(bytes: Uint8Array): PixelBytes {
  return {
    read: async (offset, lengthBytes) => whole(bytes.subarray(offset, offset + lengthBytes), lengthBytes),
  };
}

/**
 * Uncompressed pixel data, of which no more is in memory than is asked for at once.
 *
 * @param use while the bytes can be read.
 */
export async function withNativeBytes<Result>(
  source: ByteSource,
  { place, layout }: { readonly place: PixelPlace & { readonly kind: 'native' }; readonly layout: FrameLayout },
  use: (bytes: PixelBytes) => Promise<Result>,
): Promise<Result> {
  const mayBeSwapped = layout.isBigEndian && layout.bitsAllocated <= 8;
  if (place.start !== undefined && !mayBeSwapped) return use(bytesInFile(source, place.start, place.lengthBytes));
  for await (const event of topEvents(source)) {
    if (event.kind !== 'value' || event.element.tag !== PIXEL_DATA) continue;
    const { element } = event;
    const bytes =
      element.range === undefined
        ? bytesInTurn(element)
        : bytesInFile(source, element.range.start, element.lengthBytes);
    return use(mayBeSwapped && element.vr === 'OW' ? swapped(bytes) : bytes);
  }
  throw new PixelFault('pixels_unreadable');
}

function bytesInFile(source: ByteSource, start: number, sizeBytes: number): PixelBytes {
  return {
    read: async (offset, lengthBytes) => {
      if (offset + lengthBytes > sizeBytes) throw new PixelFault('pixels_unreadable');
      return whole(await source.read(start + offset, lengthBytes), lengthBytes);
    },
  };
}

/** Of a deflated data set, what has been passed is gone. */
function bytesInTurn(element: ValueElement): PixelBytes {
  const chunks = element.chunks()[Symbol.asyncIterator]();
  let waiting: Uint8Array = new Uint8Array(0);
  let passed = 0;
  return {
    read: async (offset, lengthBytes) => {
      const parts: Uint8Array[] = [];
      let missing = lengthBytes;
      while (missing > 0) {
        const skipped = Math.min(Math.max(0, offset - passed), waiting.length);
        const part = waiting.subarray(skipped, skipped + (offset > passed + skipped ? 0 : missing));
        waiting = waiting.subarray(skipped + part.length);
        passed += skipped + part.length;
        if (part.length > 0) parts.push(part);
        missing -= part.length;
        if (missing === 0) break;
        const next = await chunks.next();
        if (next.done === true) throw new PixelFault('pixels_unreadable');
        waiting = next.value;
      }
      return parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : Buffer.concat(parts);
    },
  };
}

/** Samples of 8 bits that big endian words are made of come in pairs, the second first (DICOM PS3.5, 8.1.1 and 7.3). */
function swapped(bytes: PixelBytes): PixelBytes {
  return {
    read: async (offset, lengthBytes) => {
      const start = offset - (offset % 2);
      const end = offset + lengthBytes + ((offset + lengthBytes) % 2);
      const words = Buffer.from(await bytes.read(start, end - start)).swap16();
      return words.subarray(offset - start, offset - start + lengthBytes);
    },
  };
}

function whole(bytes: Uint8Array, lengthBytes: number): Uint8Array {
  if (bytes.length < lengthBytes) throw new PixelFault('pixels_unreadable');
  return bytes;
}
