import type { DecodedFrame, EncodedFrame } from './decoder';
import { type FrameLayout, frameBytes } from '../frame-layout';
import { PixelFault } from '../skip-reason';

/** @throws PixelFault unless a stream says of itself what the file says of it. */
export function requireSame(
  stream: { readonly rows: number; readonly columns: number; readonly components: number },
  { rows, columns, channels }: FrameLayout,
): void {
  if (stream.rows !== rows || stream.columns !== columns || stream.components !== channels) {
    throw new PixelFault('pixels_unreadable');
  }
}

/** What decoding one frame may take: a program may have 200 MB, and about half of that before it decodes anything. */
const MEMORY_BYTES_MAX = 80 * 1024 * 1024;

/**
 * @param copies of what is decoded that there are at the same time. Of what is encoded there are two: a codec's, and what it was read by.
 * @throws PixelFault `frame_too_large` where decoding takes more than there is for it.
 */
export function requireRoom(
  { lengthBytes }: Pick<EncodedFrame, 'lengthBytes'>,
  { decodedBytes, copies }: { readonly decodedBytes: number; readonly copies: number },
): void {
  if (2 * lengthBytes + copies * decodedBytes > MEMORY_BYTES_MAX) throw new PixelFault('frame_too_large');
}

/**
 * The frame that a codec has decoded, of which it is known how samples lie: in as many bytes as they need, the lowest first, by the lowest
 * bits. How many of those count, the stream knows best: attributes of some files say fewer.
 *
 * @throws PixelFault `pixels_unreadable` where there are fewer bytes than that takes.
 */
export function decodedFrame(
  bytes: Uint8Array,
  layout: FrameLayout,
  { precisionBits, ...known }: { readonly precisionBits: number } & Partial<FrameLayout>,
): DecodedFrame {
  const decoded: FrameLayout = {
    ...layout,
    order: 'pixels',
    isBigEndian: false,
    bitsAllocated: precisionBits > 8 ? 16 : 8,
    bitsStored: precisionBits,
    highBit: precisionBits - 1,
    ...known,
  };
  const length = frameBytes(decoded);
  if (bytes.length < length) throw new PixelFault('pixels_unreadable');
  return { layout: decoded, bytes: bytes.subarray(0, length) };
}
