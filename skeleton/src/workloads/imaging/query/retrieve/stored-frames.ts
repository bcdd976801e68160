import type { FrameRenderer } from './frame-renderer';
import type { ImageObjects } from './image-objects';
import { objectKeys } from './object-keys';
import { objectSource } from './object-source';
import { longestSidePx, type RenderingRequest } from './rendering';
import type { StoredInstance } from './stored-instances';
import type { ByteSource } from '../../dicom/byte-source';
import type { DicomJson } from '../../dicom/metadata';
import { type PixelDescription, pixelDescription } from '../../dicom/pixel-description';
import { transferSyntaxOf } from '../../dicom/transfer-syntaxes';
import { Problem } from '../../http/problem';
import { PREVIEW_SKIP_REASONS, type PreviewSkipReason } from '../../pixels/skip-reason';

/** Of so many samples, some seconds at the worst, in which others wait for their frames. */
const DECODED_SAMPLES_MAX = 8 * 1024 * 1024;
/** Those that wait for their turn; more are asked to come again. */
const WAITING_MAX = 8;

/** An instance's pixels, by what the database has of it, and its bytes. */
export interface StoredFrames {
  readonly instance: StoredInstance;
  readonly pixels: PixelDescription;
  /** Reads the bucket only when it is asked to. */
  readonly source: ByteSource;
}

/** @throws Problem 406 where the instance has no pixels. */
export function storedFrames(instance: StoredInstance, json: DicomJson, objects: ImageObjects): StoredFrames {
  const syntax = transferSyntaxOf(instance.transferSyntaxUid);
  if (syntax === undefined || instance.preview === 'no_pixels') throw skipped('no_pixels');
  // Where they lie is found in the file, when it is read.
  const place =
    syntax.codec === 'native'
      ? ({ kind: 'native', lengthBytes: 0, start: undefined } as const)
      : ({ kind: 'fragments' } as const);
  return {
    instance,
    pixels: pixelDescription(json, syntax, place),
    source: objectSource(objects, { key: objectKeys(instance).original, sizeBytes: instance.sizeBytes }),
  };
}

/** Refuses what is known beforehand not to be shown. @throws Problem 422 */
export function requireRenderable({ pixels }: StoredFrames): void {
  const { transferSyntax, rows, columns, samplesPerPixel } = pixels;
  if (transferSyntax.codec === 'other') throw skipped('codec_unsupported');
  const isCompressed = transferSyntax.codec !== 'native';
  if (isCompressed && rows * columns * samplesPerPixel > DECODED_SAMPLES_MAX) throw skipped('frame_too_large');
}

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * A frame as a JPEG image. One at a time is decoded, since each takes up to 80 MiB and the processor.
 *
 * @param frame from 1.
 * @throws Problem 503 when too many wait, 406 and 422 for pixels that are not shown.
 */
export async function renderStored(
  { instance, pixels }: StoredFrames,
  frame: number,
  { viewport, window, quality }: RenderingRequest,
  renderer: FrameRenderer,
): Promise<Buffer> {
  if (waiting >= WAITING_MAX) {
    throw new Problem(503, 'frame_unavailable', 'Too many frames are being shown at the moment. Try again later.', {
      headers: { 'Retry-After': '5' },
    });
  }
  waiting += 1;
  const turn = last.then(async () =>
    renderer.render({
      key: objectKeys(instance).original,
      sizeBytes: instance.sizeBytes,
      pixels,
      request: {
        frame,
        maxSidePx: longestSidePx(viewport, pixels),
        ...(window !== undefined && { window }),
        ...(quality !== undefined && { quality }),
      },
    }),
  );
  last = turn.catch(() => undefined).finally(() => (waiting -= 1));
  const rendering = await turn;
  if ('jpeg' in rendering) return rendering.jpeg;
  throw skipped(rendering.skipped);
}

/** What is not of a kind that is shown here is not acceptable; what is damaged or too large cannot be processed. */
function skipped(reason: PreviewSkipReason): Problem {
  const isOfOtherKind = !['pixels_unreadable', 'frame_too_large', 'palette_missing'].includes(reason);
  return new Problem(
    isOfOtherKind ? 406 : 422,
    'frame_unavailable',
    `${PREVIEW_SKIP_REASONS[reason]} (${reason}): retrieve the instance, which is stored whole.`,
  );
}
