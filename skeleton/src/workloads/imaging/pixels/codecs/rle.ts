import { requireRoom } from './decoded';
import { type DecodedFrame, type DecodingRequest, fill } from './decoder';
import { frameBytes } from '../frame-layout';
import { PixelFault } from '../skip-reason';

/** The header: how many segments there are, and where each begins, in numbers of 32 bits (DICOM PS3.5, G.5). */
const HEADER_BYTES = 64;

/**
 * Decodes RLE (DICOM PS3.5, Annex G). Each byte of a sample has a segment, the highest first, channel after channel.
 *
 * @throws PixelFault
 */
export async function decodeRle({ frame, layout }: DecodingRequest): Promise<DecodedFrame> {
  const { rows, columns, channels, bitsAllocated } = layout;
  if (bitsAllocated % 8 !== 0) throw new PixelFault('layout_unsupported');
  const sampleBytes = bitsAllocated / 8;
  const decoded = { ...layout, order: 'planes', isBigEndian: false } as const;
  requireRoom(frame, { decodedBytes: frameBytes(decoded), copies: 1 });
  const encoded = Buffer.allocUnsafe(frame.lengthBytes);
  await fill(encoded, frame);
  const starts = segmentStarts(encoded, channels * sampleBytes);
  const bytes = new Uint8Array(frameBytes(decoded));
  starts.forEach((start, segment) => {
    const channel = Math.floor(segment / sampleBytes);
    unpack(encoded.subarray(start, starts[segment + 1] ?? encoded.length), {
      target: bytes,
      first: channel * rows * columns * sampleBytes + (sampleBytes - 1 - (segment % sampleBytes)),
      step: sampleBytes,
      count: rows * columns,
    });
  });
  return { layout: decoded, bytes };
}

function segmentStarts(encoded: Buffer, expectedCount: number): number[] {
  if (encoded.length < HEADER_BYTES || encoded.readUInt32LE(0) !== expectedCount) {
    throw new PixelFault('pixels_unreadable');
  }
  const starts = Array.from({ length: expectedCount }, (_, segment) => encoded.readUInt32LE(4 + segment * 4));
  starts.forEach((start, segment) => {
    if (start < (starts[segment - 1] ?? HEADER_BYTES) || start > encoded.length) {
      throw new PixelFault('pixels_unreadable');
    }
  });
  return starts;
}

interface Place {
  readonly target: Uint8Array;
  readonly first: number;
  readonly step: number;
  /** Bytes to write. What a segment has behind them is padding. */
  readonly count: number;
}

/** Undoes runs (G.3.1): n from 0 to 127 goes before n + 1 bytes, n from 129 to 255 before one byte that stands for 257 - n; 128 is nothing. */
function unpack(segment: Buffer, { target, first, step, count }: Place): void {
  const end = first + count * step;
  let to = first;
  let at = 0;
  while (to < end) {
    const control = segment[at];
    if (control === undefined) throw new PixelFault('pixels_unreadable');
    at += 1;
    if (control === 128) continue;
    const isRun = control > 128;
    const length = isRun ? 257 - control : control + 1;
    if (at + (isRun ? 1 : length) > segment.length) throw new PixelFault('pixels_unreadable');
    for (let index = 0; index < length && to < end; index += 1) {
      target[to] = segment[isRun ? at : at + index] ?? 0;
      to += step;
    }
    at += isRun ? 1 : length;
  }
}
