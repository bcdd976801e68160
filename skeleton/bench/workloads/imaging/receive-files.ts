import { randomBytes, randomUUID } from 'node:crypto';
import { part10File, uidOf } from '../../../local/workloads/imaging/simulator/part10-file';

/** A file that is made as it is sent: its parts share one block of random bytes, so that memory does not hold it. */
export interface SentFile {
  readonly sizeBytes: number;
  /** Bytes from a multiple of `partBytes` on, as many as there are up to the next one. */
  part(offset: number): Buffer;
}

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
/** (7FE0,0010), OW, with a length of four bytes behind it (DICOM PS3.5, 7.1.2). */
const PIXEL_DATA = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x57, 0x00, 0x00]);

/**
 * An instance of about the size, which no other instance equals.
 *
 * @param random what its pixels are made of, as long as a part at the least. Default: bytes of its own.
 */
export function makeFile(aboutBytes: number, partBytes: number, random?: Buffer): SentFile {
  const sopInstanceUid = uidOf(randomUUID());
  const head = part10File({ sopClassUid: SECONDARY_CAPTURE, sopInstanceUid }, [
    [0x00080016, 'UI', SECONDARY_CAPTURE],
    [0x00080018, 'UI', sopInstanceUid],
    [0x0020000d, 'UI', uidOf(randomUUID())],
    [0x0020000e, 'UI', uidOf(randomUUID())],
  ]);
  const pixelBytes = 2 * Math.max(1, Math.floor((aboutBytes - head.length) / 2));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(pixelBytes);
  const beginning = Buffer.concat([head, PIXEL_DATA, length]);
  const sizeBytes = beginning.length + pixelBytes;
  const block = random ?? randomBytes(Math.min(partBytes, sizeBytes));
  const first = Buffer.concat([beginning, block]).subarray(0, Math.min(partBytes, sizeBytes));
  return {
    sizeBytes,
    part: (offset) => (offset === 0 ? first : block.subarray(0, Math.min(partBytes, sizeBytes - offset))),
  };
}
