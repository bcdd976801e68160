import { bufferSource, type ByteSource, fileSource } from '../../../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../../../src/workloads/imaging/dicom/metadata';
import {
  type FrameRequest,
  renderFrame,
  type Rendering,
  renderPreview,
} from '../../../../../src/workloads/imaging/pixels/preview';

/** The preview of a file, by its path or its bytes. @throws DicomFault for what is no whole DICOM file. */
export async function previewOf(file: string | Buffer): Promise<Rendering> {
  return withSource(file, async (source) => renderPreview(source, await readMetadata(source)));
}

/** @throws DicomFault */
export async function frameOf(file: string | Buffer, request: FrameRequest): Promise<Rendering> {
  return withSource(file, async (source) => renderFrame(source, await readMetadata(source), request));
}

/** @throws Error where it was skipped. */
export function jpegOf(rendering: Rendering): Buffer {
  if ('jpeg' in rendering) return rendering.jpeg;
  throw new Error(`There is no image: ${rendering.skipped}.`);
}

async function withSource<Result>(
  file: string | Buffer,
  use: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  if (typeof file !== 'string') return use(bufferSource(file));
  const source = await fileSource(file);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
