import { words } from './image-file';

/** Compresses segments by runs (DICOM PS3.5, Annex G), one segment for each byte of a sample, the highest first. */
export function rleFrame(segments: readonly Buffer[]): Buffer {
  const packed = segments.map(pack);
  const header = Buffer.alloc(64);
  header.writeUInt32LE(packed.length, 0);
  let start = header.length;
  packed.forEach((segment, index) => {
    header.writeUInt32LE(start, 4 + index * 4);
    start += segment.length;
  });
  return Buffer.concat([header, ...packed]);
}

/** Runs of equal bytes where there are, single bytes where not; padded to an even length. */
function pack(bytes: Buffer): Buffer {
  const packed: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = bytes[at] ?? 0;
    let count = 1;
    while (count < 128 && bytes[at + count] === value) count += 1;
    packed.push(...(count > 1 ? [257 - count, value] : [0, value]));
    at += count;
  }
  return Buffer.from(packed.length % 2 === 0 ? packed : [...packed, 0]);
}

/** The table of offsets of frames that have a fragment each. */
export function offsetTable(frames: readonly Buffer[]): Buffer {
  let offset = 0;
  return Buffer.concat(
    frames.map((frame) => {
      const entry = words([offset % 0x10000, Math.floor(offset / 0x10000)]);
      offset += 8 + frame.length;
      return entry;
    }),
  );
}
