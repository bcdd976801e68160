import { encodeJpeg } from './codecs/jpeg-encoder';
import { rgb } from './colour';
import { frameLayoutOf } from './frame-layout-of';
import { greys, type Window } from './grey';
import { readPalette } from './palette';
import { readShrunk } from './read-shrunk';
import { PixelFault, type PreviewSkipReason } from './skip-reason';
import type { ByteSource } from '../dicom/byte-source';
import { DicomFault } from '../dicom/dicom-fault';
import type { InstanceMetadata } from '../dicom/metadata';
import type { PixelDescription } from '../dicom/pixel-description';

export type Rendering = { readonly jpeg: Buffer } | { readonly skipped: PreviewSkipReason };

export interface FrameRequest {
  /** From 1, as DICOM counts frames. */
  readonly frame: number;
  /** The longest side that the image may have, at most 2 048. A smaller frame is not made larger. */
  readonly maxSidePx: number;
  /** Default: the file's, and where it has none, from the lowest to the highest value. Colours have none. */
  readonly window?: Window;
  /** Of the JPEG image, 1 to 100. Default 85. */
  readonly quality?: number;
}

export const PREVIEW_SIDE_PX = 512;
export const SIDE_PX_MAX = 2_048;
const QUALITY = 85;

/** The frame in the middle as a JPEG image of at most 512 pixels at the longest side, or why there is none. Reads as `renderFrame` does. */
export async function renderPreview(source: ByteSource, metadata: InstanceMetadata): Promise<Rendering> {
  const frame = Math.floor((metadata.pixels?.frames ?? 1) / 2) + 1;
  return renderFrame(source, metadata, { frame, maxSidePx: PREVIEW_SIDE_PX });
}

/**
 * A frame as a JPEG image, of brightness or of red, green and blue. What is wrong with pixels is a reason, never an error. Of uncompressed
 * pixels, a megabyte or a row is in memory at once; for a compressed frame, at most 80 MiB are taken.
 *
 * @throws what the source throws, when it cannot be read.
 */
export async function renderFrame(
  source: ByteSource,
  { pixels }: Pick<InstanceMetadata, 'pixels'>,
  request: FrameRequest,
): Promise<Rendering> {
  try {
    if (pixels === undefined) throw new PixelFault('no_pixels');
    if (!(request.frame >= 1 && request.frame <= pixels.frames)) throw new PixelFault('frame_missing');
    return { jpeg: await render(source, pixels, { ...request, maxSidePx: Math.min(request.maxSidePx, SIDE_PX_MAX) }) };
  } catch (error) {
    if (error instanceof PixelFault) return { skipped: error.reason };
    if (error instanceof DicomFault) return { skipped: 'pixels_unreadable' };
    throw error;
  }
}

async function render(source: ByteSource, pixels: PixelDescription, request: FrameRequest): Promise<Buffer> {
  const layout = frameLayoutOf(pixels);
  const palette = layout.colours === 'palette' ? await readPalette(source, pixels.isSigned) : undefined;
  const frame = { index: request.frame - 1, layout, palette, maxSidePx: request.maxSidePx };
  const shrunk = await readShrunk(source, pixels, frame);
  const samples =
    shrunk.channels === 3
      ? rgb(shrunk.means, palette === undefined ? shrunk.layout : { colours: 'rgb', bitsStored: 8 })
      : greys(shrunk.means, {
          slope: pixels.rescaleSlope,
          intercept: pixels.rescaleIntercept,
          window: request.window ?? pixels.window,
          isInverted: layout.colours === 'dark',
        });
  return encodeJpeg({ ...shrunk, samples }, request.quality ?? QUALITY);
}
