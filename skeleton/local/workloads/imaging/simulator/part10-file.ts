/** Elements of a data set by tag, in ascending order: text, a number of 16 bits, or bytes. */
export type Element = readonly [tag: number, vr: string, value: string | number | Buffer];

/** Uncompressed: Explicit VR Little Endian (DICOM PS3.5, A.2). */
const TRANSFER_SYNTAX = '1.2.840.10008.1.2.1';
/** Values with a length of four bytes (PS3.5, 7.1.2). */
const LONG_FORM = ['OB', 'OW', 'SQ', 'UN', 'UT'];

/** A DICOM Part 10 file of these elements (PS3.10, section 7). */
export function part10File(
  { sopClassUid, sopInstanceUid }: { readonly sopClassUid: string; readonly sopInstanceUid: string },
  elements: readonly Element[],
): Buffer {
  const meta = Buffer.concat(
    [
      [0x00020001, 'OB', Buffer.from([0, 1])] as const,
      [0x00020002, 'UI', sopClassUid] as const,
      [0x00020003, 'UI', sopInstanceUid] as const,
      [0x00020010, 'UI', TRANSFER_SYNTAX] as const,
      [0x00020012, 'UI', '1.2.3.4'] as const,
    ].map(encoded),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
  return Buffer.concat([preamble, encoded([0x00020000, 'UL', length]), meta, ...elements.map(encoded)]);
}

/** A UID of a UUID (PS3.5, B.2). */
export function uidOf(uuid: string): string {
  return `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`)}`;
}

function encoded([tag, vr, value]: Element): Buffer {
  const bytes = bytesOf(vr, value);
  const isLong = LONG_FORM.includes(vr);
  const header = Buffer.alloc(isLong ? 12 : 8);
  header.writeUInt16LE(Math.floor(tag / 0x10000), 0);
  header.writeUInt16LE(tag % 0x10000, 2);
  header.write(vr, 4, 'latin1');
  if (isLong) header.writeUInt32LE(bytes.length, 8);
  else header.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([header, bytes]);
}

/** PS3.5, 6.2: values have an even length; UIDs are padded with a zero byte, texts with a space. */
function bytesOf(vr: string, value: string | number | Buffer): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return bytes;
  }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
}
