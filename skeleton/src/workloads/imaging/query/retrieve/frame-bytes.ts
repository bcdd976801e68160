import type { OpenObject } from './image-objects';
import type { StoredFrames } from './stored-frames';
import { DicomFault } from '../../dicom/dicom-fault';
import { Problem } from '../../http/problem';
import { encodedFrame } from '../../pixels/fragments';
import { frameBytes } from '../../pixels/frame-layout';
import { frameLayoutOf } from '../../pixels/frame-layout-of';
import { PixelFault } from '../../pixels/skip-reason';
import { topEvents } from '../../pixels/top-events';
import { type MediaRange, notAcceptable } from '../accept';

export const OCTETS = 'application/octet-stream';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const LITTLE_ENDIAN = ['1.2.840.10008.1.2', EXPLICIT_LITTLE_ENDIAN];
const PIXEL_DATA = 0x7fe00010;
const PIECE_BYTES = 1024 * 1024;

/** Media types of compressed frames, by the last of their transfer syntax (DICOM PS3.18, table 8.7.3-5). */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '5': 'image/dicom-rle',
  '4.50': 'image/jpeg',
  '4.51': 'image/jpeg',
  '4.57': 'image/jpeg',
  '4.70': 'image/jpeg',
  '4.80': 'image/jls',
  '4.81': 'image/jls',
  '4.90': 'image/jp2',
  '4.91': 'image/jp2',
  '4.92': 'image/jpx',
  '4.93': 'image/jpx',
  '4.201': 'image/jphc',
  '4.202': 'image/jphc',
  '4.203': 'image/jphc',
};

/** As what the frames of an instance are answered: nothing is converted. */
export interface FrameType {
  readonly type: string;
  readonly transferSyntaxUid: string;
}

/**
 * The type that frames have (DICOM PS3.18, 10.4.1.1.6 and 8.7.3): uncompressed pixels as octets, compressed ones as the images that they
 * are. Samples of little endian lie the same whatever the VRs, and are of Explicit VR Little Endian, which octets are by default.
 *
 * @throws Problem 406 for pixels that cannot be taken out as they are, or for another `Accept`.
 */
export function frameTypeOf(frames: StoredFrames, ranges: readonly MediaRange[]): FrameType {
  const stored = frames.instance.transferSyntaxUid;
  const isNative = frames.pixels.transferSyntax.codec === 'native';
  const type = isNative ? OCTETS : MEDIA_TYPES[stored.replace(/^1\.2\.840\.10008\.1\.2\./, '')];
  if (type === undefined || (isNative && !LITTLE_ENDIAN.includes(stored))) {
    throw notAcceptable(
      `Frames of what is stored in ${stored} are not taken out of it: retrieve the instance, or its /rendered image.`,
    );
  }
  const transferSyntaxUid = isNative ? EXPLICIT_LITTLE_ENDIAN : stored;
  if (ranges.some((range) => accepts(range, { type, transferSyntaxUid }))) return { type, transferSyntaxUid };
  throw notAcceptable(
    `Nothing is converted: expected multipart/related; type="${type}"; transfer-syntax=${transferSyntaxUid}.`,
  );
}

/** An image's type without a transfer syntax is taken as the one that is stored: it is the same kind of stream. */
function accepts({ type, parameters }: MediaRange, offered: FrameType): boolean {
  if (!['*/*', 'multipart/*', 'multipart/related'].includes(type)) return false;
  const part = parameters.get('type')?.toLowerCase() ?? '*/*';
  if (part !== '*/*' && part !== offered.type) return false;
  const syntax = parameters.get('transfer-syntax') ?? '*';
  return syntax === '*' || syntax === offered.transferSyntaxUid;
}

/**
 * The bytes of one frame, in pieces of a megabyte at the most.
 *
 * @param frame from 1.
 * @throws Problem 422 where it cannot be told where the frame lies.
 */
export async function openFrame({ source, pixels }: StoredFrames, frame: number): Promise<OpenObject> {
  try {
    if (pixels.transferSyntax.codec !== 'native') {
      const encoded = await encodedFrame(source, { frame: frame - 1, frames: pixels.frames });
      return { sizeBytes: encoded.lengthBytes, content: encoded.pieces() };
    }
    const sizeBytes = frameBytes(frameLayoutOf(pixels));
    for await (const event of topEvents(source)) {
      if (event.kind !== 'value' || event.element.tag !== PIXEL_DATA || event.element.range === undefined) continue;
      const { start, end } = event.element.range;
      const from = start + (frame - 1) * sizeBytes;
      // Of single bits, frames do not begin with a byte.
      if (!Number.isInteger(from) || !Number.isInteger(sizeBytes) || from + sizeBytes > end) break;
      return { sizeBytes, content: pieces(from, from + sizeBytes) };
    }
  } catch (error) {
    if (!(error instanceof PixelFault || error instanceof DicomFault)) throw error;
  }
  throw new Problem(
    422,
    'frame_unavailable',
    'It cannot be told where the frame lies among the pixels: retrieve the instance, which is stored whole.',
  );

  async function* pieces(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; at += PIECE_BYTES) yield source.read(at, Math.min(PIECE_BYTES, to - at));
  }
}
