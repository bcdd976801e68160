import { requireRoom } from './codecs/decoded';
import { type Decode, fill } from './codecs/decoder';
import { decodeJpeg } from './codecs/jpeg';
import { decodeJpeg2000 } from './codecs/jpeg-2000';
import { decodeJpegLossless } from './codecs/jpeg-lossless';
import { decodeJpegLs } from './codecs/jpeg-ls';
import { decodeRle } from './codecs/rle';
import { encodedFrame } from './fragments';
import { frameBytes, type FrameLayout } from './frame-layout';
import type { Palette } from './palette';
import { bytesInMemory, withNativeBytes } from './pixel-bytes';
import { shrink, type Shrunk } from './shrink';
import { PixelFault } from './skip-reason';
import { collectGarbage } from '../collect-garbage';
import type { ByteSource } from '../dicom/byte-source';
import type { PixelDescription } from '../dicom/pixel-description';
import type { Codec } from '../dicom/transfer-syntaxes';

const DECODERS: Partial<Record<Codec, Decode>> = {
  encapsulated: async ({ frame, layout }) => {
    requireRoom(frame, { decodedBytes: 0, copies: 0 });
    const bytes = new Uint8Array(frame.lengthBytes);
    await fill(bytes, frame);
    return { layout, bytes };
  },
  rle: decodeRle,
  jpeg: decodeJpeg,
  'jpeg-lossless': decodeJpegLossless,
  'jpeg-ls': decodeJpegLs,
  'jpeg-2000': decodeJpeg2000,
};

/** Two frames of less are in memory at the same time without harm. */
const LARGE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a frame, decodes it where it is compressed, and makes it small.
 *
 * @returns with it the layout that its samples came in.
 * @throws PixelFault, DicomFault
 */
export async function readShrunk(
  source: ByteSource,
  { place, frames, transferSyntax }: PixelDescription,
  {
    index,
    layout,
    palette,
    maxSidePx,
  }: {
    /** From 0. */
    readonly index: number;
    readonly layout: FrameLayout;
    readonly palette: Palette | undefined;
    readonly maxSidePx: number;
  },
): Promise<Shrunk & { readonly layout: FrameLayout }> {
  if (place.kind === 'native') {
    const frameStart = index * frameBytes(layout);
    const shrunk = await withNativeBytes(source, { place, layout }, async (bytes) =>
      shrink({ bytes, frameStart, layout, palette, maxSidePx }),
    );
    return { ...shrunk, layout };
  }
  const decode = DECODERS[transferSyntax.codec];
  if (decode === undefined) throw new PixelFault('codec_unsupported');
  const frame = await encodedFrame(source, { frame: index, frames });
  if (frame.lengthBytes + frameBytes(layout) > LARGE_BYTES) await collectGarbage();
  const decoded = await decode({ frame, layout, enoughPx: maxSidePx });
  const bytes = bytesInMemory(decoded.bytes);
  const shrunk = await shrink({ bytes, frameStart: 0, layout: decoded.layout, palette, maxSidePx });
  return { ...shrunk, layout: decoded.layout };
}
