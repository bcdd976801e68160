import createCodec from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import { decodedFrame, requireRoom, requireSame } from './decoded';
import { type DecodedFrame, type DecodingRequest, fill } from './decoder';
import { type Jpeg2000Header, jpeg2000Header } from './jpeg-2000-header';
import { withCodec } from './wasm-codec';
import { PixelFault } from '../skip-reason';

/** More tiles than any system makes of a frame: each takes memory and time of its own. */
const TILES_MAX = 65_535;
const ALL_LAYERS = 0;

/**
 * Decodes JPEG 2000 and High-Throughput JPEG 2000, lossless and not (DICOM PS3.5, 8.2.4, 8.2.14, A.4.4), at the lowest resolution that is
 * enough: a fraction of the memory and the time of a whole frame.
 *
 * @throws PixelFault
 */
export async function decodeJpeg2000({ frame, layout, enoughPx }: DecodingRequest): Promise<DecodedFrame> {
  const header = jpeg2000Header(await frame.head());
  requireSame(header, layout);
  const { components, precisionBits, hasColourTransform, tiles } = header;
  if (precisionBits > 16) throw new PixelFault('codec_unsupported');
  if (tiles > TILES_MAX) throw new PixelFault('pixels_unreadable');
  const level = levelFor(header, enoughPx);
  const columns = halved(header.columns, level);
  const rows = halved(header.rows, level);
  // Two of the result, and two of 32 bits for each sample on the way there.
  requireRoom(frame, {
    decodedBytes: rows * columns * components * (precisionBits > 8 ? 2 : 1),
    copies: precisionBits > 8 ? 6 : 10,
  });
  return withCodec(
    'node_modules/@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm',
    createCodec,
    async (codec) => {
      const decoder = new codec.J2KDecoder();
      await fill(decoder.getEncodedBuffer(frame.lengthBytes), frame);
      decoder.decodeSubResolution(level, ALL_LAYERS);
      // It returns as if nothing were wrong when the stream is damaged, without an image.
      const { width, height, componentCount } = decoder.getFrameInfo();
      if (width === 0 || height === 0 || componentCount !== components) throw new PixelFault('pixels_unreadable');
      return decodedFrame(decoder.getDecodedBuffer(), layout, {
        precisionBits,
        columns,
        rows,
        ...(hasColourTransform && { colours: 'rgb' }),
      });
    },
  );
}

/** How often the image can be halved and be large enough still. */
function levelFor({ rows, columns, decompositions }: Jpeg2000Header, enoughPx: number): number {
  const longestPx = Math.max(rows, columns);
  let level = 0;
  while (level < decompositions && halved(longestPx, level + 1) >= enoughPx) level += 1;
  return level;
}

/** The sizes of lower resolutions are rounded up (ITU-T T.800, B.5). */
function halved(sizePx: number, times: number): number {
  return Math.ceil(sizePx / 2 ** times);
}
