import { PixelFault } from '../skip-reason';

/** What a JPEG or JPEG-LS stream says of itself before its first scan (ITU-T T.81, Annex B; T.87, Annex C). */
export interface JpegHeader {
  /** 0xC0: baseline, 0xC1: extended, 0xC3: lossless, 0xF7: JPEG-LS. */
  readonly frameMarker: number;
  readonly precisionBits: number;
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Whether components have different sizes, as brightness and colour may have. */
  readonly isSubsampled: boolean;
  /** Components of the first scan: fewer than there are where each has a scan by itself. */
  readonly scanComponents: number;
  /** Whether an Adobe segment says how colours are written. */
  readonly hasAdobeSegment: boolean;
  readonly hasJfifSegment: boolean;
}

const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;
/** Markers of frames, but for 0xC4 (tables), 0xC8 (reserved) and 0xCC (arithmetic coding). */
const FRAME_MARKERS = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7]);

/**
 * Reads markers up to the first scan, so that no codec makes room for a size that is nobody's.
 *
 * @param head the beginning of a stream.
 * @throws PixelFault `pixels_unreadable` where that is no such stream, or no scan begins in it.
 */
export function jpegHeader(head: Buffer): JpegHeader {
  if (head.length < 4 || head[0] !== 0xff || head[1] !== START_OF_IMAGE) throw new PixelFault('pixels_unreadable');
  let frame: Omit<JpegHeader, 'scanComponents' | 'hasAdobeSegment' | 'hasJfifSegment'> | undefined;
  let hasAdobeSegment = false;
  let hasJfifSegment = false;
  for (let at = 2; at + 4 <= head.length;) {
    const marker = head[at + 1] ?? 0;
    if (head[at] !== 0xff) break;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const segment = head.subarray(at + 4, at + 2 + head.readUInt16BE(at + 2));
    if (FRAME_MARKERS.has(marker)) {
      if (segment.length < 6) break;
      frame = {
        frameMarker: marker,
        precisionBits: segment.readUInt8(0),
        rows: segment.readUInt16BE(1),
        columns: segment.readUInt16BE(3),
        components: segment.readUInt8(5),
        isSubsampled: new Set(samplingFactors(segment.subarray(6))).size > 1,
      };
    }
    if (marker === START_OF_SCAN) {
      if (frame === undefined || segment.length < 1) break;
      return { ...frame, scanComponents: segment.readUInt8(0), hasAdobeSegment, hasJfifSegment };
    }
    if (marker === APP14) hasAdobeSegment ||= segment.toString('latin1', 0, 5) === 'Adobe';
    if (marker === APP0) hasJfifSegment ||= segment.toString('latin1', 0, 4) === 'JFIF';
    at += 4 + segment.length;
    if (head.length < at) break;
  }
  throw new PixelFault('pixels_unreadable');
}

/** Of each component: its number, its factors across and down in one byte, and a table's number. */
function samplingFactors(components: Buffer): number[] {
  return [...components].filter((_, index) => index % 3 === 1);
}
