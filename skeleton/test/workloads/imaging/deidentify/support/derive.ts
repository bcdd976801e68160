import { deidentify } from '../../../../../src/workloads/imaging/deidentify/deidentify';
import { createKeys } from '../../../../../src/workloads/imaging/deidentify/keys';
import { type ByteSource, bufferSource } from '../../../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../../../src/workloads/imaging/dicom/metadata';

export const TEST_KEYS = createKeys(Buffer.alloc(32, 'test'));

export interface Derivative {
  readonly bytes: Buffer;
  /** All but what was copied from the original. */
  readonly written: Buffer;
  /** How many bytes were told as ranges of the original. */
  readonly copiedBytes: number;
  readonly burnedIn: 'no' | 'yes' | 'unknown';
}

/** The derivative of a file, put together as an object store would. */
export async function derive(file: Buffer, hospitalId = 1): Promise<Derivative> {
  return deriveFrom(bufferSource(file), hospitalId);
}

export async function deriveFrom(source: ByteSource, hospitalId = 1): Promise<Derivative> {
  const metadata = await readMetadata(source);
  const { segments, report } = deidentify(source, metadata, TEST_KEYS, { hospitalId });
  const all: Buffer[] = [];
  const written: Buffer[] = [];
  let copiedBytes = 0;
  for await (const segment of segments) {
    if (segment.kind === 'bytes') {
      all.push(segment.bytes);
      written.push(segment.bytes);
    } else {
      all.push(await source.read(segment.start, segment.end - segment.start));
      copiedBytes += segment.end - segment.start;
    }
  }
  return { bytes: Buffer.concat(all), written: Buffer.concat(written), copiedBytes, burnedIn: report().burnedIn };
}
