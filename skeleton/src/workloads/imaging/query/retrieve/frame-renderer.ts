import type { ImageObjects } from './image-objects';
import { objectSource } from './object-source';
import type { PixelDescription } from '../../dicom/pixel-description';
import { type FrameRequest, renderFrame, type Rendering } from '../../pixels/preview';

/** One frame of a stored file, and how it is to be shown. All of it can be sent to a thread. */
export interface RenderJob {
  /** Of the original in the bucket. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly pixels: PixelDescription;
  readonly request: FrameRequest;
}

/** Shows frames of stored files, one at a time. */
export interface FrameRenderer {
  /** @throws Problem 503 where S3 does not give the file, 422 where showing it takes too much. */
  render(job: RenderJob): Promise<Rendering>;
}

/** Shows frames where it is called, which holds up everybody else there while a frame is decoded. */
export function inlineRenderer(objects: ImageObjects): FrameRenderer {
  return {
    render: async ({ pixels, request, ...object }) => renderFrame(objectSource(objects, object), { pixels }, request),
  };
}
